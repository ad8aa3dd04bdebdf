/**
 * A destructor that gets stack slots does nothing where they are all zero, but no verifier lets a program ask whether a dynptr
 * or iterator is there. So a program that may have zeroes there keeps a flag of its own: 1 from the entry of the frame on, 0
 * while the slots are zero, which a cleanup tests first. The flag follows the bytes, not the resource: it is set to 0 by stores
 * that leave all slots zero and by calls that give the resource up at this place, to 1 by all else that writes there. What
 * was never written, a scalar, or a second place of something released is still given to the destructor, and refused.
 */
import { callableAt } from '../../src/cfg/calls.js';
import { CALLABLES, stackResource } from '../../src/isa/callables.js';
import { insn } from '../../src/isa/insn.js';
import { KINDS, livesOnStack, type StackKind } from '../../src/isa/kinds.js';
import { type Program, rowAt } from '../../src/isa/program.js';
import type { Edit } from '../../src/patch/patch.js';
import type { StateView, ThrowVisit } from '../../src/verify/analysis.js';
import type { Slot } from '../../src/verify/value.js';
import { analyse, type RecordedAnalysis } from '../../src/verify/walk.js';
import { type ChainClaims, type Claim, chainOf } from './claims.js';

/** Slots of a subprogram's frame that a claim is about: 8 × `slots` bytes from `offset` up. */
interface FlaggedPlace {
  readonly subprogram: number;
  readonly offset: number;
  readonly slots: number;
  /** Offset of its flag. */
  readonly flag: number;
}

export type SlotFlags =
  | {
      readonly ok: true;
      readonly edits: readonly Edit[];
      /** Offset of the flag of slots that begin at an offset of a subprogram's frame, if they have one. */
      flagOf(subprogram: number, offset: number): number | undefined;
      /** By subprogram: bytes that its flags take. */
      readonly bytes: readonly number[];
    }
  | { readonly ok: false; readonly detail: string };

/** Flags for all places that are claimed where the walk finds no such resource. `below`: bytes of each frame in use so far. */
export function slotFlags(program: Program, chains: readonly ChainClaims[], below: readonly number[]): SlotFlags {
  const isSlot = (claim: Claim) => 'place' in claim && claim.place.in === 'slot';
  const claimed = chains.some(({ claims }) => claims.some((own) => own.some(isSlot)));
  const walk = claimed ? analyse(program, { pruning: 'exact', record: true }) : undefined;
  const places = walk === undefined ? [] : placesOf(walk.throws, chains, below);
  const bytes = program.subprograms.map(
    (_, index) => 8 * places.filter(({ subprogram }) => subprogram === index).length,
  );
  const flagOf = (subprogram: number, offset: number) =>
    places.find((place) => place.subprogram === subprogram && place.offset === offset)?.flag;
  if (walk === undefined || places.length === 0) return { ok: true, edits: [], flagOf, bytes };
  const edits: Edit[] = places.map(({ subprogram, flag }) => ({
    do: 'entry',
    subprogram,
    insns: [insn('st64', { dst: 10, off: flag, operand: { imm: 1 } })],
  }));
  for (const place of places) {
    const writes = writesTo(program, walk, place);
    if (typeof writes === 'string') return { ok: false, detail: writes };
    edits.push(...writes);
  }
  return { ok: true, edits, flagOf, bytes };
}

function placesOf(
  throws: readonly ThrowVisit[],
  chains: readonly ChainClaims[],
  below: readonly number[],
): readonly FlaggedPlace[] {
  const places: FlaggedPlace[] = [];
  const byChain = new Map(chains.map((chain) => [chain.pcs.join(), chain]));
  for (const visit of throws) {
    const { state } = visit;
    byChain.get(chainOf(visit).pcs.join())?.claims.forEach((own, frame) => {
      const { subprogram } = state.frame(frame);
      for (const claim of own) {
        if ('entry' in claim) continue;
        const { place, destructor } = claim;
        const kind = stackResource(CALLABLES[destructor])?.kind;
        if (place.in !== 'slot' || kind === undefined || isThere(state, frame, place.offset, kind)) continue;
        const { offset } = place;
        const known = places.filter((each) => each.subprogram === subprogram);
        if (known.some((each) => each.offset === offset)) continue;
        const flag = -((below[subprogram] ?? 0) + 8 * (known.length + 1));
        places.push({ subprogram, offset, slots: KINDS[kind].slots, flag });
      }
    });
  }
  return places;
}

function isThere(state: StateView, frame: number, offset: number, kind: StackKind): boolean {
  if (offset % 8 !== 0) return false;
  const { resident } = state.slot(frame, -offset / 8 - 1);
  return resident?.kind === kind && resident.first;
}

/** What the flag becomes by an instruction, and the register, with what to add, through which to write it. */
interface Write {
  readonly register: number;
  readonly off: number;
  readonly value: 0 | 1;
}

/** The edits that keep a flag, or in words why one instruction would have to do different things to it. */
function writesTo(program: Program, walk: RecordedAnalysis, place: FlaggedPlace): readonly Edit[] | string {
  const found = new Map<number, Write | undefined>();
  for (const node of walk.nodes) {
    if (node.next.length === 0 && node.coveredBy !== undefined) continue;
    const write = writeOf(program, walk, node, place);
    if (found.has(node.pc) && JSON.stringify(found.get(node.pc)) !== JSON.stringify(write)) {
      return `pc ${node.pc} writes to fp${place.offset} on some paths`;
    }
    found.set(node.pc, write);
  }
  return [...found].flatMap(([pc, write]): readonly Edit[] =>
    write === undefined
      ? []
      : [
          {
            do: 'before',
            pc,
            insns: [insn('st64', { dst: write.register, off: write.off, operand: { imm: write.value } })],
          },
        ],
  );
}

function writeOf(
  program: Program,
  walk: RecordedAnalysis,
  node: RecordedAnalysis['nodes'][number],
  place: FlaggedPlace,
): Write | undefined {
  const { pc, state } = node;
  const target = writtenAt(program, pc);
  if (target === undefined) return undefined;
  const { register, added, bytes } = target;
  const value = state.register(state.depth - 1, register);
  if (value.is !== 'pointer' || value.type.to !== 'stack') return undefined;
  const { frame } = value.type;
  if (state.frame(frame).subprogram !== place.subprogram) return undefined;
  const start = value.off + added;
  if (start + bytes <= place.offset || start >= place.offset + 8 * place.slots) return undefined;
  const write = (content: 0 | 1): Write => ({ register, off: place.flag - value.off, value: content });
  if (target.by === 'call') return write(target.gone && start === place.offset ? 0 : 1);
  const after = walk.nodes[node.next[0] ?? -1]?.state;
  if (after === undefined) return write(1);
  for (let slot = 0; slot < place.slots; slot++) {
    if (!isZero(after.slot(frame, -place.offset / 8 - 1 - slot))) return write(1);
  }
  return write(0);
}

function isZero({ bytes, spilled }: Slot): boolean {
  return bytes.every(
    (byte) =>
      byte === 'zero' || (byte === 'spill' && spilled?.is === 'scalar' && spilled.umin === 0n && spilled.umax === 0n),
  );
}

/** The register that points to what an instruction writes, what is added to it, and how many bytes. */
type Target = { readonly register: number; readonly added: number; readonly bytes: number } & (
  | { readonly by: 'store' }
  | { readonly by: 'call'; readonly gone: boolean }
);

function writtenAt(program: Program, pc: number): Target | undefined {
  const row = rowAt(program, pc);
  switch (row?.shape) {
    case 'store':
    case 'store-imm':
    case 'atomic':
    case 'fetch':
    case 'xchg':
    case 'cmpxchg':
    case 'store-release':
      return { by: 'store', register: program.dst[pc] ?? 0, added: program.off[pc] ?? 0, bytes: row.width / 8 };
    case 'call-helper':
    case 'call-kfunc': {
      const name = callableAt(program, pc);
      if (name === undefined) return undefined;
      const called = CALLABLES[name];
      if (called.clones === true) return { by: 'call', gone: false, register: 2, added: 0, bytes: 16 };
      const on = stackResource(called);
      if (on === undefined || !livesOnStack(on.kind)) return undefined;
      const bytes = 8 * KINDS[on.kind].slots;
      return { by: 'call', gone: called.releases !== undefined, register: on.arg + 1, added: 0, bytes };
    }
    default:
      return undefined;
  }
}
