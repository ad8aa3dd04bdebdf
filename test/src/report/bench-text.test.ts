import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { benchText } from '../../../src/report/bench-text.js';
import { MEASURED, UNMEASURED } from './bench-sample.js';

const plain = picocolors.createColors(false);
/** The lines with blanks as one. */
const linesOf = (text: string): readonly string[] => text.split('\n').map((line) => line.trim().replace(/\s+/g, ' '));

describe('benchText', () => {
  const text = benchText(MEASURED, plain);
  const lines = linesOf(text);
  const words = text.replace(/\s+/g, ' ');

  it('benchText says what was measured, where, and how busy that place was', () => {
    expect(words).toContain('1,000 programs of profile default, seed 1, in 5 rounds. On average 75.3 instructions');
    expect(words).toContain('181 walked by the verifier, 344 executed in 7.5 worlds');
    expect(words).toContain('990 programs verify; 33 defects met');
    expect(words).toContain('2 × Some CPU, Linux 6.18.0, Node v20.20.2. Load 9.4; this process had 0.66 of a core.');
  });

  it('benchText has a row a stage: µs, rates, units, aim', () => {
    expect(lines).toContain('generate 249 4,016 2,008 0.415');
    expect(lines).toContain('walk, keeping every state 150 6,667 3,333 0.25');
    expect(lines).toContain('the whole pipeline, one thread 2,000 500 250 3.33 ≥ 1,000');
    expect(lines).toContain('… and every defect shrunk (33) 246');
  });

  it('benchText gives the other figures in their own units', () => {
    expect(lines).toContain('machine: hot loop, a million instructions 17.7 ns an instruction ≤ 5 ns');
    expect(lines).toContain('two threads against one 1.92 (961 and 500 programs/s) ≥ 1.9');
    expect(lines).toContain('start to the first program judged 292 ms (Node alone: 41.5) < 300 ms');
    expect(lines).toContain('resident after 1,000, 2,000, 4,000 programs 150, 151, 152 MiB < 300 MiB');
    expect(lines).toContain('shrinking a finding, median of 33 39.3 ms (max 149; 84.3 insns to 12.7) < 1 s');
  });

  it('benchText says what was put to the kernel before it gives its rate', () => {
    expect(words).toContain('810 of these programs were put to it as they are, 145 of them accepted (18 %)');
    expect(words).toContain('their averages: 55 instructions');
    expect(words).toContain('0 got no verdict. Left out: 188 that may throw in a loop, 2 as unknown-kfunc.');
    expect(lines).toContain('kernel: accepted programs loaded 155 6,452 3,226 0.258');
    expect(lines).toContain('ours / kernel 0.100 ≥ 1');
  });

  it('benchText gives reasons where there are no figures', () => {
    const absent = linesOf(benchText(UNMEASURED, plain));
    expect(absent).toContain('walk - - - -');
    expect(absent).toContain('the whole pipeline, one worker in this thread - - - - ≥ 1,000');
    expect(absent).toContain('two threads against one no threads here ≥ 1.9');
    expect(absent).toContain('shrinking a finding no findings < 1 s');
    expect(absent).toContain('start, resident set nothing is built');
    expect(absent).toContain('not available: koffi is missing');
  });

  it('benchText fits a terminal of a hundred columns', () => {
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
  });
});
