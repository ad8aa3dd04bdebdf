/** Subprograms: written at their first call, used again where one fits. Resources pass both ways through calls. */

import { livesOnStack, type StackKind } from '../../src/isa/kinds.js';
import type { Builder } from '../builder.js';
import { frameBytes } from '../frame.js';
import { padCode } from '../pads.js';
import type { Parameter, Role, Signature } from '../signature.js';
import { STACKABLE } from '../sources.js';
import {
  type Content,
  CTX,
  FIRST_SAVED,
  FIRST_SLOT,
  findHolding,
  type Holding,
  type Place,
  SCALAR,
  type Species,
  slotPlaces,
  slotsOf,
} from '../state.js';
import { acquire, acquireCall, keep, someSpecies } from './acquire.js';
import { canRelease, giveUp, leaveWith } from './release.js';
import { scalarPlace } from './scalars.js';
import { makeCall } from './stack-resources.js';
import { emitBlankRegisters, emitShared, guardThrow } from './throws.js';

/** Bytes of stack the kernel gives one chain of frames. */
const STACK = 512;
/** Slots to leave for the end of the program when another subprogram is begun. */
const RESERVE = 30;
/** Percent of subprograms that acquire something at once, so that frames hold things one above another. */
const OWN = 30;

interface Argument {
  readonly parameter: Parameter;
  /** Where its value is; a scalar without a place is a constant. */
  readonly from: Place | undefined;
  /** What is passed is the address of the slot. */
  readonly address?: boolean;
}

const at = (row: readonly number[], depth: number): number => row[Math.min(depth, row.length - 1)] ?? 1;

const newBytes = (b: Builder): number => {
  const depth = b.depth + 1;
  return frameBytes(at(b.profile.slots, depth), at(b.profile.held, depth));
};

const canOpen = (b: Builder): boolean =>
  b.depth < b.profile.depth && b.chain + newBytes(b) <= STACK && b.size + RESERVE < b.limit;

export const canCall = (b: Builder): boolean => canOpen(b);

const droppable = (b: Builder): readonly Holding[] =>
  b.state.holdings.filter((holding) => holding.guard === undefined && canRelease(b, holding));
export const canDrop = (b: Builder): boolean => canOpen(b) && droppable(b).length > 0;

export const canMake = (b: Builder): boolean => canOpen(b) && b.hasRoom();

const hasSpareSlot = (b: Builder): boolean =>
  b.state.contents.some((_, place) => place >= FIRST_SLOT && b.writable(place, false));
export const canFillCell = (b: Builder): boolean => canOpen(b) && b.hasRoom() && hasSpareSlot(b);

/** What a place can be passed as without giving it up. */
function asParameter(b: Builder, content: Content): Parameter | undefined {
  switch (content.is) {
    case 'scalar':
    case 'counter':
      return { is: 'scalar' };
    case 'ctx':
      return { is: 'ctx' };
    case 'borrowed':
      return content;
    case 'derived':
      if (content.what !== 'cast') return undefined;
      return { is: 'borrowed', kind: 'socket', type: -1, nullable: content.nullable };
    case 'held': {
      const holding = findHolding(b.state, content.holding);
      return holding === undefined
        ? undefined
        : { is: 'borrowed', kind: holding.kind, type: holding.type, nullable: holding.nullable };
    }
    default:
      return undefined;
  }
}

function passes(given: Parameter | undefined, wanted: Parameter): boolean {
  if (given === undefined || given.is !== wanted.is) return false;
  if (given.is !== 'borrowed' || wanted.is !== 'borrowed') return true;
  return given.kind === wanted.kind && given.type === wanted.type && (wanted.nullable || !given.nullable);
}

/** Arguments for an existing signature after its first `fixed` parameters, or `undefined` if it does not fit here. */
function matchArguments(b: Builder, signature: Signature, fixed: readonly Argument[]): readonly Argument[] | undefined {
  const found: Argument[] = [];
  for (const [index, parameter] of signature.parameters.entries()) {
    const given = fixed[index];
    if (given !== undefined) {
      if (!fixedFits(given.parameter, parameter)) return undefined;
      found.push({ ...given, parameter });
      continue;
    }
    const from = b.find(FIRST_SAVED, (content) => passes(asParameter(b, content), parameter));
    if (from === undefined && parameter.is !== 'scalar') return undefined;
    found.push({ parameter, from });
  }
  return found;
}

function fixedFits(given: Parameter, wanted: Parameter): boolean {
  if (given.is === 'cell' && wanted.is === 'cell') {
    // A slot takes a resource of any kind, slots of a dynptr or iterator only the one they are for.
    return livesOnStack(given.kind) || livesOnStack(wanted.kind) ? given.kind === wanted.kind : true;
  }
  if (given.is === 'owned' && wanted.is === 'owned') {
    return given.kind === wanted.kind && given.type === wanted.type && (wanted.nullable || !given.nullable);
  }
  return given.is === wanted.is;
}

function reusable(b: Builder, role: Role, fixed: readonly Argument[]) {
  if (!b.choices.chance(b.profile.reuse)) return undefined;
  const some = b.signatures.filter(
    (signature) =>
      signature.role === role &&
      b.depth + 1 + signature.height <= b.profile.depth &&
      b.chain + signature.bytes <= STACK &&
      b.work + signature.work * b.factor <= b.profile.walk * b.scale * 1.3,
  );
  if (some.length === 0) return undefined;
  const signature = b.choices.pick(some);
  const args = matchArguments(b, signature, fixed);
  return args === undefined ? undefined : { signature, args };
}

/** Arguments of a new subprogram beyond those its role fixes. */
function chooseArguments(b: Builder, role: Role): readonly Argument[] {
  const chosen: Argument[] = [];
  const offer = (from: Place | undefined) => {
    const parameter = from === undefined ? undefined : asParameter(b, b.content(from));
    if (parameter !== undefined) chosen.push({ parameter, from });
  };
  if (role === 'guard') chosen.push({ parameter: { is: 'scalar' }, from: scalarPlace(b) });
  if (b.choices.chance(role === 'guard' ? 15 : 70)) offer(b.find(FIRST_SAVED, ({ is }) => is === 'ctx'));
  const pointers = role === 'work' ? 60 : 25;
  for (let i = 0; i < 2; i++) {
    if (b.choices.chance(pointers)) offer(b.find(FIRST_SAVED, ({ is }) => is === 'held' || is === 'borrowed'));
  }
  if (role === 'work' && b.choices.chance(40)) chosen.push({ parameter: { is: 'scalar' }, from: scalarPlace(b) });
  return chosen;
}

function loadArguments(b: Builder, args: readonly Argument[]): void {
  args.forEach(({ parameter, from, address }, index) => {
    const register = index + 1;
    if (from === undefined) b.set(register, b.choices.int(4));
    else if (parameter.is === 'cell' || address === true) b.addressOf(register, from);
    else b.load(register, from);
  });
}

/** Calls a subprogram of a role; arguments that transfer something come in `fixed` and go first. */
function callRole(
  b: Builder,
  role: Role,
  fixed: readonly Argument[],
  more: {
    readonly returns?: Species;
    /** What the callee puts into this frame, of a kind that it decides. */
    readonly incoming?: (parameter: Parameter | undefined) => Holding | undefined;
  } = {},
): Signature {
  for (const { parameter, from } of fixed) {
    const content = from === undefined ? undefined : b.content(from);
    const isOwn = content?.is === 'held' || content?.is === 'resident';
    const holding = isOwn ? findHolding(b.state, content.holding) : undefined;
    // Gone before anything else is chosen: a copy must not be passed beside it, and it is the callee's to hold.
    if (parameter.is === 'owned' && holding !== undefined) {
      b.disown(holding.id, { is: 'nothing', split: holding.nullable });
    }
  }
  const old = reusable(b, role, fixed);
  const args = old?.args ?? [...fixed, ...chooseArguments(b, role)];
  loadArguments(b, args);
  const caller = b.frame;
  const parameters = args.map(({ parameter }) => parameter);
  const signature = old?.signature ?? writeRoutine(b, role, parameters, more.returns);
  b.landing(padCode(b.state, more.incoming?.(signature.parameters[0])));
  b.callRoutine(signature.routine, old === undefined ? 0 : signature.work);
  caller.height = Math.max(caller.height, signature.height + 1);
  caller.below = Math.max(caller.below, signature.bytes);
  if (signature.returns === undefined && b.choices.chance(20)) {
    const place = b.spare('any', true);
    if (place !== undefined) b.put(place, 0, SCALAR);
  }
  return signature;
}

/** Writes a new subprogram and leaves the caller's frame current. */
function writeRoutine(
  b: Builder,
  role: Role,
  parameters: readonly Parameter[],
  returns: Species | undefined,
): Signature {
  const depth = b.depth + 1;
  const before = b.work;
  const factor = b.factor;
  const frame = b.open(role, at(b.profile.slots, depth), at(b.profile.held, depth), returns);
  const small = role === 'guard' || b.choices.chance(30);
  if (role === 'guard' && b.choices.chance(50)) {
    // The plainest assertion: tests its argument where it arrives and keeps nothing.
    guardThrow(b, 1);
  } else {
    takeParameters(b, parameters);
    const cell = parameters.find((parameter) => parameter.is === 'cell');
    // What lives on the stack is made on every way through the routine.
    const early = cell !== undefined && livesOnStack(cell.kind);
    if (early) fillCell(b, cell);
    if (b.choices.chance(30)) deepenStack(b);
    if (b.choices.chance(OWN) && b.hasRoom()) acquire(b);
    if (b.choices.chance(20)) emitBlankRegisters(b);
    b.block(small ? 2 + b.choices.int(8) : 6 + b.choices.int(b.profile.routine));
    if (role === 'guard') guardThrow(b);
    if (cell !== undefined && !early) fillCell(b, cell);
  }
  finishRoutine(b);
  b.close();
  b.weigh();
  const signature: Signature = {
    routine: frame.routine,
    role,
    parameters,
    returns,
    returnsNull: frame.returnsNull,
    height: frame.height,
    bytes: frameBytes(frame.slots, frame.room) + frame.below,
    work: (b.work - before) / factor,
  };
  b.signatures.push(signature);
  return signature;
}

/** Touches the deepest slot at once, so that all paths have the same depth of stack. */
export function deepenStack(b: Builder): void {
  const deepest = b.state.contents.length - 1;
  if (deepest >= FIRST_SLOT && b.writable(deepest, true)) b.putConstant(deepest, 0);
}

function takeParameters(b: Builder, parameters: readonly Parameter[]): void {
  parameters.forEach((parameter, index) => {
    const register = index + 1;
    const needed = parameter.is === 'owned' || parameter.is === 'cell';
    if (!needed && b.choices.chance(15)) return;
    const place = b.spare(b.choices.chance(65) ? 'register' : 'slot') ?? b.spare('any');
    if (place === undefined) return;
    if (parameter.is !== 'owned') {
      b.put(place, register, contentOf(parameter));
      return;
    }
    b.put(place, register, SCALAR);
    const { kind, type, nullable } = parameter;
    const owned = { id: b.newId(), home: place, kind, type, nullable };
    b.own(livesOnStack(kind) ? { ...owned, remote: true } : owned);
  });
}

function contentOf(parameter: Exclude<Parameter, { readonly is: 'owned' }>): Content {
  switch (parameter.is) {
    case 'scalar':
      return SCALAR;
    case 'ctx':
      return CTX;
    default:
      return parameter;
  }
}

/** Acquires something and stores it in the caller's frame; a copy may stay here. */
function fillCell(b: Builder, species: Species): void {
  const cell = b.find(FIRST_SAVED, ({ is }) => is === 'cell');
  if (cell === undefined) return;
  const { kind, type } = species;
  if (livesOnStack(kind)) {
    makeCall(b, kind, (register) => b.load(register, cell));
    b.frame.given++;
    return;
  }
  if (b.hasRoom() && b.choices.chance(50)) {
    const id = b.newId();
    acquire(b, { id, species: { kind, type } });
    const holding = findHolding(b.state, id);
    if (holding === undefined) return;
    const pointer = b.registerOf(cell, 1);
    b.op('stx64', { dst: pointer, src: b.registerOf(holding.home, 2), off: 0 });
    b.disown(id, { is: 'borrowed', kind, type, nullable: holding.nullable });
  } else {
    const got = acquireCall(b, { kind, type });
    b.op('stx64', { dst: b.registerOf(cell, 1), src: 0, off: 0 });
    const copy = b.choices.chance(40) ? b.spare('any') : undefined;
    if (copy !== undefined) b.put(copy, 0, { is: 'borrowed', kind, type, nullable: got.nullable });
  }
  b.frame.given++;
  b.weigh();
  b.block(b.choices.int(8));
  if (b.choices.chance(40)) guardThrow(b);
}

/** The last return of the current routine, with what it owes its caller, and its shared throw. */
export function finishRoutine(b: Builder): void {
  const { returns } = b.frame;
  if (returns === undefined) leaveWith(b, undefined);
  else {
    const matches = ({ kind, type, guard }: Holding) =>
      guard === undefined && kind === returns.kind && type === returns.type;
    let result = b.state.holdings.findLast(matches);
    if (result === undefined && b.hasSpare) {
      const id = b.newId();
      acquire(b, { id, species: returns });
      result = findHolding(b.state, id);
    }
    if (result === undefined || result.nullable) b.frame.returnsNull = true;
    if (result === undefined) {
      b.frame.arm = 0;
      leaveWith(b, undefined);
    } else leaveWith(b, result);
  }
  emitShared(b);
}

export function emitCallGuard(b: Builder): void {
  callRole(b, 'guard', []);
}

export function emitCallWork(b: Builder): void {
  callRole(b, 'work', []);
}

/** The callee returns a resource. */
export function emitCallMake(b: Builder): void {
  const home = b.spare('any');
  if (home === undefined) return;
  const { returns, returnsNull } = callRole(b, 'make', [], { returns: someSpecies(b, true) });
  if (returns !== undefined) keep(b, { ...returns, nullable: returnsNull }, { home });
}

/** The callee releases what the caller held. */
export function emitCallDrop(b: Builder): void {
  const holding = b.choices.pick(droppable(b));
  const { kind, type, nullable } = holding;
  const address = livesOnStack(kind) && holding.remote !== true;
  const from = address ? holding.home : b.choices.pick(b.placesOf(holding.id));
  callRole(b, 'drop', [{ parameter: { is: 'owned', kind, type, nullable }, from, address }]);
  giveUp(b, holding);
}

/** The callee stores a resource in a slot of the caller, or makes one of its slots. */
export function emitCallFill(b: Builder): void {
  if (b.choices.chance(25)) {
    const kind = b.choices.pick(STACKABLE);
    const slots = b.spareRun(slotsOf(kind));
    if (slots !== undefined) {
      fillSlots(b, slots, kind);
      return;
    }
  }
  const slot = b.spare('slot');
  if (slot === undefined) return;
  const id = b.newId();
  b.putConstant(slot, 0, { is: 'zeroed', holding: id });
  const filled = (cell: Parameter | undefined): Holding | undefined =>
    cell?.is === 'cell' ? { id, home: slot, kind: cell.kind, type: cell.type, nullable: true } : undefined;
  const parameter = { is: 'cell', ...someSpecies(b, true) } as const;
  const { parameters } = callRole(b, 'fill', [{ parameter, from: slot }], { incoming: filled });
  const holding = filled(parameters[0]);
  if (holding !== undefined) b.own(holding);
}

function fillSlots(b: Builder, home: Place, kind: StackKind): void {
  const id = b.newId();
  // Nothing else is chosen for these slots until they are the holding's.
  for (const place of slotPlaces(home, kind)) b.mark(place, { is: 'guarded', holding: id });
  const holding: Holding = { id, home, kind, type: -1, nullable: false };
  callRole(b, 'fill', [{ parameter: { is: 'cell', kind, type: -1 }, from: home }], { incoming: () => holding });
  b.own(holding);
}
