/** Tests of the sequence of proposals: each is a smaller program, none is left out wherever one begins. */
import { describe, expect, it, vi } from 'vitest';
import { PROFILE_NAMES, PROFILES } from '../../../generators/profile.js';
import { printProgram } from '../../../src/asm/print.js';
import { slotsOf } from '../../../src/isa/program.js';
import { buildProgram } from '../../../src/isa/validate.js';
import { pcsOf } from '../../../src/shrink/listing.js';
import { proposals } from '../../../src/shrink/proposals.js';
import { remove } from '../../../src/shrink/rewrite.js';
import { REDUCERS } from '../../../src/shrink/shrink.js';
import { sample } from '../../generators/sample.js';
import { isSmaller, measureOf } from './measure.js';
import { programOf } from './text.js';

const SMALL = programOf(
  'main:',
  'r7 = 5',
  'call guard',
  'r0 = r7',
  'exit',
  'guard:',
  'r1 = 7',
  'call bpf_throw',
  'exit',
);

describe('proposals', () => {
  it.each(PROFILE_NAMES)('proposals for %s are valid programs, smaller by the measure of all reducers', (name) => {
    const seen = new Set<number>();
    for (const { program } of sample(PROFILES[name], 3, 'proposals')) {
      const before = measureOf(program);
      for (const { program: smaller, at } of proposals(program)) {
        const { subprograms, types, maps } = smaller;
        const names = new Map(subprograms.map(({ start, name }) => [start, name]));
        expect(buildProgram({ slots: slotsOf(smaller), types, maps, names }).ok).toBe(true);
        const after = measureOf(smaller);
        if (!isSmaller(after, before)) {
          throw new Error(`${REDUCERS[at.reducer]?.name}: ${after} is not below ${before}\n${printProgram(smaller)}`);
        }
        seen.add(at.reducer);
      }
    }
    expect(seen.size).toBeGreaterThanOrEqual(REDUCERS.length - 1);
  });

  it('proposals from any position are all of them, those from there on first', () => {
    const all = [...proposals(SMALL)].map(({ at }) => at);
    expect(all.length).toBeGreaterThan(20);
    expect(new Set(all.map(({ reducer, edit }) => `${reducer} ${edit}`)).size).toBe(all.length);
    for (const [index, from] of all.entries()) {
      const turned = [...proposals(SMALL, from)].map(({ at }) => at);
      expect(turned).toEqual([...all.slice(index), ...all.slice(0, index)]);
    }
  });

  it('proposals contain every program that lacks one instruction', () => {
    const texts = new Set([...proposals(SMALL)].map(({ program }) => printProgram(program)));
    const without = pcsOf(SMALL).flatMap((pc) => remove(SMALL, [pc]) ?? []);
    expect(without.length).toBeGreaterThan(3);
    for (const program of without) expect(texts).toContain(printProgram(program));
  });

  it('proposals are made when they are asked for', () => {
    const [first, second] = REDUCERS;
    if (first === undefined || second === undefined) throw new Error('there are reducers');
    const later = vi.spyOn(second, 'edits');
    expect(proposals(SMALL).next().done).toBe(false);
    expect(later).not.toHaveBeenCalled();
    expect([...proposals(SMALL)].length).toBeGreaterThan(20);
    expect(later).toHaveBeenCalled();
    later.mockRestore();
  });
});
