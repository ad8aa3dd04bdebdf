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
import type { StateView } from '../src/verify/analysis.js';
import { planOf } from '../src/verify/plan.js';
import type { Scalar } from '../src/verify/scalar.js';
import type { Pointer, Resident, Slot, Value } from '../src/verify/value.js';
import type { RecordedAnalysis } from '../src/verify/walk.js';
import { HarnessBug } from './harness-bug.js';
import type { Machine } from './machine/machine.js';

const U64 = 2n ** 64n - 1n;
const U32 = 2n ** 32n - 1n;

/** What there is to check of a slot: its zero bytes, and how many bytes of a spill of which something is known. */
interface SlotContent {
  readonly zeroes: readonly number[];
  readonly spilled: number;
  readonly says: boolean;
}

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
  /** Nodes the run may be at. */
  #at: readonly number[] = [];
  #begun = false;
  /** Objects that references are, in the state being checked. */
  readonly #objectOf = new Map<number, number>();
  /** Slots are interned per walk, so each is looked at once. */
  readonly #unknown = new Map<Value, boolean>();
  readonly #contents = new Map<Slot, SlotContent>();

  constructor(analysis: RecordedAnalysis, machine: Machine) {
    this.#analysis = analysis;
    this.#machine = machine;
    this.#full = checkpoints(analysis.program);
    this.#live = planOf(analysis.program).live;
  }

  /** A run is about to start. */
  begin(): void {
    this.#begun = false;
    this.#at = [];
    this.#machine.observer = (pc) => this.#observe(pc);
  }

  /** The run has ended. */
  end(): void {
    this.#machine.observer = undefined;
  }

  #observe(pc: number): void {
    const { nodes } = this.#analysis;
    const full = this.#full[pc] === 1 || !this.#begun;
    const next: number[] = [];
    const misses: string[] = [];
    const consider = (index: number, before: StateView | undefined): void => {
      const node = nodes[index];
      if (node === undefined || node.pc !== pc) return;
      const miss =
        full || before === undefined ? this.#missOf(pc, node.state) : this.#missOfChange(pc, before, node.state);
      if (miss === undefined) next.push(node.coveredBy ?? index);
      else misses.push(miss);
    };
    if (!this.#begun) consider(0, undefined);
    for (const from of this.#at) {
      const node = nodes[from];
      for (const index of node?.next ?? []) consider(index, node?.state);
    }
    this.#begun = true;
    this.#at = next;
    if (next.length > 0) return;
    const why = misses.length === 0 ? 'the walk has no state there' : misses.join('; or: ');
    throw new HarnessBug(`containment: at pc ${pc} the run is in none of the walked states: ${why}`);
  }

  /** Why the concrete state is not in the abstract one, or `undefined`. */
  #missOf(pc: number, state: StateView): string | undefined {
    const machine = this.#machine;
    if (state.depth !== machine.depth) return `${machine.depth} frames run, ${state.depth} are walked`;
    this.#objectOf.clear();
    const top = state.depth - 1;
    const live = this.#live[pc] ?? 0;
    for (let frame = 0; frame <= top; frame++) {
      const view = state.frame(frame);
      if (view.subprogram !== machine.subprogram(frame)) return `frame ${frame} is another subprogram`;
      if (view.callsite !== machine.callsite(frame)) return `frame ${frame} was called elsewhere`;
      for (let register = frame === top ? 0 : 6; register <= 9; register++) {
        if (frame === top && register <= 5 && (live & (1 << register)) === 0) continue;
        const miss = this.#registerMiss(state, frame, register);
        if (miss !== undefined) return miss;
      }
      for (let slot = 0; slot < view.allocated / 8; slot++) {
        const miss = this.#slotMiss(state.slot(frame, slot), frame, slot);
        if (miss !== undefined) return miss;
      }
    }
    return this.#ledgerMiss(state);
  }

  /** The same, looking only at what differs between two states of one basic block. */
  #missOfChange(pc: number, before: StateView, state: StateView): string | undefined {
    if (before.depth !== state.depth) return this.#missOf(pc, state);
    this.#objectOf.clear();
    const top = state.depth - 1;
    const live = this.#live[pc] ?? 0;
    for (let register = 0; register <= 9; register++) {
      if (register <= 5 && (live & (1 << register)) === 0) continue;
      if (state.register(top, register) === before.register(top, register)) continue;
      const miss = this.#registerMiss(state, top, register);
      if (miss !== undefined) return miss;
    }
    for (let frame = 0; frame <= top; frame++) {
      for (let slot = 0; slot < state.frame(frame).allocated / 8; slot++) {
        const content = state.slot(frame, slot);
        if (content === before.slot(frame, slot)) continue;
        const miss = this.#slotMiss(content, frame, slot);
        if (miss !== undefined) return miss;
      }
    }
    return undefined;
  }

  #registerMiss(state: StateView, frame: number, register: number): string | undefined {
    const value = state.register(frame, register);
    if (value.is === 'not-init' || this.#isUnknown(value)) return undefined;
    const machine = this.#machine;
    const word = frame === machine.depth - 1 ? machine.register(register) : machine.savedRegister(frame, register);
    const miss = this.#valueMiss(value, word);
    return miss === undefined ? undefined : `R${register} of frame ${frame} is 0x${word.toString(16)}, ${miss}`;
  }

  #isUnknown(value: Value): boolean {
    let unknown = this.#unknown.get(value);
    if (unknown === undefined) {
      unknown = isUnknown(value);
      this.#unknown.set(value, unknown);
    }
    return unknown;
  }

  #slotMiss(slot: Slot, frame: number, index: number): string | undefined {
    const { zeroes, spilled, says } = this.#contentOf(slot);
    if (!says) return undefined;
    const offset = -8 * (index + 1);
    if (slot.resident?.first === true) return this.#residentMiss(slot.resident, frame, offset);
    for (const byte of zeroes) {
      if (this.#machine.frameByte(frame, offset + byte) !== 0) {
        return `byte ${byte} of fp${offset} in frame ${frame} is not zero`;
      }
    }
    const value = slot.spilled;
    if (spilled === 0 || value === undefined) return undefined;
    const word = this.#machine.frameWord(frame, offset);
    const miss = spilled === 8 ? this.#valueMiss(value, word) : narrowMiss(value, word, spilled);
    return miss === undefined ? undefined : `fp${offset} of frame ${frame} is 0x${word.toString(16)}, ${miss}`;
  }

  /** The dynptr or iterator that begins in a slot. */
  #residentMiss({ kind, ref, drained }: Resident, frame: number, offset: number): string | undefined {
    const machine = this.#machine;
    const object = machine.residentAt(frame, offset);
    const found = object < 0 ? 'nothing' : machine.object(object).kind;
    if (found !== kind) return `fp${offset} of frame ${frame} is ${found}, not the ${kind} that was walked`;
    if (drained && machine.frameWord(frame, offset) !== 0n && kind === 'iter_num') {
      return `the iterator at fp${offset} of frame ${frame} has not ended`;
    }
    return this.#bind(ref, object);
  }

  #contentOf(slot: Slot): SlotContent {
    const known = this.#contents.get(slot);
    if (known !== undefined) return known;
    const zeroes = slot.bytes.flatMap((kind, byte) => (kind === 'zero' ? [byte] : []));
    const isKnown = slot.spilled !== undefined && slot.spilled.is !== 'not-init' && !isUnknown(slot.spilled);
    const spilled = isKnown ? slot.bytes.filter((kind) => kind === 'spill').length : 0;
    const content = { zeroes, spilled, says: zeroes.length > 0 || spilled > 0 || slot.resident?.first === true };
    this.#contents.set(slot, content);
    return content;
  }

  #valueMiss(value: Value, word: bigint): string | undefined {
    switch (value.is) {
      case 'not-init':
        return undefined;
      case 'scalar':
        return scalarHolds(value, word) ? undefined : 'outside of what the walk knows';
      case 'pointer':
        return this.#pointerMiss(value, word);
    }
  }

  #pointerMiss(value: Pointer, word: bigint): string | undefined {
    if (word === 0n) return value.mayBeNull ? undefined : 'NULL, which the walk excludes';
    const place = this.#machine.classify(word);
    const { type } = value;
    switch (type.to) {
      case 'ctx':
        return place.is === 'ctx' && place.off === value.off ? undefined : `no pointer to ctx+${value.off}`;
      case 'stack':
        return place.is === 'frame' && place.frame === type.frame && place.off === value.off
          ? undefined
          : `no pointer to offset ${value.off} of frame ${type.frame}`;
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
        if (type.to === 'data' ? place.off < value.off : place.off !== value.off) {
          return `no pointer to an object, offset ${value.off}`;
        }
        const object = this.#machine.object(place.object);
        const kind = type.to === 'kernel' ? type.kind : OBJECT_KINDS[type.to];
        if (object.kind !== kind) return `a ${object.kind}, not a ${kind}`;
        if (type.to === 'local' && object.type !== type.type) return 'an object of another struct type';
        if (!object.live) return 'an object that is gone';
        return value.ref === 0 ? undefined : this.#bind(value.ref, place.object);
      }
    }
  }

  /** All pointers that carry one reference are the same held object. */
  #bind(reference: number, object: number): string | undefined {
    const bound = this.#objectOf.get(reference);
    if (bound === undefined) this.#objectOf.set(reference, object);
    else if (bound !== object) return `not the object that reference ${reference} is elsewhere`;
    return this.#machine.ledger.holds(object) ? undefined : `an object on which no reference is held`;
  }

  /** Whatever is held is one of the walked references, which may be more: of some it is not yet known whether they are NULL. */
  #ledgerMiss(state: StateView): string | undefined {
    const { ledger } = this.#machine;
    if (ledger.heldCount === 0) return undefined;
    const walked = state.references.map(({ kind }): string => kind);
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

function isUnknown(value: Value): boolean {
  return value.is === 'scalar' && value.bits.mask === U64 && value.umin === 0n && value.umax === U64;
}

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

/** A spill of fewer than 8 bytes: the known bits of those bytes must be there. */
function narrowMiss(value: Value, word: bigint, bytes: number): string | undefined {
  if (value.is !== 'scalar') return 'part of a pointer';
  const known = ~value.bits.mask & (2n ** BigInt(8 * bytes) - 1n);
  return (word & known) === (value.bits.value & known) ? undefined : 'outside of what the walk knows of the spill';
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
