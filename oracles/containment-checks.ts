/**
 * What there is to check of an abstract state: a check per register or slot of which the walk says something. Where the walk
 * knows the value, two 32-bit halves are compared.
 */
import type { StateView } from '../src/verify/analysis.js';
import type { InternTable } from '../src/verify/intern.js';
import type { Scalar } from '../src/verify/scalar.js';
import type { Pointer, Resident, Slot, Value } from '../src/verify/value.js';
import { RecordView } from '../src/verify/view.js';
import { CTX_HIGH, CTX_LOW, FRAME_HIGH, framePointerLow, MAP_HIGH, mapLow } from './machine/address.js';

/** What a value must be. `how` is a number because runs ask for it at every instruction. */
export type Check =
  | { readonly how: typeof EXACT; readonly low: number; readonly high: number; readonly miss: string }
  | { readonly how: typeof RANGE; readonly value: Scalar }
  /** Low bytes of a spill have these known bits. */
  | { readonly how: typeof BITS; readonly mask: bigint; readonly bits: bigint }
  | { readonly how: typeof POINTER; readonly value: Pointer }
  | { readonly how: typeof ZEROES; readonly bytes: readonly number[] }
  | { readonly how: typeof RESIDENT; readonly value: Resident };

/** Checks with the places they are for: a register of a frame (R0–R5 of the top frame only), or a slot by its offset (negative). */
export class CheckList {
  readonly frames: number[] = [];
  readonly places: number[] = [];
  readonly checks: Check[] = [];

  get length(): number {
    return this.checks.length;
  }

  add(frame: number, place: number, checks: readonly Check[]): void {
    for (const check of checks) {
      this.frames.push(frame);
      this.places.push(place);
      this.checks.push(check);
    }
  }
}

export const EXACT = 0;
export const RANGE = 1;
export const BITS = 2;
export const POINTER = 3;
export const ZEROES = 4;
export const RESIDENT = 5;

const U64 = 2n ** 64n - 1n;

/** Adds the checks of a whole state. `live`: bit n says that R`n` (0..5) of the top frame may still be read. */
export function addChecks(list: CheckList, state: StateView, live: number): void {
  const top = state.depth - 1;
  const view = state instanceof RecordView ? state : undefined;
  const known = view === undefined ? undefined : knownChecks(view.words);
  for (let frame = 0; frame <= top; frame++) {
    for (let register = frame === top ? 0 : 6; register <= 9; register++) {
      if (register <= 5 && (live & (1 << register)) === 0) continue;
      list.add(
        frame,
        register,
        view === undefined || known === undefined
          ? valueChecks(state.register(frame, register))
          : known.value(view.registerWord(frame, register)),
      );
    }
    const slots = state.frame(frame).allocated / 8;
    for (let slot = 0; slot < slots; slot++) {
      list.add(
        frame,
        -8 * (slot + 1),
        view === undefined || known === undefined
          ? slotChecks(state.slot(frame, slot))
          : known.slot(view.slotWord(frame, slot)),
      );
    }
  }
}

/** Adds the checks of what differs from the state before, within one basic block. Both have the same frames. */
export function addChanges(list: CheckList, before: StateView, state: StateView, live: number): void {
  if (!(state instanceof RecordView && before instanceof RecordView)) {
    addChangesBetween(list, before, state, live);
    return;
  }
  const known = knownChecks(state.words);
  const changes = state.changesSince(before);
  for (let at = 0; at < changes.length; at += 3) {
    const frame = changes[at] ?? 0;
    const place = changes[at + 1] ?? 0;
    const word = changes[at + 2] ?? 0;
    if (place < 0) list.add(frame, 8 * place, known.slot(word));
    else if (place > 5 || (live & (1 << place)) !== 0) list.add(frame, place, known.value(word));
  }
}

function addChangesBetween(list: CheckList, before: StateView, state: StateView, live: number): void {
  const top = state.depth - 1;
  for (let register = 0; register <= 9; register++) {
    if (register <= 5 && (live & (1 << register)) === 0) continue;
    const value = state.register(top, register);
    if (value !== before.register(top, register)) list.add(top, register, valueChecks(value));
  }
  for (let frame = 0; frame <= top; frame++) {
    const slots = state.frame(frame).allocated / 8;
    for (let slot = 0; slot < slots; slot++) {
      const content = state.slot(frame, slot);
      if (content !== before.slot(frame, slot)) list.add(frame, -8 * (slot + 1), slotChecks(content));
    }
  }
}

/** Checks by the numbers of an intern table, each made once: programs have most of their values in common. */
class KnownChecks {
  readonly #values: (readonly Check[] | undefined)[] = [];
  readonly #slots: (readonly Check[] | undefined)[] = [];

  constructor(readonly table: InternTable) {}

  value(word: number): readonly Check[] {
    let checks = this.#values[word];
    if (checks === undefined) {
      checks = valueChecks(this.table.value(word));
      this.#values[word] = checks;
    }
    return checks;
  }

  slot(word: number): readonly Check[] {
    let checks = this.#slots[word];
    if (checks === undefined) {
      checks = slotChecks(this.table.slotView(word));
      this.#slots[word] = checks;
    }
    return checks;
  }
}

let last: KnownChecks | undefined;

function knownChecks(table: InternTable): KnownChecks {
  if (last?.table !== table) last = new KnownChecks(table);
  return last;
}

const NOTHING: readonly Check[] = [];

function slotChecks({ bytes, spilled, resident }: Slot): readonly Check[] {
  if (resident !== undefined) return resident.first ? [{ how: RESIDENT, value: resident }] : NOTHING;
  const zeroes = bytes.flatMap((kind, byte) => (kind === 'zero' ? [byte] : []));
  const checks: Check[] = zeroes.length === 0 ? [] : [{ how: ZEROES, bytes: zeroes }];
  const count = bytes.filter((kind) => kind === 'spill').length;
  if (spilled === undefined || count === 0) return checks;
  if (count === 8) return [...checks, ...valueChecks(spilled)];
  if (spilled.is !== 'scalar') return checks;
  const mask = ~spilled.bits.mask & (2n ** BigInt(8 * count) - 1n);
  return mask === 0n ? checks : [...checks, { how: BITS, mask, bits: spilled.bits.value & mask }];
}

function valueChecks(value: Value): readonly Check[] {
  if (value.is === 'not-init') return NOTHING;
  if (value.is === 'pointer') return [exactPointer(value) ?? { how: POINTER, value }];
  if (value.umin === value.umax) return [exactly(value.umin)];
  return isUnknown(value) ? NOTHING : [{ how: RANGE, value }];
}

/** A pointer whose value does not depend on the run. */
function exactPointer({ type, off, mayBeNull }: Pointer): Check | undefined {
  if (mayBeNull) return undefined;
  switch (type.to) {
    case 'ctx':
      return { how: EXACT, low: (CTX_LOW + off) | 0, high: CTX_HIGH, miss: `no pointer to ctx+${off}` };
    case 'stack': {
      const miss = `no pointer to offset ${off} of frame ${type.frame}`;
      return { how: EXACT, low: (framePointerLow(type.frame) + off) | 0, high: FRAME_HIGH, miss };
    }
    case 'map':
      return { how: EXACT, low: mapLow(type.map) | 0, high: MAP_HIGH, miss: `no pointer to map ${type.map}` };
    default:
      return undefined;
  }
}

function exactly(value: bigint): Check {
  const low = Number(BigInt.asIntN(32, value));
  return { how: EXACT, low, high: Number(BigInt.asIntN(32, value >> 32n)), miss: 'outside of what the walk knows' };
}

function isUnknown(value: Scalar): boolean {
  return value.bits.mask === U64 && value.umin === 0n && value.umax === U64;
}
