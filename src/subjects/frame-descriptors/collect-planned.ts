/**
 * rfc-v2: what the author of the series said he would do next (domain, end of section 2), on top of rfc-v1. Where the mail is
 * silent, these are our answers; each is the plainest code that a kernel author would write for the sentence.
 *
 * - _What is a duplicate?_ Another location of the same frame with the same reference id: what rfc-v1 turns into an unknown
 *   scalar when it releases the first. So a callee's copies of what its caller lent it are not recorded for the caller, as
 *   before, and copies in two frames further out are each recorded, as before: the mail speaks of one descriptor. Memory of a
 *   dynptr that is recorded in the same frame is no location of it and stays the scalar that rfc-v1 makes of it.
 * - _What do paths share?_ Locations at which both have a resource, of one type; see planned-merge.ts. NULL is none: a second copy
 *   where another path has NULL is erased, an only copy is kept by rules 7 and 8.
 * - _What does erasing leave?_ Nothing. The series has no entry that forbids a location, and the mail names none.
 * - _How are duplicates that survive all merges released once?_ When the program has been walked, of all copies of one resource the
 *   one that would be released first stays, the others are taken out. "The same resource" is what the path that made the
 *   entries held: entries of later paths are merged into them and not kept. The other reading, that every surviving entry
 *   is released, would make the design wrong wherever it differs from rfc-v1; nobody plans that.
 * - _NULL entries:_ constant 0 in R6–R9, spilled in any width, or in all eight bytes of a ZERO slot. They have the spill type of a
 *   spill, so they do not merge with a dynptr or iterator (rule 3 comes first), and no destructor.
 * - _Partial ZERO slots_ become NOT_INIT as MISC slots are: a merge that fails is dropped.
 *
 * All else is rfc-v1: one type number for all kernel objects, silence of unowned pointers, no leak check outside frame 0, pcs, the
 * walk at run time.
 */
import type { MergeRule } from '../../contract/knowledge.js';
import type { Refusal } from '../../contract/refusal.js';
import { KINDS } from '../../isa/kinds.js';
import type { Program } from '../../isa/program.js';
import type { Analysis, ThrowVisit } from '../../verify/analysis.js';
import { pcOfFrame } from '../../verify/frame-pc.js';
import type { Resident, Slot, Value } from '../../verify/value.js';
import { DESTRUCTORS, type Holding, holdingOf } from '../destructors.js';
import { heldReference } from '../refusal.js';
import { type Collected, isZero, notInit } from './collect.js';
import { type Descriptor, type Entry, type Place, SLOTS, type SpillType } from './descriptor.js';
import { mergeFailure, sideOf } from './merge.js';
import { type MergedLocation, mergeCopies, type PlannedEntry } from './planned-merge.js';

/** A descriptor while paths arrive: entries in the order in which their places were first recorded. */
type Draft = Map<Place, PlannedEntry>;

/** What became of one location at a pc; `visit` is the position of the throw state. */
export interface PlannedEvent {
  readonly visit: number;
  readonly pc: number;
  readonly place: Place;
  readonly fresh: Entry | undefined;
  readonly rule?: MergeRule;
  readonly came: MergedLocation['came'];
  /** The entry that stands now. */
  readonly stands: Entry | undefined;
}

/** A copy that is not released because another one is. */
export interface SecondCopy {
  readonly pc: number;
  readonly place: Place;
  readonly first: Place;
  /** Which resource, on which path. */
  readonly visit: number;
  readonly reference: number;
}

/** Is told why descriptors are what they are. */
export interface PlannedWitness {
  merged(event: PlannedEvent): void;
  secondCopy(copy: SecondCopy): void;
}

/** Which resource of which path a `copyOf` number stands for. */
type Copies = { readonly visit: number; readonly reference: number }[];

/** Collects the descriptors of a walked program by the rules of rfc-v2. */
export function collectPlanned(program: Program, analysis: Analysis, witness?: PlannedWitness): Collected {
  const drafts = new Map<number, Draft>();
  const nullable = new Map<number, Set<Place>>();
  const copies: Copies = [];
  for (const [index, visit] of analysis.throws.entries()) {
    const arrival = new PlannedArrival(program, visit, index, drafts, nullable, copies, witness);
    const refusal = arrival.collect();
    if (refusal !== undefined) return { ok: false, refusal, visit: index };
  }
  const byPc = new Map<number, Descriptor>();
  const pcs = [...drafts.keys()].sort((a, b) => a - b);
  for (const pc of pcs) {
    const draft = drafts.get(pc) ?? new Map<Place, PlannedEntry>();
    const entries = withoutSecondCopies(draft, (place, first, copyOf) => {
      const { visit, reference } = copies[copyOf] ?? { visit: 0, reference: 0 };
      witness?.secondCopy({ pc, place, first, visit, reference });
    });
    if (entries.size === 0) continue;
    byPc.set(pc, {
      pc,
      subprogram: program.subprogramOf[pc] ?? 0,
      stack: [...entries.values()].filter(({ place }) => place < SLOTS),
      registers: [0, 1, 2, 3].map((register) => entries.get(SLOTS + register)),
      nullable: nullable.get(pc) ?? new Set(),
    });
  }
  return { ok: true, descriptors: { byPc, pcs } };
}

/** The entries of a descriptor without those that would release a resource again; stack entries are released before R6 to R9. */
function withoutSecondCopies(
  draft: Draft,
  drop: (place: Place, first: Place, copyOf: number) => void,
): ReadonlyMap<Place, PlannedEntry> {
  const inOrder = [
    ...[...draft.values()].filter(({ place }) => place < SLOTS),
    ...[...draft.values()].filter(({ place }) => place >= SLOTS).sort((a, b) => a.place - b.place),
  ];
  const firsts = new Map<number, Place>();
  const kept = new Map<Place, PlannedEntry>();
  for (const entry of inOrder) {
    const { place, copyOf } = entry;
    const first = copyOf === undefined ? undefined : firsts.get(copyOf);
    if (copyOf !== undefined && first !== undefined) {
      drop(place, first, copyOf);
      continue;
    }
    if (copyOf !== undefined) firsts.set(copyOf, place);
    kept.set(place, entry);
  }
  return kept;
}

/** One throw state being recorded. */
class PlannedArrival {
  /** References that the cleanup of an inner frame has released: pointers with these ids are unknown scalars by now. */
  private readonly released = new Set<number>();
  private readonly listed: ReadonlyMap<number, number>;
  /** By reference recorded so far: the number of its copies. */
  private readonly numbers = new Map<number, number>();
  private throwing = true;

  constructor(
    private readonly program: Program,
    private readonly visit: ThrowVisit,
    private readonly index: number,
    private readonly drafts: Map<number, Draft>,
    private readonly nullable: Map<number, Set<Place>>,
    private readonly copies: Copies,
    private readonly witness: PlannedWitness | undefined,
  ) {
    this.listed = new Map(visit.state.references.map(({ id, acquiredAt }) => [id, acquiredAt]));
  }

  collect(): Refusal | undefined {
    const { pc, state } = this.visit;
    for (let frame = state.depth - 1; frame >= 0; frame--) {
      const at = pcOfFrame(this.visit, frame);
      const refusal = this.collectFrame(frame, at);
      if (refusal !== undefined) return refusal;
    }
    if (state.depth > 1) return undefined; // as posted: no leak check outside frame 0
    const leaked = state.references.find(({ id }) => !this.released.has(id));
    return leaked === undefined ? undefined : heldReference(pc, leaked).refusal;
  }

  private collectFrame(frame: number, pc: number): Refusal | undefined {
    const { state } = this.visit;
    this.throwing = frame === state.depth - 1;
    const nullable = this.nullable.get(pc) ?? new Set();
    this.nullable.set(pc, nullable);
    const entries: PlannedEntry[] = [];
    const slots = state.frame(frame).allocated / 8;
    for (let place = 0; place < slots; place++) {
      const entry = this.entryOfSlot(place, state.slot(frame, place), nullable);
      if (entry === 'no-destructor') return this.noDestructor();
      if (entry !== undefined) entries.push(entry);
    }
    for (let register = 6; register <= 9; register++) {
      const place = SLOTS + register - 6;
      const entry = this.entryOfValue(place, state.register(frame, register), 'register', nullable);
      if (entry === 'no-destructor') return this.noDestructor();
      if (entry !== undefined) entries.push(entry);
    }
    // Only the throwing frame releases in the state, and only when all its copies have been recorded.
    if (this.throwing) for (const ref of this.numbers.keys()) this.released.add(ref);
    return this.merge(pc, entries);
  }

  private entryOfSlot(place: Place, slot: Slot, nullable: Set<Place>): PlannedEntry | 'no-destructor' | undefined {
    switch (slot.bytes[0]) {
      case 'spill':
        return this.entryOfValue(place, slot.spilled, 'spill', nullable);
      case 'dynptr':
      case 'iter':
        return this.entryOfResident(place, slot.resident);
      case 'zero':
        if (!slot.bytes.every((byte) => byte === 'zero')) break;
        nullable.add(place);
        return nullEntry(place);
      default:
    }
    return { ...notInit(place), lenient: true };
  }

  private entryOfValue(
    place: Place,
    value: Value | undefined,
    spill: 'spill' | 'register',
    nullable: Set<Place>,
  ): PlannedEntry | 'no-destructor' | undefined {
    if (isZero(value)) {
      nullable.add(place);
      return nullEntry(place);
    }
    // As posted: a slice has no id in the kernel, and says nothing.
    if (value?.is === 'pointer' && value.type.to === 'data' && value.type.readonly) return undefined;
    const isUnknown = value?.is !== 'pointer' || this.released.has(value.ref) || this.isInsideRecorded(value);
    if (isUnknown) return spill === 'register' ? notInit(place) : undefined;
    if (value.ref === 0) return undefined;
    if (value.type.to === 'data' || value.type.to === 'element') return 'no-destructor';
    const holds = holdingOf(value);
    if (holds === undefined) return undefined;
    if (value.mayBeNull) nullable.add(place);
    return this.owned(place, value.ref, holds, spill);
  }

  /** Memory of a dynptr, or the number of an iterator, that the throwing frame has recorded. */
  private isInsideRecorded({ type, ref }: Extract<Value, { readonly is: 'pointer' }>): boolean {
    return this.throwing && (type.to === 'data' || type.to === 'element') && this.numbers.has(ref);
  }

  private entryOfResident(place: Place, resident: Resident | undefined): PlannedEntry | 'no-destructor' | undefined {
    if (resident?.first !== true || resident.ref === 0) return undefined;
    const { kind, ref } = resident;
    return this.owned(place, ref, { kind, type: -1 }, KINDS[kind].slot);
  }

  private owned(place: Place, ref: number, holds: Holding, spill: SpillType): PlannedEntry | 'no-destructor' {
    const destructor = DESTRUCTORS[holds.kind].destructor(this.program, holds.type);
    if (destructor === undefined) return 'no-destructor';
    let copyOf = this.numbers.get(ref);
    if (copyOf === undefined) {
      copyOf = this.copies.push({ visit: this.index, reference: ref }) - 1;
      this.numbers.set(ref, copyOf);
    }
    return { place, holds, spill, offset: 0, destructor, acquiredAt: this.listed.get(ref), copyOf };
  }

  private noDestructor(): Refusal {
    const message = 'failed to simulate cleanup for frame desc entry';
    return { code: 'no-destructor', pc: this.visit.pc, message };
  }

  private merge(pc: number, arriving: readonly PlannedEntry[]): Refusal | undefined {
    const draft = this.drafts.get(pc) ?? new Map<Place, PlannedEntry>();
    this.drafts.set(pc, draft);
    for (const { place, fresh, rule, came, stands } of mergeCopies(draft, arriving)) {
      const old = draft.get(place);
      const shared = { visit: this.index, pc, place, fresh, came, stands };
      this.witness?.merged(rule === undefined ? shared : { ...shared, rule });
      if (came === 'refused' && old !== undefined && fresh !== undefined) {
        return mergeFailure(this.program, pc, place, sideOf(old), sideOf(fresh));
      }
      if (stands === undefined) draft.delete(place);
      else draft.set(place, stands);
    }
    return undefined;
  }
}

function nullEntry(place: Place): PlannedEntry {
  return { ...notInit(place), isNull: true };
}
