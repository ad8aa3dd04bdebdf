/**
 * sound: reads all throw states and says which (pc, place) keys are usable, and where each held reference can be found;
 * the words are those of the argument in merge.ts.
 */
import type { MergeSide } from '../../contract/refusal.js';
import { KINDS, type KindRow, type StackKind } from '../../isa/kinds.js';
import type { Program } from '../../isa/program.js';
import { zeroBytes, zeroInts } from '../../isa/slab.js';
import type { Analysis, StateView } from '../../verify/analysis.js';
import { pcOfFrame } from '../../verify/frame-pc.js';
import type { Pointer, Reference, Resident, Slot, Value } from '../../verify/value.js';
import { DESTRUCTORS, type Holding, holdingOf } from '../destructors.js';
import { PLACES, type Place, registerOf, SCRATCH, SLOTS, type SpillType } from './descriptor.js';

/** Number of a key: index of the pc × PLACES + place. */
export type Key = number;

/** All frames seen at one pc. */
export interface Site {
  readonly pc: number;
  /** States with this frame. */
  seen: number;
  /** By place: states in which it is 0 or an owned pointer. */
  readonly fine: Int32Array;
  /** By place: the claim of the owned pointers; `undefined` if there are none, `mixed` if they differ. */
  readonly claims: (Claim | 'mixed' | undefined)[];
  /** By place: how many slots from there upwards are zero in every state in which that one is; 0 if it never is. */
  readonly zeroes: Uint8Array;
  readonly nullable: Set<Place>;
}

/** What the owned pointers of a usable key have in common. */
export interface Claim {
  readonly holding: Holding;
  readonly spill: SpillType;
  readonly offset: number;
  readonly destructor: string;
  readonly acquiredAt: number;
}

/** One reference held in one throw state, and the keys under which that state has it. */
export interface Duty {
  readonly keys: readonly Key[];
  readonly reference: Reference;
  /** pc of the throw. */
  readonly pc: number;
  /** Position of the throw state in `Analysis.throws`. */
  readonly visit: number;
  /** What other calls have acquired and other states have under the same keys, one for each call. */
  readonly alike: Pick<Duty, 'reference' | 'visit'>[];
}

export interface Candidates {
  /** In the order first seen. */
  readonly sites: readonly Site[];
  /** Distinct by their keys, in the order first seen. */
  readonly duties: readonly Duty[];
}

/**
 * By subprogram: the bytes of stack below which a slot may hold the *address* of a dynptr or iterator, because a design has
 * put it there (forced spill). Nowhere else does an address count as a place.
 */
export type AddressesBelow = readonly number[];

/** Reads the throw states of a walk. */
export function findCandidates(program: Program, analysis: Analysis, addresses?: AddressesBelow): Candidates {
  const sites = new Map<number, Site>();
  const order: Site[] = [];
  const indices = new Map<Site, number>();
  const duties = new Map<string, Duty>();
  // Where nothing is ever held there are no duties, and what the places hold does not matter.
  const atStake = analysis.throws.some(({ state }) => state.references.length > 0);
  for (const [visit, { pc, state }] of analysis.throws.entries()) {
    const found: Key[][] = state.references.map(() => []);
    for (let frame = state.depth - 1; frame >= 0; frame--) {
      const at = pcOfFrame({ pc, state }, frame);
      let site = sites.get(at);
      if (site === undefined) {
        site = {
          pc: at,
          seen: 0,
          fine: zeroInts(PLACES),
          claims: [],
          zeroes: zeroBytes(PLACES),
          nullable: new Set(),
        };
        sites.set(at, site);
        indices.set(site, order.length);
        order.push(site);
      }
      site.seen++;
      if (!atStake) continue;
      const below = addresses?.[state.frame(frame).subprogram] ?? Number.POSITIVE_INFINITY;
      readFrame(program, state, frame, site, (indices.get(site) ?? 0) * PLACES, found, below / 8);
    }
    state.references.forEach((reference, index) => {
      const keys = found[index] ?? [];
      const name = keys.length === 0 ? `lost ${pc} ${reference.acquiredAt}` : keys.join(' ');
      const known = duties.get(name);
      if (known === undefined) duties.set(name, { keys, reference, pc, visit, alike: [] });
      else if (!isFrom(known, reference)) known.alike.push({ reference, visit });
    });
  }
  return { sites: order, duties: [...duties.values()] };
}

/** Whether a duty stands for the call that acquired a reference. */
function isFrom({ reference, alike }: Duty, { acquiredAt }: Reference): boolean {
  return reference.acquiredAt === acquiredAt || alike.some((each) => each.reference.acquiredAt === acquiredAt);
}

/** Whether a place of a site is usable: in every state 0 or an owned resource, all of one destructor and offset. */
export function isUsable(site: Site, place: Place): boolean {
  const claim = site.claims[place];
  if (site.fine[place] !== site.seen || claim === 'mixed') return false;
  const zeroes = site.zeroes[place] ?? 0;
  if (claim === undefined || zeroes === 0 || claim.spill === 'spill') return true;
  const row: KindRow = KINDS[claim.holding.kind];
  return row.lives === 'register' || zeroes >= row.slots;
}

function readFrame(
  program: Program,
  state: StateView,
  frame: number,
  site: Site,
  base: Key,
  found: readonly Key[][],
  addressesFrom: Place,
): void {
  const slots = state.frame(frame).allocated / 8;
  let zeroes = 0;
  for (let place = 0; place < slots; place++) {
    const slot = state.slot(frame, place);
    const isZero = isZeroSlot(slot);
    zeroes = isZero ? zeroes + 1 : 0;
    const pointer = wholePointer(slot);
    const pointee = pointer === undefined || place < addressesFrom ? undefined : residentAt(state, pointer);
    if (pointee !== undefined) {
      const { kind, ref } = pointee;
      readHolding(
        program,
        state,
        site,
        place,
        { ref, holding: { kind, type: -1 }, spill: 'spill', offset: 0 },
        base,
        found,
      );
    } else if (pointer !== undefined) readPointer(program, state, site, place, pointer, base, found);
    else if (isZero) readZero(site, place, zeroes);
    else if (slot.resident?.first === true && isWhole(state, frame, place, slot.resident.kind)) {
      const { kind, ref } = slot.resident;
      const holding = { kind, type: -1 };
      readHolding(program, state, site, place, { ref, holding, spill: KINDS[kind].slot, offset: 0 }, base, found);
    }
  }
  // R0..R5 of a frame that has called or thrown are dead.
  const end = frame === state.depth - 1 ? PLACES : SCRATCH;
  for (let place = SLOTS; place < end; place++) {
    const value = state.register(frame, registerOf(place));
    if (value.is === 'pointer') readPointer(program, state, site, place, value, base, found);
    else if (isZero(value)) readZero(site, place, 1);
  }
}

/** `zeroes`: so many slots up to the place are zero. */
function readZero(site: Site, place: Place, zeroes: number): void {
  site.fine[place] = (site.fine[place] ?? 0) + 1;
  const before = site.zeroes[place] ?? 0;
  site.zeroes[place] = before === 0 ? zeroes : Math.min(before, zeroes);
  site.nullable.add(place);
}

function readPointer(
  program: Program,
  state: StateView,
  site: Site,
  place: Place,
  pointer: Pointer,
  base: Key,
  found: readonly Key[][],
): void {
  const holding = holdingOf(pointer);
  // A cast may be NULL while the reference is held: it is neither a place of it nor known to be 0.
  if (pointer.ref === 0 || holding === undefined || (pointer.mayBeNull && pointer.id > 0)) return;
  const spill = place < SLOTS ? 'spill' : 'register';
  if (
    !readHolding(program, state, site, place, { ref: pointer.ref, holding, spill, offset: pointer.off }, base, found)
  ) {
    return;
  }
  if (pointer.mayBeNull) site.nullable.add(place);
}

/** Something owned at a place; false if it is not, or has no destructor. */
function readHolding(
  program: Program,
  state: StateView,
  site: Site,
  place: Place,
  what: { readonly ref: number; readonly holding: Holding; readonly spill: SpillType; readonly offset: number },
  base: Key,
  found: readonly Key[][],
): boolean {
  const { ref, holding, spill, offset } = what;
  const index = state.references.findIndex(({ id }) => id === ref);
  const reference = state.references[index];
  if (reference === undefined) return false;
  const old = site.claims[place];
  if (old === undefined) {
    const destructor = DESTRUCTORS[holding.kind].destructor(program, holding.type);
    if (destructor === undefined) return false;
    site.claims[place] = { holding, spill, offset, destructor, acquiredAt: reference.acquiredAt };
  } else if (old !== 'mixed') {
    const { kind, type } = old.holding;
    if (kind !== holding.kind || type !== holding.type || old.offset !== offset) site.claims[place] = 'mixed';
  }
  site.fine[place] = (site.fine[place] ?? 0) + 1;
  found[index]?.push(base + place);
  return true;
}

/** The dynptr or iterator that a stack pointer is the address of, if all of it is still there. */
export function residentAt(state: StateView, { type, off }: Pointer): Resident | undefined {
  if (type.to !== 'stack' || off >= 0 || off % 8 !== 0) return undefined;
  const place = -off / 8 - 1;
  const { resident } = state.slot(type.frame, place);
  return resident?.first === true && isWhole(state, type.frame, place, resident.kind) ? resident : undefined;
}

/** Whether all slots of the dynptr or iterator that begins at a place are still there. */
function isWhole(state: StateView, frame: number, place: Place, kind: StackKind): boolean {
  const { slots } = KINDS[kind];
  for (let other = place - slots + 1; other < place; other++) {
    if (state.slot(frame, other).resident?.kind !== kind) return false;
  }
  return true;
}

/** The pointer that all 8 bytes of a slot are. */
function wholePointer({ bytes, spilled }: Slot): Pointer | undefined {
  return spilled?.is === 'pointer' && bytes.every((byte) => byte === 'spill') ? spilled : undefined;
}

/** Whether all 8 bytes of a slot are known to be 0. */
function isZeroSlot({ bytes, spilled }: Slot): boolean {
  return bytes.every((byte) => byte === 'zero' || (byte === 'spill' && isZero(spilled)));
}

function isZero(value: Value | undefined): boolean {
  return value?.is === 'scalar' && value.umax === 0n;
}

/** What keeps a key from being usable, in words: the thing some path has there that is not what `duty` holds. */
export function oppositionTo(analysis: Analysis, site: Site, place: Place, claim: Holding, offset: number): MergeSide {
  let other: MergeSide | undefined;
  for (const { pc, state } of analysis.throws) {
    for (let frame = state.depth - 1; frame >= 0; frame--) {
      const at = pcOfFrame({ pc, state }, frame);
      if (at !== site.pc) continue;
      const side = sideAt(state, frame, place, claim, offset);
      if (side?.acquiredAt !== undefined) return side; // another resource tells more than a scalar
      other ??= side;
    }
  }
  return other ?? { what: 'the same' };
}

function sideAt(state: StateView, frame: number, place: Place, claim: Holding, offset: number): MergeSide | undefined {
  if (place < SLOTS) {
    if (place >= state.frame(frame).allocated / 8) return { what: 'uninitialised' };
    const slot = state.slot(frame, place);
    if (isZeroSlot(slot)) return undefined;
    const pointer = wholePointer(slot);
    if (pointer !== undefined) return sideOfPointer(state, pointer, claim, offset);
    if (slot.resident !== undefined) return sideOfResident(state, slot.resident, claim);
    if (slot.bytes.every((byte) => byte === 'invalid')) return { what: 'uninitialised' };
    return { what: slot.bytes.includes('invalid') ? 'partly initialised' : 'scalar' };
  }
  if (place >= SCRATCH && frame !== state.depth - 1) return { what: 'uninitialised' };
  const value = state.register(frame, registerOf(place));
  if (value.is === 'not-init') return { what: 'uninitialised' };
  if (value.is === 'scalar') return isZero(value) ? undefined : { what: 'scalar' };
  return sideOfPointer(state, value, claim, offset);
}

function sideOfPointer(state: StateView, pointer: Pointer, claim: Holding, offset: number): MergeSide | undefined {
  const holding = holdingOf(pointer);
  const reference = state.references.find(({ id }) => id === pointer.ref);
  if (holding === undefined || reference === undefined) {
    return { what: `unowned ${holding?.kind ?? pointer.type.to}` };
  }
  if (pointer.mayBeNull && pointer.id > 0)
    return { what: `${holding.kind} or NULL by a cast`, acquiredAt: reference.acquiredAt };
  if (holding.kind === claim.kind && holding.type === claim.type && pointer.off === offset) return undefined;
  const what = holding.kind === claim.kind ? `${holding.kind} of another type or offset` : holding.kind;
  return { what, acquiredAt: reference.acquiredAt };
}

function sideOfResident(state: StateView, { kind, first, ref }: Resident, claim: Holding): MergeSide | undefined {
  if (first && kind === claim.kind) return undefined;
  const reference = state.references.find(({ id }) => id === ref);
  const what = first ? kind : `inside a ${kind}`;
  return reference === undefined ? { what } : { what, acquiredAt: reference.acquiredAt };
}
