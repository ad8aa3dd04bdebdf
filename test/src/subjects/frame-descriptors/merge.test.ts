/** The merge rules of the posted series, entry by entry. */
import { describe, expect, test } from 'vitest';
import type { Kind, SocketForm } from '../../../../src/isa/kinds.js';
import type { Entry } from '../../../../src/subjects/frame-descriptors/descriptor.js';
import { mergeEntries, mergeFailure, mergeRule, sideOf } from '../../../../src/subjects/frame-descriptors/merge.js';
import { CALLER_AND_GUARD, programOf } from '../states.js';

const entry = (kind: Kind | undefined, type = -1): Entry => ({
  place: 0,
  holds: kind === undefined ? undefined : { kind, type },
  spill: 'spill',
  offset: 0,
  destructor: kind ?? '',
  acquiredAt: kind === undefined ? undefined : 3,
});

describe('mergeEntries', () => {
  test('mergeEntries takes the new entry where there is none', () => {
    const fresh = entry('task');
    expect(mergeEntries(undefined, fresh)).toBe(fresh);
  });

  test('mergeEntries keeps the old one for the same type number, whatever the BTF type', () => {
    const task = entry('task');
    expect(mergeEntries(task, entry('cgroup'))).toBe(task);
    const node = entry('object', 0);
    expect(mergeEntries(node, entry('object', 1))).toBe(node);
    const nothing = entry(undefined);
    expect(mergeEntries(nothing, entry(undefined))).toBe(nothing);
  });

  test('mergeEntries refuses different type numbers and NOT_INIT against a resource, both ways', () => {
    expect(mergeEntries(entry('task'), entry('ring'))).toBeUndefined();
    expect(mergeEntries(entry('object', 0), entry('task'))).toBeUndefined();
    expect(mergeEntries(entry('task'), entry(undefined))).toBeUndefined();
    expect(mergeEntries(entry(undefined), entry('task'))).toBeUndefined();
  });

  test('mergeEntries refuses different spill types, and dynptrs and iterators that are not the very same', () => {
    const dynptr: Entry = { ...entry('dynptr'), spill: 'dynptr' };
    const numbers: Entry = { ...entry('iter_num'), spill: 'iter' };
    const tasks: Entry = { ...entry('iter_task'), spill: 'iter' };
    expect(mergeEntries(dynptr, { ...dynptr })).toBe(dynptr);
    expect(mergeEntries(numbers, { ...numbers, acquiredAt: 9 })).toBe(numbers);
    expect(mergeEntries(numbers, tasks)).toBeUndefined();
    expect(mergeEntries(dynptr, entry(undefined))).toBeUndefined();
    expect(mergeEntries(entry(undefined), dynptr)).toBeUndefined();
  });

  test('mergeEntries lets a resource or NOT_INIT stand for NULL, whichever came first', () => {
    const none: Entry = { ...entry(undefined), isNull: true };
    for (const other of [entry('task'), entry(undefined)]) {
      expect(mergeEntries(other, none)).toBe(other);
      expect(mergeRule(other, none)).toBe(7);
      expect(mergeEntries(none, other)).toBe(other);
      expect(mergeRule(none, other)).toBe(8);
    }
    expect(mergeRule(none, { ...none })).toBe(2);
    expect(mergeRule(none, { ...entry('dynptr'), spill: 'dynptr' })).toBe(3);
    expect(sideOf(none)).toEqual({ what: 'null' });
  });

  test('mergeEntries takes a cast by bpf_skc_to_* for any kernel object, and no other socket pointer', () => {
    const socket = (form: SocketForm): Entry => ({
      ...entry('socket'),
      holds: { kind: 'socket', type: -1, form },
    });
    const cast = socket('btf');
    expect(mergeEntries(cast, entry('task'))).toBe(cast);
    expect(mergeEntries(socket('sock'), socket('tcp_sock'))).toBeUndefined();
  });
});

describe('mergeRule', () => {
  const socket = (form: SocketForm): Entry => ({ ...entry('socket'), holds: { kind: 'socket', type: -1, form } });
  const resident = (kind: Kind): Entry => ({ ...entry(kind), spill: kind === 'dynptr' ? 'dynptr' : 'iter' });

  test.each<[number, string, Entry | undefined, Entry]>([
    [1, 'nothing is there', undefined, entry('task')],
    [2, 'the entries are identical', entry('object', 1), entry('object', 1)],
    [2, 'both are uninitialised', entry(undefined), entry(undefined)],
    [2, 'both are the same iterator', resident('iter_num'), resident('iter_num')],
    [3, 'spill types differ', entry('task'), resident('dynptr')],
    [4, 'two iterators are not identical', resident('iter_num'), resident('iter_task')],
    [5, 'the type number is the same', entry('task'), entry('cgroup')],
    [5, 'two local objects have one type number', entry('object', 0), entry('object', 1)],
    [6, 'the type numbers differ', entry('task'), entry('ring')],
    [6, 'one is uninitialised', entry('task'), entry(undefined)],
    [2, 'two sockets have one pointer type', socket('tcp_sock'), socket('tcp_sock')],
    [6, 'two sockets have different pointer types', socket('sock'), socket('tcp_sock')],
    [5, 'a socket cast to a BTF pointer has the type number of a task', socket('btf'), entry('task')],
  ])('mergeRule %i applies where %s', (rule, _, old, fresh) => {
    expect(mergeRule(old, fresh)).toBe(rule);
    const kept = [1, 2, 5].includes(rule) ? (old ?? fresh) : undefined;
    expect(mergeEntries(old, fresh)).toBe(kept);
  });
});

describe('mergeFailure', () => {
  test('mergeFailure carries location, both sides and the words of the series', () => {
    const program = programOf(CALLER_AND_GUARD);
    expect(mergeFailure(program, 5, 65, sideOf(entry('task')), sideOf(entry(undefined)))).toEqual({
      code: 'merge-failure',
      pc: 5,
      message:
        'frame_desc: merge: failed to merge old and new frame desc entry: r7 of guard: task of insn 3 against uninitialised',
      subprogram: 1,
      location: { in: 'register', register: 7 },
      left: { what: 'task', acquiredAt: 3 },
      right: { what: 'uninitialised' },
    });
  });
});
