/**
 * rfc-v1: makes descriptors from throw states in the order in which the walk arrives at them, exactly as posted (domain,
 * section 2: "Traversal", "What a location records", "After building an entry"). What looks odd is meant to be there.
 */
import type { MergeRule } from '../../contract/knowledge.js';
import type { Refusal } from '../../contract/refusal.js';
import { KINDS } from '../../isa/kinds.js';
import type { Program } from '../../isa/program.js';
import type { Analysis, ThrowVisit } from '../../verify/analysis.js';
import { pcOfFrame } from '../../verify/frame-pc.js';
import type { Resident, Value } from '../../verify/value.js';
import { DESTRUCTORS, holdingOf } from '../destructors.js';
import { heldReference } from '../refusal.js';
import { type Descriptor, type Descriptors, type Entry, PLACES, type Place, SLOTS } from './descriptor.js';
import { mergeEntries, mergeFailure, mergeRule, sideOf } from './merge.js';

/** Descriptors, or why the program has none. */
export type Collected =
  | { readonly ok: true; readonly descriptors: Descriptors }
  | {
      readonly ok: false;
      readonly refusal: Refusal;
      /** Position of the throw state that is to blame, where one is. */
      readonly visit?: number;
    };

/** A descriptor while paths arrive. */
interface Draft {
  readonly pc: number;
  readonly entries: (Entry | undefined)[];
  /** Places of stack entries in the order first recorded. */
  readonly order: Place[];
  readonly nullable: Set<Place>;
}

/** One merge, for those who want to know why an entry stands; `visit` is the position of the throw state. */
export interface MergeEvent {
  readonly visit: number;
  /** pc of the frame. */
  readonly pc: number;
  readonly fresh: Entry;
  readonly rule: MergeRule;
  readonly came: 'taken' | 'kept' | 'refused' | 'dropped';
}

/** Collects the descriptors of a walked program by the rules of rfc-v1; `trace` is told of every merge. */
export function collectPosted(program: Program, analysis: Analysis, trace?: (event: MergeEvent) => void): Collected {
  const drafts = new Map<number, Draft>();
  const pcs = new Set<number>();
  for (const [index, visit] of analysis.throws.entries()) {
    const told =
      trace === undefined ? undefined : (event: Omit<MergeEvent, 'visit'>) => trace({ visit: index, ...event });
    const refusal = new Arrival(program, visit, drafts, pcs, told).collect();
    if (refusal !== undefined) return { ok: false, refusal, visit: index };
  }
  const byPc = new Map<number, Descriptor>();
  const ascending = [...pcs].sort((a, b) => a - b);
  for (const pc of ascending) {
    const draft = drafts.get(pc);
    if (draft === undefined || draft.entries.length === 0) continue;
    byPc.set(pc, {
      pc,
      subprogram: program.subprogramOf[pc] ?? 0,
      stack: draft.order.flatMap((place) => draft.entries[place] ?? []),
      registers: [0, 1, 2, 3].map((register) => draft.entries[SLOTS + register]),
      nullable: draft.nullable,
    });
  }
  return { ok: true, descriptors: { byPc, pcs: ascending } };
}

/** One throw state being recorded: the state itself is never changed, the references released so far are kept beside it. */
class Arrival {
  /** References that the simulated cleanup has released: pointers with these ids are unknown scalars by now. */
  private readonly released = new Set<number>();
  private readonly listed: ReadonlyMap<number, number>;

  constructor(
    private readonly program: Program,
    private readonly visit: ThrowVisit,
    private readonly drafts: Map<number, Draft>,
    private readonly pcs: Set<number>,
    private readonly trace: ((event: Omit<MergeEvent, 'visit'>) => void) | undefined,
  ) {
    this.listed = new Map(visit.state.references.map(({ id, acquiredAt }) => [id, acquiredAt]));
  }

  collect(): Refusal | undefined {
    const { pc, state } = this.visit;
    for (let frame = state.depth - 1; frame >= 0; frame--) {
      const at = pcOfFrame(this.visit, frame);
      this.pcs.add(at);
      const refusal = this.collectFrame(frame, at);
      if (refusal !== undefined) return refusal;
    }
    if (state.depth > 1) return undefined; // as posted: no leak check outside frame 0
    const leaked = state.references.find(({ id }) => !this.released.has(id));
    return leaked === undefined ? undefined : heldReference(pc, leaked).refusal;
  }

  private collectFrame(frame: number, pc: number): Refusal | undefined {
    const { state } = this.visit;
    const draft = this.draft(pc);
    const slots = state.frame(frame).allocated / 8;
    for (let place = 0; place < slots; place++) {
      const slot = state.slot(frame, place);
      switch (slot.bytes[0]) {
        case 'spill': {
          const refusal = this.record(draft, place, frame, slot.spilled, false);
          if (refusal !== undefined) return refusal;
          break;
        }
        case 'dynptr':
        case 'iter': {
          const refusal = this.recordResident(draft, place, frame, slot.resident);
          if (refusal !== undefined) return refusal;
          break;
        }
        case 'zero':
          draft.nullable.add(place);
          break;
        default:
          // A merge that fails here goes unnoticed: the old entry stays.
          this.merges(draft, notInit(place), 'dropped');
      }
    }
    for (let register = 6; register <= 9; register++) {
      const value = state.register(frame, register);
      const refusal = this.record(draft, SLOTS + register - 6, frame, value, true);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  /** Records one spilled or callee-saved value; only registers get an entry for a scalar. */
  private record(
    draft: Draft,
    place: Place,
    frame: number,
    value: Value | undefined,
    register: boolean,
  ): Refusal | undefined {
    if (isZero(value)) {
      draft.nullable.add(place);
      return undefined;
    }
    let entry = notInit(place);
    // A slice has no id in the kernel: it is not released with its dynptr, and says nothing.
    if (value?.is === 'pointer' && value.type.to === 'data' && value.type.readonly) return undefined;
    if (value?.is === 'pointer' && !this.released.has(value.ref)) {
      if (value.ref === 0) return undefined;
      // Dynptr data and the number an iterator is at are a plain PTR_TO_MEM, with the id of what they are in.
      if (value.type.to === 'data' || value.type.to === 'element') return this.noDestructor();
      const holds = holdingOf(value);
      if (holds === undefined) return undefined;
      const destructor = DESTRUCTORS[holds.kind].destructor(this.program, holds.type);
      if (destructor === undefined) return this.noDestructor();
      const spill = register ? 'register' : 'spill';
      entry = { place, holds, spill, offset: 0, destructor, acquiredAt: this.listed.get(value.ref) };
      if (value.mayBeNull) draft.nullable.add(place);
      this.release(frame, value.ref);
    } else if (!register) return undefined;
    return this.merge(draft, entry);
  }

  /** Records the dynptr or iterator that begins at a place; its other slots say nothing. */
  private recordResident(
    draft: Draft,
    place: Place,
    frame: number,
    resident: Resident | undefined,
  ): Refusal | undefined {
    if (resident?.first !== true || resident.ref === 0) return undefined;
    const { kind, ref } = resident;
    const destructor = DESTRUCTORS[kind].destructor(this.program, -1);
    if (destructor === undefined) return this.noDestructor();
    const spill = KINDS[kind].slot;
    this.release(frame, ref);
    return this.merge(draft, {
      place,
      holds: { kind, type: -1 },
      spill,
      offset: 0,
      destructor,
      acquiredAt: this.listed.get(ref),
    });
  }

  private noDestructor(): Refusal {
    const message = 'failed to simulate cleanup for frame desc entry';
    return { code: 'no-destructor', pc: this.visit.pc, message };
  }

  /**
   * Simulates the cleanup of an entry: pointers with its reference are unknown scalars afterwards. Only the throwing frame does
   * so; its list includes what its callers hold.
   */
  private release(frame: number, ref: number): void {
    if (frame === this.visit.state.depth - 1) this.released.add(ref);
  }

  private merge(draft: Draft, entry: Entry): Refusal | undefined {
    const old = draft.entries[entry.place];
    if (this.merges(draft, entry, 'refused')) return undefined;
    return mergeFailure(this.program, draft.pc, entry.place, sideOf(old ?? entry), sideOf(entry));
  }

  /** Merges an entry in; false if it does not merge, which comes to `otherwise`. */
  private merges(draft: Draft, fresh: Entry, otherwise: 'refused' | 'dropped'): boolean {
    const old = draft.entries[fresh.place];
    const kept = mergeEntries(old, fresh);
    const came = kept === undefined ? otherwise : kept === old ? 'kept' : 'taken';
    this.trace?.({ pc: draft.pc, fresh, rule: mergeRule(old, fresh), came });
    if (kept !== undefined) put(draft, kept);
    return kept !== undefined;
  }

  private draft(pc: number): Draft {
    const known = this.drafts.get(pc);
    if (known !== undefined) return known;
    const draft: Draft = { pc, entries: [], order: [], nullable: new Set() };
    this.drafts.set(pc, draft);
    return draft;
  }
}

function put(draft: Draft, entry: Entry): void {
  if (draft.entries[entry.place] !== undefined) return;
  draft.entries[entry.place] = entry;
  if (entry.place < SLOTS) draft.order.push(entry.place);
}

const NOT_INIT: readonly Entry[] = Array.from({ length: PLACES }, (_, place) => ({
  place,
  holds: undefined,
  spill: place < SLOTS ? 'spill' : 'register',
  offset: 0,
  destructor: '',
  acquiredAt: undefined,
}));

/** The entry of a place that holds nothing known. */
export function notInit(place: Place): Entry {
  const entry = NOT_INIT[place];
  if (entry === undefined) throw new RangeError(`no place ${place}`);
  return entry;
}

/** Whether a value is the scalar constant 0. */
export function isZero(value: Value | undefined): boolean {
  return value?.is === 'scalar' && value.umax === 0n;
}
