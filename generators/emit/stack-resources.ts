/** What lives on the stack: dynptrs with their clones and memory, iterators and the loops over them. */
import { loadMap } from '../../src/isa/insn.js';
import type { StackKind } from '../../src/isa/kinds.js';
import type { Builder } from '../builder.js';
import { RECORD_SIZE } from '../declarations.js';
import { CASTS, CLONERS, DATA, ITERABLE, MAKERS, STACKABLE, STEPPERS, serves } from '../sources.js';
import { BLURRED, FIRST_SAVED, findHolding, type Holding, type Place, SCALAR, slotPlaces, slotsOf } from '../state.js';
import { acquire, canAcquire } from './acquire.js';
import { release, settle } from './release.js';
import { hasTwoSpares } from './resources.js';
import { testScalar } from './scalars.js';
import { guardThrow } from './throws.js';

/** Most passes of a loop over an iterator, and of all loops around one statement. */
const NUMBERS = 3;
const TRIPS = 6;

/** Emits the call that makes a kind where `address` puts the address. R0 is an error code. */
export function makeCall(b: Builder, kind: StackKind, address: (register: number) => void): void {
  const source = b.choices.pick(serves(MAKERS, kind));
  let scalars = 0;
  source.args.forEach((arg, index) => {
    const register = index + 1;
    if (arg.is === 'map') b.wide(loadMap(register, 0));
    else if (arg.is === 'dynptr' || arg.is === 'iterator') address(register);
    else b.set(register, scalarArgument(b, kind, arg.is === 'scalar' ? scalars++ : -1));
  });
  b.call(source.name);
}

/** A dynptr's size and flags; start and end of numbers; flags of tasks. */
function scalarArgument(b: Builder, kind: StackKind, position: number): number {
  if (position < 0) return 0;
  if (kind === 'dynptr') return position === 0 ? RECORD_SIZE : 0;
  if (kind === 'iter_num') return position === 0 ? 0 : b.choices.int(NUMBERS + 1);
  return b.choices.chance(90) ? 0 : b.choices.int(3);
}

/** Makes a resource of a kind at `home`; what the call returns is kept now and then. */
function make(b: Builder, kind: StackKind, home: Place, id: number): void {
  makeCall(b, kind, (register) => b.addressOf(register, home));
  b.own({ id, home, kind, type: -1, nullable: false });
  if (!b.choices.chance(20)) return;
  const result = b.spare('any', true);
  if (result !== undefined) b.put(result, 0, SCALAR);
}

const hasSlots = (b: Builder, kinds: readonly StackKind[]): boolean =>
  b.hasRoom() && kinds.some((kind) => b.spareRun(slotsOf(kind)) !== undefined);

export const canMakeOnStack = (b: Builder): boolean => hasSlots(b, STACKABLE);
export const canIterate = (b: Builder): boolean => b.trips * 3 <= TRIPS && hasSlots(b, ITERABLE);

function place(
  b: Builder,
  kinds: readonly StackKind[],
): { readonly kind: StackKind; readonly home: Place } | undefined {
  const kind = b.choices.pick(kinds);
  const home = b.spareRun(slotsOf(kind));
  return home === undefined ? undefined : { kind, home };
}

/** A dynptr or iterator that is held until its scope ends. */
export function emitMakeOnStack(b: Builder): void {
  const at = place(b, STACKABLE);
  if (at !== undefined) make(b, at.kind, at.home, b.newId());
}

/** `bpf_for_each(…) { … }`, with the iterator destroyed at once or held on. */
export function emitIterate(b: Builder): void {
  const at = place(b, ITERABLE);
  if (at === undefined) return;
  const { kind, home } = at;
  const id = b.newId();
  make(b, kind, home, id);
  const next = b.choices.pick(serves(STEPPERS, kind)).name;
  b.iterate(
    home,
    next,
    () => {
      useElement(b, kind);
      b.block(3 + b.choices.int(10));
    },
    () => settle(b),
  );
  const holding = findHolding(b.state, id);
  if (holding !== undefined && b.choices.chance(70)) release(b, holding);
}

/** R0 points to a number, or is a task that is lent. */
function useElement(b: Builder, kind: StackKind): void {
  if (b.choices.chance(30)) return;
  if (kind !== 'iter_num') {
    const to = b.spare('any');
    if (to !== undefined) b.put(to, 0, { is: 'borrowed', kind: 'task', type: -1, nullable: false });
    return;
  }
  b.op('ldx32', { dst: 1, src: 0, off: 0 });
  const to = b.spare('any', true);
  if (to !== undefined) b.put(to, 1, SCALAR);
}

const dynptrs = (b: Builder): readonly Holding[] =>
  b.state.holdings.filter(({ kind, guard, remote }) => kind === 'dynptr' && guard === undefined && remote !== true);

const DYNPTR: readonly StackKind[] = ['dynptr'];

export const canUseDynptr = (b: Builder): boolean => dynptrs(b).length > 0 || hasSlots(b, DYNPTR);
export const canClone = (b: Builder): boolean => b.hasRoom(2) && (clonable(b).length > 0 || hasSlots(b, DYNPTR));

/** Not those of before a loop: its next pass would write over the clone. */
const clonable = (b: Builder): readonly Holding[] => dynptrs(b).filter(({ id }) => id >= b.frame.loop);

/** One of some dynptrs that are held, made if there is none. */
function someDynptr(b: Builder, held: readonly Holding[]): Holding | undefined {
  if (held.length > 0) return b.choices.pick(held);
  const at = place(b, DYNPTR);
  if (at === undefined) return undefined;
  const id = b.newId();
  make(b, at.kind, at.home, id);
  return findHolding(b.state, id);
}

/** A pointer into a dynptr's memory, kept for a while or used at once. */
export function emitDynptrData(b: Builder): void {
  const dynptr = someDynptr(b, dynptrs(b));
  if (dynptr === undefined) return;
  const { id, home } = dynptr;
  const name = b.choices.pick(DATA);
  const slice = name === 'bpf_dynptr_slice';
  b.addressOf(1, home);
  b.set(2, 8 * b.choices.int(2));
  b.set(3, slice ? 0 : 8);
  if (slice) b.set(4, 8);
  b.call(name);
  const to = b.choices.chance(40) ? b.spare('any') : undefined;
  if (to !== undefined) b.put(to, 0, { is: 'derived', holding: id, what: slice ? 'slice' : 'data', nullable: true });
  const skip = b.label();
  b.jumpIfZero(0, true, skip);
  if (slice || b.choices.chance(50)) b.op('ldx32', { dst: 1, src: 0, off: 4 * b.choices.int(2) });
  else b.op('st64', { dst: 0, off: 0, imm: b.choices.int(100) });
  b.bind(skip);
}

/** Another place of the same dynptr. */
export function emitClone(b: Builder): void {
  const dynptr = someDynptr(b, clonable(b));
  if (dynptr === undefined) return;
  const { id, home } = dynptr;
  const to = b.spareRun(2);
  if (to === undefined) return;
  b.addressOf(1, home);
  b.addressOf(2, to);
  b.call(b.choices.pick(CLONERS));
  b.mark(to, { is: 'clone', holding: id, first: true, sure: true });
  b.mark(to - 1, { is: 'clone', holding: id, first: false, sure: true });
}

/** One path makes something of slots of which the other makes something else, or nothing; a flag tells them apart. */
export function emitGuardedOnStack(b: Builder): void {
  const at = place(b, STACKABLE);
  if (at === undefined) return;
  const { kind, home } = at;
  const places = slotPlaces(home, kind);
  const id = b.newId();
  for (const slot of places) b.mark(slot, { is: 'guarded', holding: id });
  const flag = b.spare('any');
  if (flag === undefined) {
    for (const slot of places) b.mark(slot, BLURRED);
    return;
  }
  const other = b.choices.chance(40) ? b.choices.pick(STACKABLE) : undefined;
  const otherwise = other !== undefined && slotsOf(other) <= places.length ? { kind: other, type: -1 } : undefined;
  const seal = (): true => {
    b.disown(id, BLURRED);
    b.own({ id, home, kind, type: -1, nullable: false, guard: { flag, otherwise } });
    return true;
  };
  b.branch({
    test: (label) => testScalar(b, label),
    first: () => {
      b.putConstant(flag, 1, { is: 'flag', holding: id });
      makeCall(b, kind, (register) => b.addressOf(register, home));
      return seal();
    },
    second: () => {
      b.putConstant(flag, 0, { is: 'flag', holding: id });
      if (otherwise !== undefined) makeCall(b, otherwise.kind, (register) => b.addressOf(register, home));
      else if (b.choices.chance(60)) {
        const zero = b.choices.chance(50);
        for (const slot of places) b.putConstant(slot, zero ? 0 : b.choices.int(3), { is: 'guarded', holding: id });
      }
      return seal();
    },
    settle: () => settle(b),
  });
  if (b.choices.chance(b.profile.clash)) guardThrow(b);
}

/** A place with the pointer of a socket that is certainly not NULL. */
function socketPlace(b: Builder): Place | undefined {
  return b.find(FIRST_SAVED, (content) => {
    if (content.is !== 'held') return false;
    const holding = findHolding(b.state, content.holding);
    return holding?.kind === 'socket' && !holding.nullable;
  });
}

export const canCast = (b: Builder): boolean =>
  hasTwoSpares(b) && (socketPlace(b) !== undefined || (b.hasRoom() && canAcquire(b, 'socket')));

/** A pointer of another type to a socket that is held; it may be NULL. */
export function emitCast(b: Builder): void {
  if (socketPlace(b) === undefined) acquire(b, { species: { kind: 'socket', type: -1 }, present: true });
  const from = socketPlace(b);
  if (from === undefined) return;
  const content = b.content(from);
  b.load(1, from);
  b.call(b.choices.pick(CASTS));
  const to = b.spare('any');
  if (to === undefined || content.is !== 'held') return;
  b.put(to, 0, { is: 'derived', holding: content.holding, what: 'cast', nullable: true });
}
