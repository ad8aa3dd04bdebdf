/** rfc-v1 collection: one test per rule of the posted series, odd ones included. */
import { describe, expect, test } from 'vitest';
import { collectPosted } from '../../../../src/subjects/frame-descriptors/collect.js';
import { describeDescriptors, placeName } from '../../../../src/subjects/frame-descriptors/descriptor.js';
import type { StateView } from '../../../../src/verify/analysis.js';
import type { Pointer, Slot } from '../../../../src/verify/value.js';
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
const ALL_ZERO = [ZERO, ZERO, ZERO, ZERO];

/** Descriptor lines, or the refusal as `code message`. */
function collect(...states: readonly StateView[]): readonly string[] | string {
  const throws = states.map((state) => ({ pc: state.depth === 1 ? 0 : 5, state }));
  const collected = collectPosted(program, analysisOf(program, throws));
  if (!collected.ok) return `${collected.refusal.code} ${collected.refusal.message}`;
  return describeDescriptors(program, collected.descriptors);
}

const withR7 = (value: Parameters<typeof inGuard>[0][number]) => [ZERO, value, ZERO, ZERO];

describe('collectPosted', () => {
  test('registers: an owned pointer makes an entry, constant 0 and unowned pointers none, scalars NOT_INIT', () => {
    expect(collect(inMain([pointer('task', 1), ZERO, CTX, UNKNOWN], holding('task')))).toEqual([
      'main 0: r6=task r9=uninitialised',
    ]);
    expect(collect(inMain([constant(5n), NOT_INIT, ZERO, ZERO], []))).toEqual([
      'main 0: r6=uninitialised r7=uninitialised',
    ]);
  });

  test('a pc where nothing was recorded has no descriptor', () => {
    const collected = collectPosted(program, analysisOf(program, [{ pc: 0, state: inMain(ALL_ZERO, []) }]));
    expect(collected.ok && collected.descriptors.byPc.size).toBe(0);
    expect(collected.ok && collected.descriptors.pcs).toEqual([0]);
  });

  test('slots: spilled scalars make none; MISC and INVALID make NOT_INIT inside the allocated stack only', () => {
    const slots = [
      slot(constant(3n)),
      slot(ZERO),
      slot(CTX),
      slot('misc'),
      slot('invalid'),
      slot('zero'),
      slot(UNKNOWN),
    ];
    expect(collect(inMain(ALL_ZERO, [], slots))).toEqual(['main 0: fp-32=uninitialised fp-40=uninitialised']);
  });

  test('slots: the kind is decided from the lowest-addressed byte alone', () => {
    const lowMisc: Slot = { bytes: ['misc', ...slot('zero').bytes.slice(1)], spilled: undefined, resident: undefined };
    const lowZero: Slot = { bytes: ['zero', ...slot('misc').bytes.slice(1)], spilled: undefined, resident: undefined };
    expect(collect(inMain(ALL_ZERO, [], [lowMisc, lowZero]))).toEqual(['main 0: fp-8=uninitialised']);
  });

  test('a maybe-NULL owned pointer is an entry like any other', () => {
    expect(collect(inMain(withR7(pointer('task', 1, { mayBeNull: true, id: 1 })), holding('task')))).toEqual([
      'main 0: r7=task?',
    ]);
  });

  test('stack before registers: the slot gets the entry, its copies are unknown scalars by then', () => {
    const task = pointer('task', 1);
    expect(collect(inMain([task, ZERO, ZERO, ZERO], holding('task'), [slot(task), slot(task)]))).toEqual([
      'main 0: fp-8=task r6=uninitialised',
    ]);
  });

  test('the throwing frame releases in callers too: what it borrows is NOT_INIT in the caller', () => {
    const task = pointer('task', 1);
    const state = inGuard(withR7(task), holding('task'), [], { registers: [task, ZERO, ZERO, ZERO] });
    expect(collect(state)).toEqual(['main 1: r7=uninitialised', 'guard 5: r6=task']);
  });

  test('a caller releases nothing in the state: the same resource in two of its places is listed twice', () => {
    const task = pointer('task', 1);
    const state = inGuard([task, task, ZERO, ZERO], holding('task'), [], { registers: ALL_ZERO });
    expect(collect(state)).toEqual(['main 1: r6=task r7=task', 'guard 5: -']);
  });

  test('merge: kernel objects of different BTF types merge into the first, as do struct types', () => {
    const task = inMain(withR7(pointer('task', 1)), holding('task'));
    const cgroup = inMain(withR7(pointer('cgroup', 1)), holding('cgroup'));
    expect(collect(task, cgroup)).toEqual(['main 0: r7=task']);
    expect(collect(cgroup, task)).toEqual(['main 0: r7=cgroup']);
    const node = inMain(withR7(pointer('object', 1, { struct: 0 })), holding('object'));
    const leaf = inMain(withR7(pointer('object', 1, { struct: 1 })), holding({ kind: 'object', type: 1 }));
    expect(collect(node, leaf)).toEqual(['main 0: r7=object']);
  });

  test('merge: different type numbers refuse with both sides', () => {
    const task = inMain(withR7(pointer('task', 1)), holding('task'));
    const ring = inMain(withR7(pointer('ring', 1)), holding('ring'));
    expect(collect(task, ring)).toContain('failed to merge old and new frame desc entry: r7 of main: task of insn 100');
  });

  test('merge: a register with a scalar against a resource refuses, in both orders', () => {
    const task = inMain(withR7(pointer('task', 1)), holding('task'));
    expect(collect(task, inMain(withR7(UNKNOWN), []))).toContain('merge-failure');
    expect(collect(inMain(withR7(NOT_INIT), []), task)).toContain('merge-failure');
  });

  test('merge: MISC that arrives at a resource is dropped unnoticed, a resource that arrives at MISC refuses', () => {
    const task = inMain(ALL_ZERO, holding('task'), [slot(pointer('task', 1))]);
    const misc = inMain(ALL_ZERO, [], [slot('misc')]);
    expect(collect(task, misc)).toEqual(['main 0: fp-8=task']);
    expect(collect(misc, task)).toContain('merge-failure');
  });

  test('an old entry that a later path says nothing about stays: an unowned pointer or a spilled scalar meets it', () => {
    const task = inMain(withR7(pointer('task', 1)), holding('task'), [slot(ZERO)]);
    expect(collect(task, inMain(withR7(pointer('task', 0)), [], [slot(constant(5n))]))).toEqual(['main 0: r7=task']);
    const spilled = inMain(ALL_ZERO, holding('task'), [slot(pointer('task', 1))]);
    expect(collect(spilled, inMain(ALL_ZERO, [], [slot(constant(5n))]))).toEqual(['main 0: fp-8=task']);
  });

  test('? marks a place that some path has NULL, before or after the entry was made', () => {
    const task = inMain(withR7(pointer('task', 1)), holding('task'));
    expect(collect(task, inMain(ALL_ZERO, []))).toEqual(['main 0: r7=task?']);
    expect(collect(inMain(ALL_ZERO, []), task)).toEqual(['main 0: r7=task?']);
  });

  test('leak check in frame 0 only', () => {
    expect(collect(inMain(ALL_ZERO, holding('task')))).toBe(
      'held-reference Unreleased reference id=1 alloc_insn=100 task#1',
    );
    expect(collect(inGuard(ALL_ZERO, holding('task'), [], { registers: ALL_ZERO }))).toEqual([
      'main 1: -',
      'guard 5: -',
    ]);
  });

  test('an entry without destructor refuses before any merge', () => {
    const state = inMain(withR7(pointer('object', 1, { struct: 7 })), holding({ kind: 'object', type: 7 }));
    expect(collect(state)).toBe('no-destructor failed to simulate cleanup for frame desc entry');
  });

  describe('what lives on the stack', () => {
    const dynptr = resident('dynptr', 1);
    const numbers = resident('iter_num', 1);

    test('the first slot of a dynptr or iterator makes the entry, the others nothing', () => {
      expect(collect(inMain(ALL_ZERO, holding('dynptr'), dynptr))).toEqual(['main 0: fp-16=dynptr']);
      expect(collect(inMain(ALL_ZERO, holding('iter_task'), resident('iter_task', 1)))).toEqual([
        'main 0: fp-24=iter_task',
      ]);
    });

    test('a clone is a second entry: cleanup leaves dynptr slots as they are', () => {
      expect(collect(inMain(ALL_ZERO, holding('dynptr'), [...dynptr, ...dynptr]))).toEqual([
        'main 0: fp-16=dynptr fp-32=dynptr',
      ]);
    });

    test('data of a dynptr have no destructor, unless the dynptr was seen before; a slice says nothing', () => {
      const data = (readonly: boolean): Pointer => ({
        ...pointer('ring', 1),
        type: { to: 'data', size: 8, readonly },
      });
      expect(collect(inMain(ALL_ZERO, holding('dynptr'), [slot(data(false)), ...dynptr]))).toContain('no-destructor');
      expect(collect(inMain([data(false), ZERO, ZERO, ZERO], holding('dynptr'), dynptr))).toEqual([
        'main 0: fp-16=dynptr r6=uninitialised',
      ]);
      expect(collect(inMain(ALL_ZERO, holding('dynptr'), [slot(data(true)), ...dynptr]))).toEqual([
        'main 0: fp-24=dynptr',
      ]);
    });

    test('an uninitialised slot against a dynptr goes unnoticed, another type refuses', () => {
      const held = inMain(ALL_ZERO, holding('dynptr'), dynptr);
      expect(collect(held, inMain(ALL_ZERO, [], [slot('misc'), slot('misc')]))).toEqual([
        'main 0: fp-16=dynptr fp-8=uninitialised',
      ]);
      const other = inMain(ALL_ZERO, holding('iter_num'), [slot('zero'), ...numbers]);
      expect(collect(held, other)).toContain('merge-failure');
      const tasks = inMain(ALL_ZERO, holding('iter_task'), resident('iter_task', 1));
      const numbersThere = inMain(ALL_ZERO, holding('iter_num'), [slot('zero'), slot('zero'), ...numbers]);
      expect(collect(tasks, numbersThere)).toContain('merge-failure');
    });

    test('a released iterator of the thrower counts as released', () => {
      expect(collect(inMain(ALL_ZERO, holding('iter_num'), numbers))).toEqual(['main 0: fp-8=iter_num']);
    });
  });

  test('sockets: each pointer type has its own number, in a caller every copy makes an entry', () => {
    const sock = pointer('socket', 1);
    const tcp: Pointer = { ...sock, type: { to: 'socket', form: 'tcp_sock' } };
    expect(collect(inMain([sock, tcp, ZERO, ZERO], holding('socket')))).toEqual(['main 0: r6=socket r7=uninitialised']);
    const state = inGuard([sock, tcp, ZERO, ZERO], holding('socket'), [], { registers: ALL_ZERO });
    expect(collect(state)).toContain('main 1: r6=socket r7=socket');
    const first = inMain([sock, ZERO, ZERO, ZERO], holding('socket'));
    expect(collect(first, inMain([tcp, ZERO, ZERO, ZERO], holding('socket')))).toContain('merge-failure');
  });

  test('a trace is told of every merge in order, the dropped and the refused ones included', () => {
    const events: string[] = [];
    const throws = [
      inMain(ALL_ZERO, holding('task'), [slot(pointer('task', 1))]),
      inMain(withR7(pointer('cgroup', 1)), holding('cgroup'), [slot('misc')]),
      inMain(withR7(UNKNOWN), []),
    ].map((state) => ({ pc: 0, state }));
    collectPosted(program, analysisOf(program, throws), ({ visit, pc, fresh, rule, came }) => {
      events.push(`${visit} at ${pc}: ${placeName(fresh.place)} ${fresh.holds?.kind ?? '-'} rule ${rule} ${came}`);
    });
    expect(events).toEqual([
      '0 at 0: fp-8 task rule 1 taken',
      '1 at 0: fp-8 - rule 6 dropped',
      '1 at 0: r7 cgroup rule 1 taken',
      '2 at 0: r7 - rule 6 refused',
    ]);
  });
});
