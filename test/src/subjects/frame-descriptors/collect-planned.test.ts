/** rfc-v2: what a path records, and which of several copies is released. */
import { describe, expect, test } from 'vitest';
import { collectPlanned } from '../../../../src/subjects/frame-descriptors/collect-planned.js';
import { describeDescriptors } from '../../../../src/subjects/frame-descriptors/descriptor.js';
import type { StateView } from '../../../../src/verify/analysis.js';
import type { ByteKind, Slot } from '../../../../src/verify/value.js';
import {
  analysisOf,
  CALLER_AND_GUARD,
  CTX,
  constant,
  holding,
  inGuard,
  inMain,
  NOT_INIT,
  pointer,
  programOf,
  resident,
  slot,
  UNKNOWN,
  ZERO,
} from '../states.js';

const program = programOf(CALLER_AND_GUARD);
const task = pointer('task', 1);
const data = pointer('task', 1, { type: { to: 'data', size: 8, readonly: false } });
const slice = pointer('task', 1, { type: { to: 'data', size: 8, readonly: true } });

function collect(...states: readonly StateView[]): readonly string[] | string {
  const throws = states.map((state) => ({ pc: state.depth === 1 ? 0 : 5, state }));
  const collected = collectPlanned(program, analysisOf(program, throws));
  if (!collected.ok) return `${collected.refusal.code} ${collected.refusal.message}`;
  return describeDescriptors(program, collected.descriptors);
}

/** A slot whose lowest bytes are zero and whose other bytes are of another kind. */
function lowest(bytes: number, other: ByteKind): Slot {
  const kinds = Array.from({ length: 8 }, (_, byte): ByteKind => (byte < bytes ? 'zero' : other));
  return { bytes: kinds, spilled: undefined, resident: undefined };
}

describe('collectPlanned', () => {
  test('of the copies of one resource the one that is released first is listed', () => {
    expect(collect(inMain([task, task, CTX, CTX], holding('task')))).toEqual(['main 0: r6=task']);
    expect(collect(inMain([task, CTX, CTX, CTX], holding('task'), [slot(task), slot(task)]))).toEqual([
      'main 0: fp-8=task',
    ]);
    const pair = resident('dynptr', 1);
    expect(collect(inMain([CTX, CTX, CTX, CTX], holding('dynptr'), [...pair, ...pair]))).toEqual([
      'main 0: fp-16=dynptr',
    ]);
  });

  test('copies that the paths do not share are erased', () => {
    const both = inMain([CTX, CTX, task, task], holding('task'));
    const second = inMain([CTX, CTX, UNKNOWN, task], holding('task'));
    expect(collect(both, second)).toEqual(['main 0: r9=task']);
    expect(collect(second, both)).toEqual(['main 0: r8=uninitialised r9=task']);
  });

  test('which entries are copies is what the path said that made them', () => {
    const one = inMain([CTX, CTX, task, task], holding('task'));
    const two = inMain([CTX, CTX, task, pointer('task', 2)], holding('task', 'task'));
    expect(collect(one, two)).toEqual(['main 0: r8=task']);
    expect(collect(two, one)).toEqual(['main 0: r8=task r9=task']);
  });

  test('constant 0 makes a NULL entry in a register, spilled, and in eight zero bytes', () => {
    expect(collect(inMain([ZERO, CTX, CTX, CTX], [], [slot(ZERO), slot('zero')]))).toEqual([
      'main 0: fp-8=null fp-16=null r6=null',
    ]);
    const held = inMain([task, CTX, CTX, CTX], holding('task'));
    const none = inMain([ZERO, CTX, CTX, CTX], []);
    expect(collect(held, none)).toEqual(['main 0: r6=task?']);
    expect(collect(none, held)).toEqual(['main 0: r6=task?']);
  });

  test('a NULL entry does not merge with a dynptr, and gives way to a scalar', () => {
    const dynptr = inMain([CTX, CTX, CTX, CTX], holding('dynptr'), resident('dynptr', 1));
    const zeroes = inMain([CTX, CTX, CTX, CTX], [], [slot('zero'), slot('zero')]);
    expect(collect(dynptr, zeroes)).toContain('merge-failure');
    const scalar = inMain([constant(5n), CTX, CTX, CTX], []);
    expect(collect(inMain([ZERO, CTX, CTX, CTX], []), scalar)).toEqual(['main 0: r6=uninitialised']);
  });

  test('a slot of which only some bytes are zero is not initialised, and its failed merge is dropped', () => {
    const half = inMain([CTX, CTX, CTX, CTX], [], [lowest(4, 'misc')]);
    expect(collect(half)).toEqual(['main 0: fp-8=uninitialised']);
    const held = inMain([CTX, CTX, CTX, CTX], holding('task'), [slot(task)]);
    expect(collect(held, half)).toEqual(['main 0: fp-8=task']);
    expect(collect(half, held)).toContain('merge-failure');
  });

  test('the throwing frame releases when all its copies are recorded: its callers have scalars then', () => {
    const lent = inGuard([task, CTX, CTX, CTX], holding('task'), [slot(task)], { registers: [task, task, CTX, CTX] });
    expect(collect(lent)).toEqual(['main 1: r6=uninitialised', 'guard 5: r6=task']);
  });

  test('callers release nothing in the state: copies in two of them are both listed', () => {
    const kept = inGuard([task, task, CTX, CTX], holding('task'), [], { registers: [CTX, CTX, CTX, CTX] });
    expect(collect(kept)).toEqual(['main 1: r6=task', 'guard 5: -']);
  });

  test('memory of a dynptr is a scalar in the frame that recorded it, and has no destructor elsewhere', () => {
    const pair = resident('dynptr', 1);
    expect(collect(inMain([data, CTX, CTX, CTX], holding('dynptr'), pair))).toEqual([
      'main 0: fp-16=dynptr r6=uninitialised',
    ]);
    expect(collect(inMain([CTX, CTX, CTX, CTX], holding('dynptr'), [slot(data), ...pair]))).toContain('no-destructor');
    expect(collect(inGuard([data, CTX, CTX, CTX], holding('dynptr'), pair))).toContain('no-destructor');
    expect(collect(inMain([slice, CTX, CTX, CTX], holding('dynptr'), pair))).toEqual(['main 0: fp-16=dynptr']);
  });

  test('what is not listed in frame 0 is a leak there, and in no other frame', () => {
    expect(collect(inMain([NOT_INIT], holding('task')))).toContain('held-reference');
    expect(collect(inGuard([CTX, CTX, CTX, CTX], holding('task'), [], { registers: [CTX, CTX, CTX, CTX] }))).toEqual([
      'main 1: -',
      'guard 5: -',
    ]);
  });
});
