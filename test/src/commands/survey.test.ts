import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { file, folder, run } from './terminal.js';

describe('survey', () => {
  const few = ['survey', '--seed', '3', '--runs', '10', '--workers', '1', '--subject', 'runtime-table/per-frame'];

  it('answers in JSON and writes text, JSON and CSV together', async () => {
    const out = join(folder(), 'new', 'survey');
    const { code, out: text, err } = await run(...few, '--json', '--quiet', '--out', out);
    expect([code, err]).toEqual([0, '']);
    const answer = JSON.parse(text);
    expect(answer).toMatchObject({ seed: '3', complete: true, settings: { runs: 10, stops: ['throw'] } });
    expect(answer.rows).toHaveLength(5);
    expect(answer.sweeps.length).toBeGreaterThan(4);
    expect(readdirSync(out).sort()).toEqual(['survey.csv', 'survey.json', 'survey.txt', 'sweeps.csv']);
    expect(readFileSync(join(out, 'survey.json'), 'utf8')).toBe(text);
  });

  it('takes profiles and granularities several times, and compares', async () => {
    const [before, after] = [folder(), folder()];
    const picked = ['--profile', 'loops', '--stop-at', 'throw', '--quiet'];
    const first = await run(...few, ...picked, '--csv', '--out', before);
    expect(first.out.trimEnd().split('\n')).toHaveLength(2);
    const second = await run(...few, ...picked, '--profile', 'default', '--stop-at', 'points', '--out', after);
    expect(second.out).toContain('default, stopped at points');
    const compared = await run('survey', '--compare', join(before, 'survey.csv'), join(after, 'survey.csv'));
    expect(compared.code).toBe(0);
    // Half of the programs go to the other profile.
    expect(compared.out).toMatch(/programs +10 +5\n/);
    expect(compared.out).toContain('1 changed, 3 new, 0 removed, 0 unchanged');
  });

  it.each([
    ['--compare', 'one.csv'],
    ['--compare', 'absent.csv', 'absent.csv'],
    ['--json', '--csv'],
    ['--stop-at', 'nowhere'],
    ['--profile', 'nothing'],
    ['--runs', '0'],
  ])('bad usage ends in 2: %s %s', async (...argv) => {
    const { code, err } = await run('survey', ...argv);
    expect(code).toBe(2);
    expect(err).not.toBe('');
  });

  it('names file and line of a survey that cannot be read', async () => {
    const bad = file('bad.csv', 'subject,profile,stop_at\na,b\n');
    const { code, err } = await run('survey', '--compare', bad, bad);
    expect(code).toBe(2);
    expect(err).toContain('bad.csv:2:1:');
  });

  it('refuses a folder that can be none', async () => {
    const { code, err } = await run(...few, '--out', join(file('taken', ''), 'out'));
    expect(code).toBe(2);
    expect(err).toContain('cannot be written');
  });
});
