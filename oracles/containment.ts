/**
 * Containment: the check on the verifier. While the original runs, the run is followed node by node through the recorded
 * walk; at each instruction the concrete state must lie in the abstract state of some node that the run can be at.
 * A miss is a bug of the verifier or of the machine, never of a design.
 *
 * Mostly only what the walk says has changed is looked at; where jumps lead, at every call and return of a subprogram and
 * at every throw and exit, everything is. What the walk wrongly believes unchanged therefore shows there at the latest.
 */
import { CALLABLES, kfuncById } from '../src/isa/callables.js';
import { type Program, rowAt, targetAt } from '../src/isa/program.js';
import { planOf } from '../src/verify/plan.js';
import type { Scalar } from '../src/verify/scalar.js';
import type { Pointer, Resident } from '../src/verify/value.js';
import type { RecordedAnalysis } from '../src/verify/walk.js';
import {
  addChanges,
  addChecks,
  BITS,
  type Check,
  CheckList,
  EXACT,
  POINTER,
  RANGE,
  RESIDENT,
  ZEROES,
} from './containment-checks.js';
import { HarnessBug } from './harness-bug.js';
import type { Machine } from './machine/machine.js';

const U32 = 2n ** 32n - 1n;
const NOWHERE: readonly number[] = [];
const START: readonly number[] = [0];
const UNSEEN = -1;

/** Follows the runs of one program on one machine. */
export class ContainmentChecker {
  readonly #analysis: RecordedAnalysis;
  readonly #machine: Machine;
  /** By pc: 1 if everything is checked there. */
  readonly #full: Uint8Array;
  /**
   * By pc: the registers of R0..R5 that may still be read. States that differ in the others count as the same, so a run
   * that came by way of a dropped arrival need not have in them what the walk goes on with.
   */
  readonly #live: Uint8Array;
  /** Every node has one predecessor, so what is checked on arrival is always the same: by node, where its checks are. */
  readonly #list = new CheckList();
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  /** By node: 1 if everything is checked, frames and ledger included; else what has changed. */
  readonly #whole: Uint8Array;
  /** Nodes the run may be at. */
  #at: readonly number[] = NOWHERE;
  #begun = false;
  /** Why the run is not at the nodes that were tried. */
  #misses: string | undefined;
  /** Objects that references are, in the state being checked. */
  readonly #objectOf = new Map<number, number>();

  constructor(analysis: RecordedAnalysis, machine: Machine) {
    this.#analysis = analysis;
    this.#machine = machine;
    this.#full = checkpoints(analysis.program);
    this.#live = planOf(analysis.program).live;
    const { length } = analysis.nodes;
    this.#from = new Int32Array(length).fill(UNSEEN);
    this.#to = new Int32Array(length);
    this.#whole = new Uint8Array(length);
  }

  /** A run is about to start. */
  begin(): void {
    this.#begun = false;
    this.#at = NOWHERE;
    this.#machine.observer = (pc) => this.#observe(pc);
  }

  /** The run has ended. */
  end(): void {
    this.#machine.observer = undefined;
  }

  /** Nodes of the walk that the run is at, several if its state lies in several: of an ended run the last it executed. */
  get at(): readonly number[] {
    return this.#at;
  }

  #observe(pc: number): void {
    this.#misses = undefined;
    const next = this.#begun ? this.#follow(pc) : this.#enter(pc);
    this.#begun = true;
    this.#at = next;
    if (next.length > 0) return;
    const why = this.#misses ?? 'the walk has no state there';
    throw new HarnessBug(`containment: at pc ${pc} the run is in none of the walked states: ${why}`);
  }

  #enter(pc: number): readonly number[] {
    if (this.#analysis.nodes.length > 0) return this.#lies(0, pc, undefined) ? START : NOWHERE;
    this.#misses = 'the walk is empty';
    return NOWHERE;
  }

  /** Nodes that the run is at now. Mostly it was at one, and one follows that. */
  #follow(pc: number): readonly number[] {
    const { nodes } = this.#analysis;
    let next: readonly number[] = NOWHERE;
    for (const from of this.#at) {
      const followers = nodes[from]?.next ?? NOWHERE;
      for (const index of followers) {
        const node = nodes[index];
        if (node === undefined || node.pc !== pc || !this.#lies(index, pc, from)) continue;
        const goesOnAt = node.coveredBy ?? index;
        const alone = next === NOWHERE && followers.length === 1 && node.coveredBy === undefined;
        next = alone ? followers : [...next, goesOnAt];
      }
    }
    return next;
  }

  /** Whether the run is at a node; if not, that is noted. */
  #lies(index: number, pc: number, from: number | undefined): boolean {
    const miss = this.#missAt(index, pc, from);
    if (miss === undefined) return true;
    this.#misses = this.#misses === undefined ? miss : `${this.#misses}; or: ${miss}`;
    return false;
  }

  /** Why the run is not at a node, or `undefined`. */
  #missAt(index: number, pc: number, from: number | undefined): string | undefined {
    if (this.#from[index] === UNSEEN) this.#arrive(index, pc, from);
    if (this.#objectOf.size > 0) this.#objectOf.clear();
    const whole = this.#whole[index] === 1;
    if (whole) {
      const miss = this.#framesMiss(index);
      if (miss !== undefined) return miss;
    }
    const { frames, places, checks } = this.#list;
    const end = this.#to[index] ?? 0;
    for (let position = this.#from[index] ?? 0; position < end; position++) {
      const check = checks[position];
      if (check === undefined) continue;
      const miss = this.#miss(check, frames[position] ?? 0, places[position] ?? 0);
      if (miss !== undefined) return miss;
    }
    return whole ? this.#ledgerMiss(index) : undefined;
  }

  /** Lists the checks of a node that a run comes to for the first time. */
  #arrive(index: number, pc: number, from: number | undefined): void {
    const { nodes } = this.#analysis;
    const state = nodes[index]?.state;
    if (state === undefined) return;
    const before = from === undefined ? undefined : nodes[from]?.state;
    const live = this.#live[pc] ?? 0;
    this.#from[index] = this.#list.length;
    if (this.#full[pc] === 1 || before === undefined || before.depth !== state.depth) {
      this.#whole[index] = 1;
      addChecks(this.#list, state, live);
    } else addChanges(this.#list, before, state, live);
    this.#to[index] = this.#list.length;
  }

  #framesMiss(index: number): string | undefined {
    const machine = this.#machine;
    const state = this.#analysis.nodes[index]?.state;
    if (state === undefined) return 'the walk is empty';
    if (state.depth !== machine.depth) return `${machine.depth} frames run, ${state.depth} are walked`;
    for (let frame = 0; frame < state.depth; frame++) {
      const view = state.frame(frame);
      if (view.subprogram !== machine.subprogram(frame)) return `frame ${frame} is another subprogram`;
      if (view.callsite !== machine.callsite(frame)) return `frame ${frame} was called elsewhere`;
    }
    return undefined;
  }

  #miss(check: Check, frame: number, place: number): string | undefined {
    const machine = this.#machine;
    switch (check.how) {
      case EXACT:
        if (machine.low(frame, place) === check.low && machine.high(frame, place) === check.high) return undefined;
        return this.#say(frame, place, check.miss);
      case RANGE:
        if (scalarHolds(check.value, machine.word(frame, place))) return undefined;
        return this.#say(frame, place, 'outside of what the walk knows');
      case BITS:
        if ((machine.word(frame, place) & check.mask) === check.bits) return undefined;
        return this.#say(frame, place, 'outside of what the walk knows of the spill');
      case POINTER: {
        const miss = this.#pointerMiss(check.value, machine.low(frame, place), machine.high(frame, place));
        return miss === undefined ? undefined : this.#say(frame, place, miss);
      }
      case ZEROES:
        for (const byte of check.bytes) {
          if (machine.frameByte(frame, place + byte) !== 0) {
            return `byte ${byte} of fp${place} in frame ${frame} is not zero`;
          }
        }
        return undefined;
      case RESIDENT:
        return this.#residentMiss(check.value, frame, place);
    }
  }

  #say(frame: number, place: number, miss: string): string {
    const name = place < 0 ? `fp${place}` : `R${place}`;
    return `${name} of frame ${frame} is 0x${this.#machine.word(frame, place).toString(16)}, ${miss}`;
  }

  /** A pointer to an object or into an iterator, or one that may be NULL. */
  #pointerMiss(value: Pointer, low: number, high: number): string | undefined {
    if (low === 0 && high === 0) return value.mayBeNull ? undefined : 'NULL, which the walk excludes';
    const { type, off } = value;
    const place = this.#machine.classifyHalves(low, high);
    switch (type.to) {
      case 'ctx':
        return place.is === 'ctx' && place.off === off ? undefined : `no pointer to ctx+${off}`;
      case 'stack':
        return place.is === 'frame' && place.frame === type.frame && place.off === off
          ? undefined
          : `no pointer to offset ${off} of frame ${type.frame}`;
      case 'map':
        return place.is === 'map' && place.index === type.map ? undefined : `no pointer to map ${type.map}`;
      case 'element':
        return place.is === 'frame' && place.frame < this.#machine.depth ? undefined : 'no pointer into a frame';
      case 'memory':
      case 'kernel':
      case 'local':
      case 'socket':
      case 'data': {
        if (place.is !== 'object') return 'no pointer to an object';
        // How far into its dynptr the data begin is not walked.
        if (type.to === 'data' ? place.off < off : place.off !== off) return `no pointer to an object, offset ${off}`;
        const object = this.#machine.object(place.object);
        const kind = type.to === 'kernel' ? type.kind : OBJECT_KINDS[type.to];
        if (object.kind !== kind) return `a ${object.kind}, not a ${kind}`;
        if (type.to === 'local' && object.type !== type.type) return 'an object of another struct type';
        if (!object.live) return 'an object that is gone';
        return value.ref === 0 ? undefined : this.#bind(value.ref, place.object);
      }
    }
  }

  /** The dynptr or iterator that begins in a slot. */
  #residentMiss({ kind, ref, drained }: Resident, frame: number, offset: number): string | undefined {
    const machine = this.#machine;
    const object = machine.residentAt(frame, offset);
    const found = object < 0 ? 'nothing' : machine.object(object).kind;
    if (found !== kind) return `fp${offset} of frame ${frame} is ${found}, not the ${kind} that was walked`;
    if (drained && kind === 'iter_num' && machine.frameWord(frame, offset) !== 0n) {
      return `the iterator at fp${offset} of frame ${frame} has not ended`;
    }
    return this.#bind(ref, object);
  }

  /** All pointers that carry one reference are the same held object. */
  #bind(reference: number, object: number): string | undefined {
    const bound = this.#objectOf.get(reference);
    if (bound === undefined) this.#objectOf.set(reference, object);
    else if (bound !== object) return `not the object that reference ${reference} is elsewhere`;
    return this.#machine.ledger.holds(object) ? undefined : `an object on which no reference is held`;
  }

  /** Whatever is held is one of the walked references, which may be more: of some it is not yet known whether they are NULL. */
  #ledgerMiss(index: number): string | undefined {
    const { ledger } = this.#machine;
    if (ledger.heldCount === 0) return undefined;
    const references = this.#analysis.nodes[index]?.state.references ?? [];
    const walked = references.map(({ kind }): string => kind);
    for (const name of ledger.names()) {
      const at = walked.indexOf(name.slice(0, name.indexOf('#')));
      if (at < 0) return `${name} is held, which the walk does not know`;
      walked.splice(at, 1);
    }
    return undefined;
  }
}

/** What the machine calls the objects that pointers of a class point to. */
const OBJECT_KINDS = { memory: 'ring', local: 'object', socket: 'socket', data: 'dynptr' } as const;

/** Whether a 64-bit word has the known bits of a scalar and lies in all its ranges. */
function scalarHolds(value: Scalar, word: bigint): boolean {
  if ((word & ~value.bits.mask) !== value.bits.value) return false;
  if (word < value.umin || word > value.umax) return false;
  const signed = BigInt.asIntN(64, word);
  if (signed < value.smin || signed > value.smax) return false;
  const low = word & U32;
  if (low < value.u32min || low > value.u32max) return false;
  const low32 = BigInt.asIntN(32, low);
  return low32 >= value.s32min && low32 <= value.s32max;
}

/** pcs at which everything is checked: where jumps lead, where frames begin, go on and end, and every throw. */
function checkpoints(program: Program): Uint8Array {
  const edges = new Uint8Array(program.length + 1);
  edges[0] = 1;
  for (let pc = 0; pc < program.length; pc++) {
    const target = targetAt(program, pc);
    if (target !== undefined) edges[target] = 1;
    switch (rowAt(program, pc)?.shape) {
      case 'call-local':
        edges[pc + 1] = 1;
        break;
      case 'exit':
        edges[pc] = 1;
        break;
      case 'call-kfunc': {
        const name = kfuncById(program.imm[pc] ?? 0);
        if (name !== undefined && CALLABLES[name].throws) edges[pc] = 1;
        break;
      }
      default:
    }
  }
  return edges;
}
