/** Tests of the words for what the verifier knows of a location. */
import { describe, expect, it } from 'vitest';
import {
  type Cell,
  cellOfSlot,
  cellOfValue,
  cellText,
  isAtStake,
  isConflict,
  isFit,
  offsetText,
  resourceName,
} from '../../../src/report/explain-cell.js';
import type { Pointer, PointerType, Slot, Value } from '../../../src/verify/value.js';
import {
  CALLER_AND_GUARD,
  CTX,
  constant,
  holding,
  inMain,
  NOT_INIT,
  pointer,
  programOf,
  resident,
  slot,
  UNKNOWN,
  ZERO,
} from '../subjects/states.js';

const program = programOf(CALLER_AND_GUARD);
const state = inMain([], holding('task', { kind: 'object', type: 1 }, 'socket', 'dynptr', 'iter_task'));

const wordsOf = (value: Value) => cellText(cellOfValue(program, state, value));
const unowned = (type: PointerType, more: Partial<Pointer> = {}): Pointer => ({ ...CTX, type, ...more });

describe('cellOfValue', () => {
  it.each<[string, Value]>([
    ['uninitialised', NOT_INIT],
    ['scalar', UNKNOWN],
    ['0', ZERO],
    ['7', constant(7n)],
    ['-1', constant(2n ** 64n - 1n)],
    ['task@100', pointer('task', 1)],
    ['task@100?', pointer('task', 1, { mayBeNull: true })],
    ['task@100+8', pointer('task', 1, { off: 8 })],
    ['object@101 leaf', pointer('object', 2, { struct: 1 })],
    ['socket@102 sock', pointer('socket', 3)],
    [
      'socket@102 tcp_sock or 0',
      pointer('socket', 3, { type: { to: 'socket', form: 'tcp_sock' }, mayBeNull: true, id: 9 }),
    ],
    ['data of dynptr@103?', unowned({ to: 'data', size: 8, readonly: false }, { ref: 4, mayBeNull: true })],
    ['slice of dynptr@103', unowned({ to: 'data', size: 8, readonly: true }, { ref: 4 })],
    ['element of iter_task@104', unowned({ to: 'element' }, { ref: 5 })],
    ['ctx', CTX],
    ['stack of main-8', unowned({ to: 'stack', frame: 0 }, { off: -8 })],
    ['map events', unowned({ to: 'map', map: 0 })],
    ['task, not owned', pointer('task', 0)],
    ['record, not owned', pointer('ring', 0)],
    ['node, not owned', pointer('object', 0)],
    ['sock, not owned', pointer('socket', 0)],
    ['task, not owned', pointer('task', 77)],
  ])('cellOfValue says %s', (words, value) => {
    expect(wordsOf(value)).toBe(words);
  });
});

describe('cellOfSlot', () => {
  const spilled = slot(pointer('task', 1));
  const half: Slot = { ...spilled, bytes: [...spilled.bytes.slice(4), ...slot('misc').bytes.slice(4)] };
  const [second = slot('dynptr'), first = slot('dynptr')] = resident('dynptr', 4);
  it.each<[string, Slot]>([
    ['uninitialised', slot('invalid')],
    ['misc', slot('misc')],
    ['0', slot('zero')],
    ['task@100', spilled],
    ['bytes rrrrmmmm of task@100', half],
    ['bytes 0000????', { ...slot('zero'), bytes: [...slot('zero').bytes.slice(4), ...slot('invalid').bytes.slice(4)] }],
    ['dynptr@103', first],
    ['part of dynptr', second],
    ['iter_task@104', resident('iter_task', 5).at(-1) ?? slot('iter')],
    ['part of iter_task', resident('iter_task', 5)[0] ?? slot('iter')],
  ])('cellOfSlot says %s', (words, of) => {
    expect(cellText(cellOfSlot(program, state, of))).toBe(words);
  });
});

describe('resourceName', () => {
  it('resourceName tells references of one call apart by letters, in the order of acquisition', () => {
    const many = inMain([], holding({ acquiredAt: 5 }, { acquiredAt: 7 }, { acquiredAt: 5 }));
    expect(many.references.map((each) => resourceName(many, each))).toEqual(['task@5a', 'task@7', 'task@5b']);
  });
});

const owned = (kind: string, more: Partial<Extract<Cell, { readonly is: 'owned' }>> = {}): Cell => ({
  is: 'owned',
  kind,
  resource: `${kind}@1`,
  offset: 0,
  mayBeNull: false,
  acquiredAt: 1,
  ...more,
});
const NULL: Cell = { is: 'constant', value: 0n };
const SCALAR: Cell = { is: 'scalar', umin: 0n, umax: 9n };

describe('isConflict', () => {
  it.each<[boolean, string, readonly Cell[]]>([
    [
      false,
      'one kind of two calls, and NULL',
      [owned('task'), owned('task', { acquiredAt: 9, mayBeNull: true }), NULL],
    ],
    [false, 'nothing owned anywhere', [SCALAR, { is: 'misc' }]],
    [
      false,
      'two pointer types of a socket',
      [owned('socket', { type: 'sock' }), owned('socket', { type: 'tcp_sock' })],
    ],
    [true, 'two kinds', [owned('task'), owned('cgroup')]],
    [true, 'two struct types', [owned('object', { type: 'node' }), owned('object', { type: 'leaf' })]],
    [true, 'two offsets', [owned('task'), owned('task', { offset: 8 })]],
    [true, 'a resource and a scalar', [owned('task'), SCALAR]],
    [true, 'a resource and the constant 1', [owned('task'), { is: 'constant', value: 1n }]],
    [true, 'a resource and a cast that may be NULL', [owned('socket'), owned('socket', { mayBeNull: 'held' })]],
  ])('isConflict is %s for %s', (conflict, _, cells) => {
    expect(isConflict(cells)).toBe(conflict);
    expect(isConflict([...cells].reverse())).toBe(conflict);
  });
});

describe('isFit', () => {
  const entry = { what: 'object', type: 'node', offset: 0 };
  it.each<[boolean, string, Cell | undefined]>([
    [true, 'the same', owned('object', { type: 'node' })],
    [true, 'NULL', NULL],
    [false, 'another struct type', owned('object', { type: 'leaf' })],
    [false, 'another offset', owned('object', { type: 'node', offset: 8 })],
    [false, 'another kind', owned('task')],
    [false, 'a scalar', SCALAR],
    [false, 'no such frame', undefined],
    [false, 'a pointer whose NULL says nothing', owned('object', { type: 'node', mayBeNull: 'held' })],
  ])('isFit is %s for %s', (fits, _, cell) => {
    expect(isFit(cell, entry)).toBe(fits);
  });

  it('isFit does not ask for the pointer type of a socket: the destructor is the same', () => {
    expect(isFit(owned('socket', { type: 'tcp_sock' }), { what: 'socket', type: 'sock', offset: 0 })).toBe(true);
  });
});

describe('isAtStake', () => {
  it('isAtStake holds for resources and for what points into one', () => {
    const data: Cell = { is: 'pointer', to: 'data', of: 'dynptr@1', offset: 0, mayBeNull: false };
    expect([owned('task'), data].map(isAtStake)).toEqual([true, true]);
    const ctx: Cell = { is: 'pointer', to: 'ctx', offset: 0, mayBeNull: false };
    expect([NULL, SCALAR, ctx].map(isAtStake)).toEqual([false, false, false]);
  });
});

describe('offsetText', () => {
  it('offsetText has a sign, and nothing for 0', () => {
    expect([8, -8, 0].map(offsetText)).toEqual(['+8', '-8', '']);
  });
});
