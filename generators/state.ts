/**
 * What the builder knows at one point of a routine, on all paths that reach it: the content of every place and what is
 * owed. A deliberately coarser lattice than the verifier's, written without it.
 *
 * Every owed resource has a home: a place that holds it, or 0 where it may be NULL, for as long as it is owed. Copies
 * in other places come and go. R0–R5 are never tracked: they are dead between statements.
 */
import { KINDS, type Kind, type KindRow } from '../src/isa/kinds.js';

/** A register (6..9) or a stack slot (10 is fp-8, 11 is fp-16, …). */
export type Place = number;

export const FIRST_SAVED: Place = 6;
export const FIRST_SLOT: Place = 10;

/** Offset of a slot from the frame pointer, in bytes. */
export function offsetOf(slot: Place): number {
  return -8 * (slot - FIRST_SLOT + 1);
}

/** Kind and, for local objects, the struct type (else -1). */
export interface Species {
  readonly kind: Kind;
  readonly type: number;
}

/** Something owed. `guard`: owned only where the flag is 1; where it is 0 the home holds `otherwise`, owned, or nothing owned. */
export interface Holding extends Species {
  readonly id: number;
  readonly home: Place;
  readonly nullable: boolean;
  readonly guard?: { readonly flag: Place; readonly otherwise: Species | undefined };
  /** Of a dynptr or iterator: its slots are a caller's, and the home holds their address. */
  readonly remote?: true;
}

export type Content =
  /** Not to be read. `split`: differs between paths, so the verifier's states do too. */
  | { readonly is: 'nothing'; readonly split: boolean }
  | { readonly is: 'scalar'; readonly known: number | undefined; readonly split: boolean }
  | { readonly is: 'ctx' }
  /** Equal to the value of a holding: its pointer, or 0. */
  | { readonly is: 'held'; readonly holding: number }
  /** 0, in the home of an outer holding that was released on this path; kept until the paths meet. */
  | { readonly is: 'zeroed'; readonly holding: number }
  /** A slot of a dynptr or iterator that lives in this frame. */
  | { readonly is: 'resident'; readonly holding: number }
  /** A slot of a clone of a dynptr; `sure` if it is one on all paths. */
  | { readonly is: 'clone'; readonly holding: number; readonly first: boolean; readonly sure: boolean }
  /** A pointer that is good for as long as a holding: a cast of a socket, or memory of a dynptr. */
  | {
      readonly is: 'derived';
      readonly holding: number;
      readonly what: 'cast' | 'data' | 'slice';
      readonly nullable: boolean;
    }
  /** Home and flag of a guarded holding. */
  | { readonly is: 'guarded'; readonly holding: number }
  | { readonly is: 'flag'; readonly holding: number }
  /** A pointer that somebody else owns, or nobody. */
  | ({ readonly is: 'borrowed'; readonly nullable: boolean } & Species)
  /** A pointer to an 8-byte slot of the caller, which expects a pointer of this species there. */
  | ({ readonly is: 'cell' } & Species)
  /** Readable on every path, but of different nature. */
  | { readonly is: 'foreign' }
  | { readonly is: 'counter' };

export const NOTHING: Content = { is: 'nothing', split: false };
export const BLURRED: Content = { is: 'nothing', split: true };
export const SCALAR: Content = { is: 'scalar', known: undefined, split: false };
export const SPLIT_SCALAR: Content = { is: 'scalar', known: undefined, split: true };
export const CTX: Content = { is: 'ctx' };
export const COUNTER: Content = { is: 'counter' };
const FOREIGN: Content = { is: 'foreign' };

/** A scalar of known value. */
export function constant(value: number): Content {
  return { is: 'scalar', known: value, split: false };
}

export interface FrameState {
  /** By place. */
  readonly contents: Content[];
  /** In the order of acquisition. */
  holdings: readonly Holding[];
}

export function cloneState(state: FrameState): FrameState {
  return { contents: state.contents.slice(), holdings: state.holdings };
}

export function findHolding(state: FrameState, id: number): Holding | undefined {
  for (const holding of state.holdings) if (holding.id === id) return holding;
  return undefined;
}

function isZero(content: Content): boolean {
  return content.is === 'zeroed' || (content.is === 'scalar' && content.known === 0);
}

function isReadable(content: Content): boolean {
  return content.is !== 'nothing' && content.is !== 'guarded' && content.is !== 'resident' && content.is !== 'clone';
}

function sameContent(a: Content, b: Content): boolean {
  if (a === b) return true;
  switch (a.is) {
    case 'scalar':
      return b.is === 'scalar' && a.known === b.known && a.split === b.split;
    case 'held':
    case 'zeroed':
    case 'guarded':
    case 'flag':
    case 'resident':
      return b.is === a.is && b.holding === a.holding;
    case 'clone':
      return b.is === 'clone' && a.holding === b.holding && a.first === b.first && a.sure === b.sure;
    case 'derived':
      return b.is === 'derived' && a.holding === b.holding && a.what === b.what && a.nullable === b.nullable;
    case 'borrowed':
      return b.is === 'borrowed' && a.kind === b.kind && a.type === b.type && a.nullable === b.nullable;
    case 'cell':
      return b.is === 'cell';
    default:
      return a.is === b.is && a.is !== 'nothing';
  }
}

/** What is known where two paths meet. `outer`: holdings with a smaller id belong to an enclosing branch or before. */
export function joinStates(a: FrameState, b: FrameState, outer: number): FrameState {
  const holdings: Holding[] = [];
  for (const mine of a.holdings) {
    const theirs = findHolding(b, mine.id);
    const nullable = theirs === undefined || mine.nullable || theirs.nullable;
    holdings.push(nullable === mine.nullable ? mine : { ...mine, nullable });
  }
  for (const theirs of b.holdings) {
    if (findHolding(a, theirs.id) === undefined)
      holdings.push(theirs.nullable ? theirs : { ...theirs, nullable: true });
  }
  holdings.sort((x, y) => x.id - y.id);
  const contents = a.contents.map((mine, place) => joinContents(mine, b.contents[place] ?? NOTHING, a, b, outer));
  return { contents, holdings };
}

function joinContents(a: Content, b: Content, inA: FrameState, inB: FrameState, outer: number): Content {
  if (sameContent(a, b)) {
    // Released on both paths, and no enclosing branch waits for the zero: an ordinary constant from here on.
    return a.is === 'zeroed' && a.holding >= outer ? constant(0) : a;
  }
  if (a.is === 'held' && isZero(b) && findHolding(inB, a.holding) === undefined) return a;
  if (b.is === 'held' && isZero(a) && findHolding(inA, b.holding) === undefined) return b;
  if (a.is === 'borrowed' && (isZero(b) || (b.is === 'borrowed' && b.kind === a.kind && b.type === a.type))) {
    return { ...a, nullable: true };
  }
  if (b.is === 'borrowed' && isZero(a)) return { ...b, nullable: true };
  const stuck = stuckClone(a, inB) ?? stuckClone(b, inA);
  if (stuck !== undefined) return stuck;
  if (a.is === 'derived' && isSameOrZero(a, b)) return { ...a, nullable: true };
  if (b.is === 'derived' && isSameOrZero(b, a)) return { ...b, nullable: true };
  if (!isReadable(a) || !isReadable(b))
    return a.is === 'nothing' && b.is === 'nothing' && !a.split && !b.split ? a : BLURRED;
  if (a.is === 'scalar' && b.is === 'scalar') return SPLIT_SCALAR;
  return FOREIGN;
}

/** A clone that only one path has: not to be used, and not to be written over while its dynptr is held. */
function stuckClone(mine: Content, theirs: FrameState): Content | undefined {
  if (mine.is !== 'clone' || findHolding(theirs, mine.holding) === undefined) return undefined;
  return { ...mine, first: false, sure: false };
}

function isSameOrZero(derived: Extract<Content, { readonly is: 'derived' }>, other: Content): boolean {
  if (isZero(other)) return true;
  return other.is === 'derived' && other.holding === derived.holding && other.what === derived.what;
}

/** Slots of a kind that lives on the stack, else 1. */
export function slotsOf(kind: Kind): number {
  const row: KindRow = KINDS[kind];
  return row.lives === 'stack' ? row.slots : 1;
}

/** The places of a dynptr or iterator that begins at a place: lower addresses have higher numbers. */
export function slotPlaces(home: Place, kind: Kind): readonly Place[] {
  return Array.from({ length: slotsOf(kind) }, (_, index) => home - index);
}
