/** Tests of `bench`: the shape of its answer. Whether anything is fast is not tested. */
import { describe, expect, it } from 'vitest';
import { run } from './terminal.js';

/** Numbers in a value, each with its path. */
function numbersOf(value: unknown, path = ''): readonly (readonly [path: string, value: number])[] {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => numbersOf(each, `${path}.${key}`));
}

/** Counts that may well be 0. */
const MAY_BE_ZERO = /\.load$|\.(spared|noVerdict|asMainline|accepted|refused|minimal)$|^\.timing\.kernel\.size\./;
const ABSENT = { available: false, reason: expect.stringMatching(/\w/) };

describe('runBench', () => {
  it('runBench answers with every figure, each of them positive', async () => {
    const { code, out, err } = await run('bench', '--programs', '25', '--seed', 'bench', '--json', '--quiet');
    expect(err).toBe('');
    expect(code).toBe(0);
    const answer = JSON.parse(out);
    expect(answer).toMatchObject({ seed: 'bench', profile: 'all', programs: 25, size: { programs: 25 } });
    const figure = {
      cpuMicros: expect.any(Number),
      wallMicros: expect.any(Number),
      perCoreSecond: expect.any(Number),
      perSecond: expect.any(Number),
      units: expect.any(Number),
    };
    const { place, rounds, unitMicros, stages, pipeline, twoThreads, shrinking, processes, kernel } = answer.timing;
    expect(Object.keys(place)).toEqual(['cpu', 'cores', 'node', 'system', 'load', 'share']);
    expect(rounds).toBe(5);
    expect(unitMicros).toBeGreaterThan(0);
    expect(Object.keys(stages)).toEqual([
      'generate',
      'walk',
      'record',
      'load',
      'bare',
      'contained',
      'judge',
      'runs',
      'hot',
    ]);
    for (const each of Object.values(stages)) expect(each).toEqual(figure);
    expect(pipeline.figure).toEqual(figure);
    expect(pipeline.inThread).toBe(false);
    expect(shrinking).toMatchObject({ available: true, findings: answer.findings });
    // These run from the built files, which the tests do not have.
    expect(twoThreads).toEqual(ABSENT);
    expect(processes).toEqual(ABSENT);
    if (kernel.available) {
      expect(kernel.accepted + kernel.refused + kernel.noVerdict + kernel.spared).toBe(25);
      if (kernel.accepted > 0) expect([kernel.loads, kernel.pipeline]).toEqual([figure, figure]);
      if (kernel.refused > 0) expect(kernel.refusals).toEqual(figure);
    } else expect(kernel).toEqual(ABSENT);
    const numbers = numbersOf(answer);
    expect(numbers.length).toBeGreaterThan(60);
    for (const [path, value] of numbers) {
      if (MAY_BE_ZERO.test(path)) expect(value, path).toBeGreaterThanOrEqual(0);
      else expect(value, path).toBeGreaterThan(0);
    }
  });

  it('runBench prints text, with progress on stderr, and leaves the kernel alone if asked to', async () => {
    const { code, out, err } = await run('bench', '--programs', '5', '--profile', 'loops', '--no-kernel');
    expect(code).toBe(0);
    expect(err).toContain('round 5: programs 4 to 4\n');
    expect(out).toContain('5 programs of profile loops, seed bench');
    expect(out).toContain('not available: not wanted (--no-kernel)');
  });

  it('runBench refuses fewer programs than rounds', async () => {
    const { code, err } = await run('bench', '--programs', '4');
    expect(code).toBe(2);
    expect(err).toContain('Expected a whole number from 5');
  });
});
