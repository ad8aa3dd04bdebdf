import { describe, expect, it } from 'vitest';
import { programAt, SizeCounter } from '../../bench/sample.js';
import { printProgram } from '../../src/asm/print.js';
import { instructionCount } from '../../src/isa/program.js';
import { analyse } from '../../src/verify/walk.js';
import { SETTINGS, samples } from './samples.js';

describe('samplesOf', () => {
  it('samplesOf knows of each program what a walk and its worlds say', () => {
    const found = samples(12, 3);
    expect(found.map(({ index }) => index)).toEqual(Array.from({ length: 12 }, (_, nth) => 3 + nth));
    for (const { index, program, instructions, walked, worlds, executed, verified } of found) {
      expect(printProgram(program)).toBe(printProgram(programAt(SETTINGS, index)));
      expect(instructions).toBe(instructionCount(program));
      expect(walked).toBe(analyse(program, { pruning: 'exact' }).walked);
      expect(verified).toBe(true);
      expect(worlds.length).toBeGreaterThan(0);
      expect(worlds.length).toBeLessThanOrEqual(4);
      expect(executed).toBeGreaterThanOrEqual(worlds.length);
    }
    expect(new Set(found.map(({ acceptedByMainline }) => acceptedByMainline))).toEqual(new Set([true, false]));
    expect(found.some(({ wrong }) => wrong)).toBe(true);
    expect(found.some(({ wrong }) => !wrong)).toBe(true);
  });
});

describe('SizeCounter', () => {
  it('SizeCounter gives means of one program', () => {
    const [one, two] = samples(2);
    if (one === undefined || two === undefined) throw new Error('no samples');
    const counter = new SizeCounter();
    expect(counter.size()).toMatchObject({ programs: 0, instructions: 0 });
    counter.add([one]);
    counter.add([{ ...two, verified: false }]);
    expect(counter.size()).toEqual({
      programs: 2,
      verified: 1,
      instructions: (one.instructions + two.instructions) / 2,
      walked: (one.walked + two.walked) / 2,
      worlds: (one.worlds.length + two.worlds.length) / 2,
      executed: (one.executed + two.executed) / 2,
    });
  });
});
