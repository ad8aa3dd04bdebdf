/** What forced spills say of their descriptors and slots. */
import { describe, expect, test } from 'vitest';
import type { DescriptorKnowledge } from '../../../../src/contract/knowledge.js';
import { literalKnowledge, soundKnowledge } from '../../../../src/subjects/forced-spill/knowledge.js';
import { placeOf } from '../places.js';
import { RELEASED_BEFORE, RETURNED, TASK_OR_RECORD, walked } from './programs.js';

type Know = typeof soundKnowledge;

function know(which: Know, text: string): DescriptorKnowledge {
  const { program, analysis } = walked(text);
  return which(program, analysis);
}

/** Slots, `fp-8 of 3: 1,0`: what they hold, visit by visit. */
function slots(which: Know, text: string): readonly string[] {
  return (know(which, text).spills ?? []).map(({ offset, pc, holds }) => `fp${offset} of ${pc}: ${holds.join()}`);
}

describe('soundKnowledge', () => {
  test('soundKnowledge tells in original pcs, visits and references what the slots hold', () => {
    expect(slots(soundKnowledge, TASK_OR_RECORD)).toEqual(['fp-8 of 3: 1,0', 'fp-16 of 9: 0,1']);
    expect(slots(soundKnowledge, RETURNED)).toEqual(['fp-8 of 2: 1,0', 'fp-16 of 8: 0,1']);
    const [released = ''] = slots(soundKnowledge, RELEASED_BEFORE);
    expect(released).toMatch(/^fp-8 of 3: .*1.*0/);
  });

  test('soundKnowledge gives the reasons of the choice in the rewrite', () => {
    const { sites, failed } = know(soundKnowledge, TASK_OR_RECORD);
    expect(failed).toBeUndefined();
    expect(sites.map(({ pc }) => pc)).toEqual([12]);
    const said = sites[0]?.locations.map(({ location, entry, listing }) => [
      placeOf(location),
      entry?.what ?? '-',
      listing.why === 'unusable' ? listing.against : listing,
    ]);
    expect(said).toEqual([
      ['fp-8', 'task', { why: 'only-place', visit: 0, reference: 1 }],
      ['fp-16', 'ring', { why: 'only-place', visit: 1, reference: 1 }],
      ['r6', '-', { what: 'ring', acquiredAt: 9 }],
    ]);
  });

  test('soundKnowledge has no slots to tell of where none is needed, or where the program is refused', () => {
    expect(know(soundKnowledge, TASK_OR_RECORD.replace('call bpf_ringbuf_reserve', 'r0 = 0')).spills).toBeUndefined();
    const full = TASK_OR_RECORD.replace('main:', 'main:\n    *(u64 *)(r10 - 512) = 0');
    const refused = know(soundKnowledge, full);
    expect(refused.spills).toBeUndefined();
    expect(refused.failed?.why).toBe('no-key');
  });
});

describe('literalKnowledge', () => {
  test('literalKnowledge merges the states in which the spilled resources are erased', () => {
    const { sites, leavesUnlisted } = know(literalKnowledge, TASK_OR_RECORD);
    expect(leavesUnlisted).toBe(true);
    const entries = sites[0]?.locations.map(({ location, entry }) => `${placeOf(location)} ${entry?.what}`);
    expect(entries?.slice(0, 3)).toEqual(['fp-8 task', 'fp-16 ring', 'r6 uninitialised']);
    expect(slots(literalKnowledge, TASK_OR_RECORD)).toEqual(['fp-8 of 3: 1,0', 'fp-16 of 9: 0,1']);
    expect(slots(literalKnowledge, RETURNED)).toEqual(['fp-8 of 8: 0,1', 'fp-8 of 15: 0,0']);
  });

  test('literalKnowledge has no slots to tell of where there is no room or no conflict', () => {
    const full = TASK_OR_RECORD.replace('main:', 'main:\n    *(u64 *)(r10 - 512) = 0');
    expect(know(literalKnowledge, full).spills).toBeUndefined();
    expect(know(literalKnowledge, TASK_OR_RECORD.replace('call bpf_ringbuf_reserve', 'r0 = 0')).spills).toBeUndefined();
  });
});
