/** Descriptors in words and bytes. */
import { describe, expect, test } from 'vitest';
import {
  type Descriptor,
  describeDescriptors,
  type Entry,
  locationOf,
  metadataBytes,
  PLACES,
  placeName,
} from '../../../../src/subjects/frame-descriptors/descriptor.js';
import { placeOf } from '../places.js';
import { CALLER_AND_GUARD, programOf } from '../states.js';

const program = programOf(CALLER_AND_GUARD);
const entry = (place: number, offset = 0): Entry => ({
  place,
  holds: { kind: 'task', type: -1 },
  spill: place < 64 ? 'spill' : 'register',
  offset,
  destructor: 'bpf_task_release',
  acquiredAt: 0,
});
const descriptor = (pc: number, stack: readonly number[], register?: number): Descriptor => ({
  pc,
  subprogram: program.subprogramOf[pc] ?? 0,
  stack: stack.map((place) => entry(place)),
  registers: [6, 7, 8, 9].map((number) => (number === register ? entry(58 + number, 8) : undefined)),
  nullable: new Set([0]),
});
const descriptors = {
  byPc: new Map([
    [1, descriptor(1, [1, 0], 7)],
    [3, descriptor(3, [])],
  ]),
  pcs: [1, 3, 5],
};

describe('descriptor', () => {
  test('locationOf and placeName agree for every place', () => {
    for (let place = 0; place < PLACES; place++) expect(placeOf(locationOf(place))).toBe(placeName(place));
    expect([placeName(0), placeName(63), placeName(64), placeName(67)]).toEqual(['fp-8', 'fp-512', 'r6', 'r9']);
  });

  test('describeDescriptors lists entries in their order, - where there is none', () => {
    expect(describeDescriptors(program, descriptors)).toEqual([
      'main 1: fp-16=task fp-8=task? r7=task+8',
      'main 3: -',
      'guard 5: -',
    ]);
  });

  test('metadataBytes counts 16 per table, 120 per pc and 24 per stack entry', () => {
    expect(metadataBytes(descriptors)).toBe(16 + 2 * 120 + 2 * 24);
  });
});
