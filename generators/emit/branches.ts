/** Branches, loops and early exits around further statements. */
import type { Builder } from '../builder.js';
import { constant, FIRST_SAVED, findHolding, type Place } from '../state.js';
import { leave, settle } from './release.js';
import { borrowOrNull, canBorrow } from './resources.js';
import { someScalar, testScalar } from './scalars.js';
import { throwNow } from './throws.js';

/** A small body; an arm that would be empty gets at least an attempt at one statement. */
const body = (b: Builder, spread: number): true => {
  b.block(2 + b.choices.int(spread));
  return true;
};

export function emitIf(b: Builder): void {
  b.branch({ test: (second) => testScalar(b, second), first: () => body(b, 10), settle: () => settle(b) });
}

export function emitIfElse(b: Builder): void {
  b.branch({
    test: (second) => testScalar(b, second),
    first: () => body(b, 9),
    second: () => body(b, 9),
    settle: () => settle(b),
  });
}

/** Some work, then the way out of the routine or the program. */
export function emitArmThrow(b: Builder): void {
  b.branch({
    test: (second) => testScalar(b, second),
    first: () => {
      body(b, 8);
      throwNow(b);
      return false;
    },
    settle: () => settle(b),
  });
}

export function emitEarlyExit(b: Builder): void {
  b.branch({
    test: (second) => testScalar(b, second, someScalar(b)),
    first: () => {
      if (b.choices.chance(40)) body(b, 5);
      leave(b);
      return false;
    },
    settle: () => settle(b),
  });
}

function mayBeNull(b: Builder, place: Place): boolean {
  const content = b.content(place);
  if (content.is === 'borrowed' || content.is === 'derived') return content.nullable;
  return content.is === 'held' && findHolding(b.state, content.holding)?.nullable === true;
}

export const canTestNull = (b: Builder): boolean => canBorrow(b) || hasNullable(b);

const hasNullable = (b: Builder): boolean =>
  b.state.contents.some((_, place) => place >= FIRST_SAVED && mayBeNull(b, place));

/** Tests a pointer that may be NULL, a borrowed one if there is no other; the arms know the answer. */
export function emitIfNull(b: Builder): void {
  if (!hasNullable(b)) {
    const spare = b.spare('any');
    if (spare !== undefined) borrowOrNull(b, spare);
  }
  const place = b.find(FIRST_SAVED, (_, at) => mayBeNull(b, at));
  if (place === undefined) return;
  const content = b.content(place);
  const holding = content.is === 'held' ? findHolding(b.state, content.holding) : undefined;
  b.branch({
    test: (second) => b.jumpIfZero(b.registerOf(place, 1), true, second),
    enter: (arm) => {
      if (arm === 'first') {
        if (holding !== undefined) b.change({ ...holding, nullable: false });
        else if (content.is === 'borrowed' || content.is === 'derived') b.mark(place, { ...content, nullable: false });
      } else if (holding !== undefined) {
        b.disown(holding.id, constant(0));
        b.mark(holding.home, { is: 'zeroed', holding: holding.id });
      } else b.mark(place, constant(0));
    },
    first: () => body(b, 10),
    second: () => {
      switch (b.choices.weighted(NULL_ARM)) {
        case 0:
          return true;
        case 1:
          return body(b, 5);
        case 2:
          leave(b);
          return false;
        default:
          throwNow(b);
          return false;
      }
    },
    settle: () => settle(b),
  });
}

/** What the NULL side does: nothing, something, return, throw. */
const NULL_ARM = [4, 3, 4, 2];

/** Most passes of all loops around one statement. */
const TRIPS = 6;

export const canLoop = (b: Builder): boolean => b.trips * 2 <= TRIPS && b.hasSpare;

/** A loop that makes one to four passes. */
export function emitLoop(b: Builder): void {
  const counter = b.spare('any');
  if (counter === undefined) return;
  const trips = Math.min(1 + b.choices.weighted([1, 6, 3, 1]), Math.floor(TRIPS / b.trips));
  b.repeat(
    trips,
    counter,
    () => body(b, 12),
    () => settle(b),
  );
}
