/** What programs do with resources between acquiring and releasing them, and how paths come to differ in what they hold. */
import { livesOnStack } from '../../src/isa/kinds.js';
import type { Builder } from '../builder.js';
import { LENDABLE } from '../sources.js';
import { BLURRED, COUNTER, findHolding, type Holding, NOTHING, type Place, type Species } from '../state.js';
import { acquire, acquireCall, borrow, canAcquire, keep, someSpecies } from './acquire.js';
import { canRelease, release, releaseCall, settle } from './release.js';
import { testScalar } from './scalars.js';
import { guardThrow } from './throws.js';

export const emitAcquire = (b: Builder): void => acquire(b);

/** `p = acquire(); if (p) { …; release(p); }` */
export function emitAcquireScope(b: Builder): void {
  const home = b.spare('any');
  if (home === undefined) return;
  const got = acquireCall(b, someSpecies(b));
  if (!got.nullable) {
    keep(b, got, { home });
    return;
  }
  b.branch({
    test: (second) => b.jumpIfZero(0, true, second),
    first: () => {
      keep(b, { ...got, nullable: false }, { home });
      b.block(3 + b.choices.int(10));
      return true;
    },
    settle: () => settle(b),
  });
}

/** `p = NULL; if (c) p = acquire();` */
export function emitConditionalAcquire(b: Builder): void {
  const home = b.spare('any');
  if (home === undefined) return;
  const id = b.newId();
  b.putConstant(home, 0, { is: 'zeroed', holding: id });
  b.branch({
    test: (second) => testScalar(b, second),
    first: () => {
      acquire(b, { home, id });
      if (b.choices.chance(30)) b.block(2 + b.choices.int(5));
      return true;
    },
    settle: () => settle(b),
  });
}

/** Two places of which neither will be given out again. */
function twoPlaces(b: Builder): readonly [Place, Place] | undefined {
  const first = b.spare('any');
  if (first === undefined) return undefined;
  const before = b.content(first);
  b.mark(first, COUNTER);
  const second = b.spare('any');
  b.mark(first, before);
  return second === undefined ? undefined : [first, second];
}

export const hasTwoSpares = (b: Builder): boolean => {
  let count = 0;
  for (let place = 6; place < b.state.contents.length; place++) if (b.writable(place, false)) count++;
  return count >= 2;
};

/** One path owns something in a place where the other has `second`; a flag tells them apart. */
function emitGuarded(b: Builder, otherwise: Species | undefined, second: (home: Place, id: number) => void): void {
  const places = twoPlaces(b);
  if (places === undefined) return;
  const [home, flag] = places;
  const id = b.newId();
  const species = someSpecies(b);
  const guard = { flag, otherwise };
  const seal = (made: Holding | undefined): void => {
    const sealed: Holding = { id, home, ...species, nullable: made?.nullable ?? false, guard };
    b.disown(id, BLURRED);
    b.own(sealed);
  };
  const arm = (value: number, fill: () => void) => () => {
    b.putConstant(flag, value, { is: 'flag', holding: id });
    fill();
    seal(findHolding(b.state, id));
    return true;
  };
  b.mark(home, { is: 'zeroed', holding: id });
  b.branch({
    test: (label) => testScalar(b, label),
    first: arm(1, () => acquire(b, { id, home, species, present: true })),
    second: arm(0, () => second(home, id)),
    settle: () => settle(b),
  });
  if (b.choices.chance(b.profile.clash)) guardThrow(b);
}

/** Both paths own something in the same place, of different kinds or struct types more often than not. */
export function emitEitherKind(b: Builder): void {
  const other = someSpecies(b);
  emitGuarded(b, other, (home, id) => acquire(b, { id, home, species: other, present: true }));
}

/** One path owns something where the other has something that is nobody's, or nothing at all. */
export function emitGuardedAcquire(b: Builder): void {
  emitGuarded(b, undefined, (home) => {
    switch (b.choices.int(3)) {
      case 0:
        return;
      case 1:
        b.putConstant(home, 1 + b.choices.int(9));
        return;
      default:
        if (LENDABLE.length > 0) borrow(b, home);
    }
  });
}

/** A loop in which one acquiring call makes up to two resources that are held together. */
export function emitGatherLoop(b: Builder): void {
  const places = twoPlaces(b);
  if (places === undefined) return;
  const [newest, oldest] = places;
  const species = someSpecies(b);
  const ids = [b.newId(), b.newId()] as const;
  const reserve = (which: 0 | 1) => ({ is: 'zeroed', holding: ids[which] }) as const;
  b.putConstant(newest, 0, reserve(0));
  b.putConstant(oldest, 0, reserve(1));
  const counter = b.spare('any');
  if (counter === undefined) {
    for (const place of places) b.mark(place, NOTHING);
    return;
  }
  b.repeat(
    2,
    counter,
    () => {
      const next = b.label();
      b.jumpIfZero(b.registerOf(oldest, 1), false, next);
      acquireCall(b, species);
      b.put(oldest, b.registerOf(newest, 1), reserve(1));
      b.put(newest, 0, reserve(0));
      b.bind(next);
    },
    () => {},
  );
  b.own({ id: ids[0], home: newest, ...species, nullable: true });
  b.own({ id: ids[1], home: oldest, ...species, nullable: true });
}

/** Holdings in a single place: what is done to it by way of its home is done to all of it. */
const alone = (b: Builder, { id, guard }: Holding): boolean =>
  guard === undefined &&
  b.placesOf(id).length === 1 &&
  !b.state.contents.some((content) => content.is === 'derived' && content.holding === id);

const refillable = (b: Builder): readonly Holding[] =>
  b.state.holdings.filter((holding) => holding.nullable && alone(b, holding) && canAcquire(b, holding.kind));
export const canRefill = (b: Builder): boolean => refillable(b).length > 0;

/** `if (!p) p = acquire();` */
export function emitRefill(b: Builder): void {
  const holding = b.choices.pick(refillable(b));
  const skip = b.label();
  b.jumpIfZero(b.registerOf(holding.home, 1), false, skip);
  acquireCall(b, holding);
  b.put(holding.home, 0, b.content(holding.home));
  b.bind(skip);
}

const drainable = (b: Builder): readonly Holding[] =>
  b.state.holdings.filter(
    (holding) => alone(b, holding) && !livesOnStack(holding.kind) && (holding.nullable || holding.id >= b.frame.loop),
  );
export const canDrain = (b: Builder): boolean => drainable(b).length > 0;

/** `if (p) { release(p); p = NULL; }`, or the same behind another condition. */
export function emitDrain(b: Builder): void {
  const holding = b.choices.pick(drainable(b));
  const { home, nullable } = holding;
  const skip = b.label();
  if (nullable) b.jumpIfZero(b.registerOf(home, 1), true, skip);
  else testScalar(b, skip);
  releaseCall(b, holding, home);
  b.putConstant(home, 0, b.content(home));
  b.bind(skip);
  b.change({ ...holding, nullable: true });
}

const releasable = (b: Builder): readonly Holding[] => b.state.holdings.filter((holding) => canRelease(b, holding));
export const canReleaseAny = (b: Builder): boolean => releasable(b).length > 0;

export const emitRelease = (b: Builder): void => release(b, b.choices.pick(releasable(b)));

const movable = (b: Builder): readonly Holding[] =>
  b.state.holdings.filter(
    ({ id, guard, kind }) => guard === undefined && !livesOnStack(kind) && id >= b.frame.arm && id >= b.frame.loop,
  );
export const canRehome = (b: Builder): boolean => b.hasSpare && movable(b).length > 0;

/** Moves a resource to another place; the old one keeps a copy or becomes 0. */
export function emitRehome(b: Builder): void {
  const holding = b.choices.pick(movable(b));
  const to = b.spare('any');
  if (to === undefined) return;
  b.put(to, b.registerOf(holding.home, 1), { is: 'held', holding: holding.id });
  b.change({ ...holding, home: to });
  if (b.choices.chance(50)) b.putConstant(holding.home, 0);
}

export const canBorrow = (b: Builder): boolean => LENDABLE.length > 0 && b.hasSpare;

/** `p = current;`, or `p = NULL; if (c) p = current;`: a pointer that nobody here owns. */
export function emitBorrow(b: Builder): void {
  const place = b.spare('any');
  if (place === undefined) return;
  if (b.choices.chance(50)) borrow(b, place);
  else borrowOrNull(b, place);
}

/** `p = NULL; if (c) p = current;` */
export function borrowOrNull(b: Builder, place: Place): void {
  b.putConstant(place, 0);
  b.branch({
    test: (second) => testScalar(b, second),
    first: () => {
      borrow(b, place);
      return true;
    },
    settle: () => settle(b),
  });
}
