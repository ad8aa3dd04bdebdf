/** Releases: one resource, whatever an arm acquired for itself, everything before a return. */
import { livesOnStack } from '../../src/isa/kinds.js';
import type { Builder } from '../builder.js';
import { RELEASERS, serves } from '../sources.js';
import {
  BLURRED,
  cloneState,
  FIRST_SAVED,
  FIRST_SLOT,
  type Holding,
  NOTHING,
  type Place,
  SPLIT_SCALAR,
  type Species,
} from '../state.js';

/** Calls a release of the kind with the pointer in a place; it must not be NULL. */
export function releaseCall(b: Builder, { kind }: Species, from: Place): void {
  const source = b.choices.pick(serves(RELEASERS, kind));
  source.args.forEach((arg, index) => {
    if (arg.is === 'object' || arg.is === 'socket') b.load(index + 1, from);
    else if (arg.is === 'dynptr' || arg.is === 'iterator') loadAddress(b, index + 1, from);
    else if (arg.is !== 'ignored') b.set(index + 1, 0);
  });
  b.call(source.name);
}

/** The address of a dynptr or iterator: of its slots, or what its home holds if they are a caller's. */
function loadAddress(b: Builder, register: number, from: Place): void {
  if (b.content(from).is === 'held') b.load(register, from);
  else b.addressOf(register, from);
}

/** Places a holding can be released by: its home, clones, and copies or casts of the pointer. */
function handles(b: Builder, { id, kind, home }: Holding): readonly Place[] {
  if (livesOnStack(kind)) {
    const clones = b.findAll(
      FIRST_SLOT,
      (content) => content.is === 'clone' && content.holding === id && content.first,
    );
    return [home, ...clones];
  }
  const casts = b.findAll(
    FIRST_SAVED,
    (content) => content.is === 'derived' && content.what === 'cast' && content.holding === id && !content.nullable,
  );
  return [...b.placesOf(id), ...casts];
}

function releaseFrom(b: Builder, species: Species, from: Place, nullable: boolean): void {
  if (!nullable) {
    releaseCall(b, species, from);
    return;
  }
  const skip = b.label();
  b.jumpIfZero(b.registerOf(from, 1), true, skip);
  releaseCall(b, species, from);
  b.bind(skip);
}

/**
 * Whether a holding may be released at this point: not one from outside a loop; one that is guarded, or on the stack, only in
 * its own arm.
 */
export function canRelease(b: Builder, { id, guard, kind }: Holding): boolean {
  return id >= b.frame.loop && ((guard === undefined && !livesOnStack(kind)) || id >= b.frame.arm);
}

/** Releases a holding. One that belongs to an enclosing branch leaves 0 in its home until the paths meet. */
export function release(b: Builder, holding: Holding): void {
  const { id, home, nullable, guard } = holding;
  if (guard !== undefined) {
    const other = b.label();
    b.jumpIfZero(b.registerOf(guard.flag, 1), true, other);
    releaseFrom(b, holding, home, nullable);
    if (guard.otherwise === undefined) b.bind(other);
    else {
      const end = b.label();
      b.goto(end);
      b.bind(other);
      releaseFrom(b, guard.otherwise, home, nullable);
      b.bind(end);
    }
    b.disown(id, BLURRED);
    b.mark(guard.flag, SPLIT_SCALAR);
    return;
  }
  releaseFrom(b, holding, b.choices.pick(handles(b, holding)), nullable);
  giveUp(b, holding);
}

/** What follows when a holding is no longer the frame's: released, or passed on. */
export function giveUp(b: Builder, { id, home, nullable }: Holding): void {
  b.disown(id, nullable ? BLURRED : NOTHING);
  if (id < b.frame.arm) b.putConstant(home, 0, { is: 'zeroed', holding: id });
}

/** At the end of an arm or loop body: releases what was acquired in it, the latest first. */
export function settle(b: Builder): void {
  for (const holding of b.state.holdings.toReversed()) if (holding.id >= b.frame.arm) release(b, holding);
}

function releaseAll(b: Builder, except?: Holding): void {
  const inOrder = b.choices.chance(20) ? b.state.holdings : b.state.holdings.toReversed();
  for (const holding of inOrder) if (holding !== except) release(b, holding);
}

/** An early return: everything is released and nothing, or NULL, is returned. The state afterwards is as before. */
export function leave(b: Builder): void {
  const frame = b.frame;
  const { state, arm } = frame;
  frame.state = cloneState(state);
  frame.arm = 0;
  releaseAll(b);
  if (frame.returns !== undefined) frame.returnsNull = true;
  b.set(0, frame.returns === undefined ? b.choices.int(3) : 0);
  b.op('exit', {});
  frame.state = state;
  frame.arm = arm;
}

/** The last return of a routine; `result` is owned and goes to the caller. */
export function leaveWith(b: Builder, result: Holding | undefined): void {
  b.frame.arm = 0;
  releaseAll(b, result);
  if (result !== undefined) b.load(0, result.home);
  else {
    const scalar = b.choices.chance(40) ? b.find(FIRST_SAVED, ({ is }) => is === 'scalar') : undefined;
    if (scalar === undefined) b.set(0, b.choices.int(3));
    else b.load(0, scalar);
  }
  b.op('exit', {});
}
