/**
 * Writes instructions into the routine of the current frame and counts what they cost: slots, and an estimate of what a
 * verifier walks. The builder adds what is known about places and resources.
 */
import type { CallableName } from '../src/isa/callables.js';
import { type Insn, insn, type Operand } from '../src/isa/insn.js';
import type { OpName } from '../src/isa/op.js';
import type { Choices } from './choices.js';
import { type Frame, frameBytes, newFrame } from './frame.js';
import type { Profile } from './profile.js';
import { type Label, Routine } from './routine.js';
import type { Signature } from './signature.js';
import { FIRST_SLOT, type FrameState, offsetOf, type Place, type Species } from './state.js';

/** The commonest instructions, made once: programs share them. */
const REGISTERS = 11;
const SHARED_PLACES = FIRST_SLOT + 16;
const pairs = (rows: number, make: (row: number, register: number) => Insn): readonly Insn[] =>
  Array.from({ length: rows * REGISTERS }, (_, at) => make(Math.floor(at / REGISTERS), at % REGISTERS));
const fill = (register: number, place: Place) => ({ dst: register, src: 10, off: offsetOf(place) });
const spill = (register: number, place: Place) => ({ dst: 10, src: register, off: offsetOf(place) });
const MOVES = pairs(REGISTERS, (dst, src) => insn('mov64', { dst, operand: { reg: src } }));
const FILLS = pairs(SHARED_PLACES, (place, register) => insn('ldx64', fill(register, place)));
const SPILLS = pairs(SHARED_PLACES, (place, register) => insn('stx64', spill(register, place)));

/** Slots of a program above which no statement is begun, whatever its profile says: the last ones add some. */
const MOST_SLOTS = 250;

export class Writer {
  readonly frames: Frame[] = [];
  readonly routines: Routine[] = [];
  readonly signatures: Signature[] = [];
  /** Slots written in all routines. */
  size = 0;
  /** Estimate of the instructions a verifier walks. */
  work = 0;
  /** Loops around the current point, in all frames. */
  loops = 0;
  /** Product of the trip counts of these loops. */
  trips = 1;
  /** A throw was emitted with something held in some frame. */
  threwHolding = false;
  /** How many times as large as usual the program may become. */
  scale = 1;
  #factor = 1;
  #nextHolding = 1;
  #nextRoutine = 0;

  constructor(
    readonly choices: Choices,
    readonly profile: Profile,
  ) {}

  // Frames

  get frame(): Frame {
    const frame = this.frames[this.frames.length - 1];
    if (frame === undefined) throw new Error('no frame is open');
    return frame;
  }

  get state(): FrameState {
    return this.frame.state;
  }

  get depth(): number {
    return this.frames.length - 1;
  }

  /** Opens the frame of a new routine. */
  open(role: string, slots: number, room: number, returns: Species | undefined): Frame {
    const name = this.#nextRoutine === 0 ? role : `${role}${this.#nextRoutine}`;
    this.#nextRoutine++;
    const routine = new Routine(name);
    this.routines.push(routine);
    const frame = newFrame(routine, { depth: this.frames.length, slots, room, first: this.nextId }, returns);
    this.frames.push(frame);
    return frame;
  }

  close(): void {
    this.frames.pop();
  }

  /** Whether some open frame owns something, or has put it into its caller's frame. */
  get holding(): boolean {
    for (const frame of this.frames) if (frame.state.holdings.length > 0 || frame.given > 0) return true;
    return false;
  }

  /** Whether to begin no further statement. */
  get full(): boolean {
    return this.size >= this.limit || this.work >= this.profile.walk * this.scale;
  }

  /** Stack bytes of the open frames, a table for everything they may own included. */
  get chain(): number {
    let bytes = 0;
    for (const frame of this.frames) bytes += frameBytes(frame.slots, frame.room);
    return bytes;
  }

  /** Re-estimates how many states a verifier carries through the current point; call it once a statement. */
  weigh(): void {
    let bits = 0;
    for (const { state } of this.frames) {
      for (const holding of state.holdings) if (holding.nullable || holding.guard !== undefined) bits++;
      for (const content of state.contents) {
        if (content.is === 'foreign' || ((content.is === 'nothing' || content.is === 'scalar') && content.split)) {
          bits += 0.5;
        }
      }
    }
    this.#factor = this.trips * 2 ** Math.min(bits, 6);
  }

  /** No statement is begun above this many slots in the whole program. */
  get limit(): number {
    return Math.min(this.profile.limit * this.scale, MOST_SLOTS);
  }

  get factor(): number {
    return this.#factor;
  }

  newId(): number {
    return this.#nextHolding++;
  }

  get nextId(): number {
    return this.#nextHolding;
  }

  // Instructions

  #count(slots: number): void {
    this.size += slots;
    this.work += slots * this.#factor;
  }

  op(name: OpName, fields: Parameters<typeof insn>[1]): void {
    this.#count(1);
    this.frame.routine.push(insn(name, fields));
  }

  wide(pair: readonly [Insn, Insn]): void {
    this.#count(2);
    this.frame.routine.push(pair[0]);
    this.frame.routine.push(pair[1]);
  }

  #push(slot: Insn): void {
    this.#count(1);
    this.frame.routine.push(slot);
  }

  mov(dst: number, src: number): void {
    if (dst !== src) this.#push(MOVES[dst * REGISTERS + src] ?? insn('mov64', { dst, operand: { reg: src } }));
  }

  set(dst: number, imm: number): void {
    this.op(imm >= 0 && this.choices.chance(25) ? 'mov32' : 'mov64', { dst, operand: { imm } });
  }

  call(name: CallableName): void {
    this.#count(1);
    this.frame.routine.callable(name);
  }

  callRoutine(callee: Routine, work: number): void {
    this.#count(1);
    this.work += work * this.#factor;
    this.frame.routine.callRoutine(callee);
  }

  /** The next instruction throws, or calls a subprogram that may; `code` is what cleans up this frame then. */
  landing(code: readonly Insn[]): void {
    const { routine } = this.frame;
    routine.sites.push({ at: routine.slots.length, code });
  }

  label(): Label {
    return this.frame.routine.label();
  }

  bind(label: Label): void {
    this.frame.routine.bind(label);
  }

  goto(label: Label): void {
    this.#count(1);
    this.frame.routine.goto(label, this.choices.chance(10));
  }

  jump(op: OpName, dst: number, operand: Operand, label: Label): void {
    this.#count(1);
    this.frame.routine.jump(op, dst, operand, label);
  }

  /** Jumps if a register is (`zero`) or is not 0. */
  jumpIfZero(register: number, zero: boolean, label: Label): void {
    this.jump(zero ? 'jeq64' : 'jne64', register, { imm: 0 }, label);
  }

  /** Loads a place into a register. */
  load(register: number, place: Place): void {
    if (place < FIRST_SLOT) this.mov(register, place);
    else this.#push(FILLS[place * REGISTERS + register] ?? insn('ldx64', fill(register, place)));
  }

  /** A register that has the value of a place: its own, or `temporary` loaded from the slot. */
  registerOf(place: Place, temporary: number): number {
    if (place < FIRST_SLOT) return place;
    this.load(temporary, place);
    return temporary;
  }

  /** Stores a register into a slot. */
  spill(slot: Place, register: number): void {
    this.#push(SPILLS[slot * REGISTERS + register] ?? insn('stx64', spill(register, slot)));
  }
}
