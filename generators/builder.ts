/**
 * Writes a program while keeping track of what is live, what may be NULL and what is owed in every open frame. Emitters
 * (emit/*) call it; it knows nothing of the menu. Between two statements R0–R5 are dead.
 */
import type { CallableName } from '../src/isa/callables.js';
import { type Insn, insn, type Operand } from '../src/isa/insn.js';
import type { OpName } from '../src/isa/op.js';
import type { Choices } from './choices.js';
import type { Profile } from './profile.js';
import { type Label, Routine } from './routine.js';
import type { Signature } from './signature.js';
import {
  BLURRED,
  type Content,
  cloneState,
  constant,
  FIRST_SAVED,
  FIRST_SLOT,
  type FrameState,
  findHolding,
  type Holding,
  joinStates,
  NOTHING,
  offsetOf,
  type Place,
  type Species,
} from './state.js';

/** How far a place is fixed inside a loop: not at all, may become another scalar, not to be changed. */
type Lock = 0 | 1 | 2;

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

/** One open frame: main, or a subprogram that is being written at the place of its first call. */
export interface Frame {
  readonly routine: Routine;
  /** 0 is main. */
  readonly depth: number;
  readonly slots: number;
  /** Resources the frame may own at once. */
  readonly room: number;
  /** What the caller gets in R0. */
  readonly returns: Species | undefined;
  state: FrameState;
  locks: Uint8Array;
  /** Holdings with a smaller id belong outside the innermost branch arm or loop body. */
  arm: number;
  /** Holdings with a smaller id belong outside the innermost loop. */
  loop: number;
  /** Label of the throw at the end of the routine that several places jump to. */
  shared: Label | undefined;
  /** Frames of the longest call chain below this one. */
  height: number;
  /** Stack bytes, tables included, of the worst chain below this one. */
  below: number;
  /** Most resources owned at once. */
  peak: number;
  /** Resources handed to the caller through memory. */
  given: number;
  /** Some path returns NULL. */
  returnsNull: boolean;
}

export class Builder {
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
  #factor = 1;
  #nextHolding = 1;
  #nextRoutine = 0;

  constructor(
    readonly choices: Choices,
    readonly profile: Profile,
    /** Emits statements worth about `budget` slots into the current frame. */
    readonly block: (budget: number) => void,
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
    const contents: Content[] = new Array<Content>(FIRST_SLOT + slots).fill(NOTHING);
    const first = this.#nextHolding;
    const frame: Frame = {
      routine,
      depth: this.frames.length,
      slots,
      room,
      returns,
      state: { contents, holdings: [] },
      locks: new Uint8Array(FIRST_SLOT + slots),
      arm: first,
      loop: first,
      shared: undefined,
      height: 0,
      below: 0,
      peak: 0,
      given: 0,
      returnsNull: false,
    };
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
    return this.size >= this.profile.limit || this.work >= this.profile.walk;
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

  get factor(): number {
    return this.#factor;
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

  // Places

  content(place: Place): Content {
    return this.state.contents[place] ?? NOTHING;
  }

  mark(place: Place, content: Content): void {
    this.state.contents[place] = content;
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

  /** Stores a register into a place and says what the place is now. */
  put(place: Place, register: number, content: Content): void {
    if (place < FIRST_SLOT) this.mov(place, register);
    else this.#push(SPILLS[place * REGISTERS + register] ?? insn('stx64', spill(register, place)));
    this.mark(place, content);
  }

  /** Stores a constant into a place. */
  putConstant(place: Place, imm: number, content: Content = constant(imm)): void {
    if (place < FIRST_SLOT) this.set(place, imm);
    else if (this.choices.chance(60)) this.op('st64', { dst: 10, off: offsetOf(place), imm });
    else {
      this.set(1, imm);
      this.op('stx64', { dst: 10, src: 1, off: offsetOf(place) });
    }
    this.mark(place, content);
  }

  /** Whether a place may be overwritten, by a scalar or by anything. */
  writable(place: Place, scalar: boolean): boolean {
    const lock = this.frame.locks[place] ?? 0;
    if (lock === 2 || (lock === 1 && !scalar)) return false;
    const content = this.content(place);
    switch (content.is) {
      case 'held':
        return findHolding(this.state, content.holding)?.home !== place;
      case 'ctx':
        return this.find(FIRST_SAVED, (other, at) => other.is === 'ctx' && at !== place) !== undefined;
      case 'nothing':
      case 'scalar':
      case 'borrowed':
      case 'foreign':
        return true;
      default:
        return false;
    }
  }

  /** A random place from `from` on whose content passes, or `undefined`. */
  find(from: Place, accepts: (content: Content, place: Place) => boolean): Place | undefined {
    const found = this.findAll(from, accepts);
    return found.length === 0 ? undefined : this.choices.pick(found);
  }

  findAll(from: Place, accepts: (content: Content, place: Place) => boolean): Place[] {
    const contents = this.state.contents;
    const found: Place[] = [];
    for (let place = from; place < contents.length; place++) {
      if (accepts(contents[place] ?? NOTHING, place)) found.push(place);
    }
    return found;
  }

  /** A place to write to; unused ones are preferred. `where`: registers, slots, or both. */
  spare(where: 'register' | 'slot' | 'any', scalar = false): Place | undefined {
    const first = where === 'slot' ? FIRST_SLOT : FIRST_SAVED;
    const last = where === 'register' ? FIRST_SLOT : this.state.contents.length;
    const fresh: Place[] = [];
    const used: Place[] = [];
    for (let place = first; place < last; place++) {
      if (this.writable(place, scalar)) (this.content(place).is === 'nothing' ? fresh : used).push(place);
    }
    const some = fresh.length > 0 && (used.length === 0 || !this.choices.chance(25)) ? fresh : used;
    return some.length === 0 ? undefined : this.choices.pick(some);
  }

  /** Whether `spare('any')` would find something. */
  get hasSpare(): boolean {
    for (let place = FIRST_SAVED; place < this.state.contents.length; place++) {
      if (this.writable(place, false)) return true;
    }
    return false;
  }

  // Holdings

  newId(): number {
    return this.#nextHolding++;
  }

  get nextId(): number {
    return this.#nextHolding;
  }

  /** Whether the current frame may own one more (several, for `count`). */
  hasRoom(count = 1): boolean {
    return this.state.holdings.length + count <= this.frame.room && this.hasSpare;
  }

  /** Makes a holding owed; its home is marked. */
  own(holding: Holding): void {
    const frame = this.frame;
    const holdings = frame.state.holdings.concat(holding);
    const before = holdings[holdings.length - 2];
    if (before !== undefined && before.id > holding.id) holdings.sort((a, b) => a.id - b.id);
    frame.state.holdings = holdings;
    frame.peak = Math.max(frame.peak, holdings.length);
    this.mark(holding.home, { is: holding.guard === undefined ? 'held' : 'guarded', holding: holding.id });
    if (holding.guard !== undefined) this.mark(holding.guard.flag, { is: 'flag', holding: holding.id });
  }

  /** Replaces a holding by a changed one of the same id. */
  change(holding: Holding): void {
    this.state.holdings = this.state.holdings.map((old) => (old.id === holding.id ? holding : old));
  }

  /** Ends a holding and gives its places another content. */
  disown(id: number, left: Content): void {
    const state = this.state;
    state.holdings = state.holdings.filter((holding) => holding.id !== id);
    for (let place = FIRST_SAVED; place < state.contents.length; place++) {
      const content = state.contents[place] ?? NOTHING;
      if ((content.is === 'held' || content.is === 'guarded' || content.is === 'flag') && content.holding === id) {
        state.contents[place] = left;
      }
    }
  }

  /** All places with the value of a holding. */
  placesOf(id: number): Place[] {
    return this.findAll(FIRST_SAVED, (content) => content.is === 'held' && content.holding === id);
  }

  // Control

  /**
   * Emits `if`/`else`. `test` gets the label of the second arm and jumps there in one case. An arm returns whether it
   * falls through; the second must if the first does not. `enter` refines the state of each arm.
   */
  branch(options: {
    readonly test: (second: Label) => void;
    readonly first: () => boolean;
    readonly second?: () => boolean;
    readonly enter?: (arm: 'first' | 'second') => void;
    /** Releases what an arm acquired for itself. */
    readonly settle: () => void;
  }): void {
    const frame = this.frame;
    const second = this.label();
    const end = this.label();
    options.test(second);
    const base = frame.state;
    const arm = frame.arm;
    frame.arm = this.#nextHolding;
    frame.state = cloneState(base);
    options.enter?.('first');
    const firstFalls = options.first();
    if (firstFalls) options.settle();
    const left = frame.state;
    frame.state = base;
    const needsEnd = firstFalls && options.second !== undefined;
    if (needsEnd) this.goto(end);
    this.bind(second);
    frame.state = cloneState(base);
    options.enter?.('second');
    const secondFalls = options.second?.() ?? true;
    if (secondFalls && options.second !== undefined) options.settle();
    if (needsEnd) this.bind(end);
    frame.arm = arm;
    if (!firstFalls && !secondFalls) throw new Error('neither arm falls through');
    if (firstFalls && secondFalls) {
      frame.state = joinStates(left, frame.state, arm);
      this.#checkHomes();
    } else if (firstFalls) frame.state = left;
    this.#tidy();
  }

  #checkHomes(): void {
    for (const { id, home } of this.state.holdings) {
      const content = this.content(home);
      if ((content.is !== 'held' && content.is !== 'guarded') || content.holding !== id) {
        throw new Error(`${this.frame.routine.name}: holding ${id} has lost its home ${home} to ${content.is}`);
      }
    }
  }

  /** After a join: overwrites some of the places that differ between the paths, so that a verifier's states meet again. */
  #tidy(): void {
    for (let place = FIRST_SAVED; place < this.state.contents.length; place++) {
      const content = this.content(place);
      const split =
        content.is === 'foreign' || ((content.is === 'nothing' || content.is === 'scalar') && content.split);
      if (!split || !this.writable(place, content.is === 'scalar')) continue;
      if (this.choices.chance(this.profile.tidy)) this.putConstant(place, this.choices.int(3));
    }
  }

  /** Forgets the value left in a place by what was released there. */
  leaveStale(place: Place): void {
    this.mark(place, BLURRED);
  }

  /**
   * A loop of `trips` passes, counted in `counter`. Everything readable at its head stays as it is in the body, apart from
   * scalars, which may become other scalars.
   */
  repeat(trips: number, counter: Place, body: () => void, settle: () => void): void {
    const frame = this.frame;
    const { arm, loop, locks } = frame;
    this.putConstant(counter, 0, { is: 'counter' });
    frame.locks = lockReadable(frame.state, locks);
    frame.arm = this.#nextHolding;
    frame.loop = this.#nextHolding;
    this.loops++;
    this.trips *= trips;
    this.weigh();
    const head = this.label();
    this.bind(head);
    body();
    settle();
    const register = this.registerOf(counter, 1);
    this.op('add64', { dst: register, operand: { imm: 1 } });
    if (counter >= FIRST_SLOT) this.put(counter, register, { is: 'counter' });
    const [op, bound] = this.choices.pick([
      ['jlt64', trips],
      ['jne64', trips],
      ['jle64', trips - 1],
      ['jslt64', trips],
      ['jlt32', trips],
    ] as const);
    this.jump(op, register, { imm: bound }, head);
    this.loops--;
    this.trips /= trips;
    frame.arm = arm;
    frame.loop = loop;
    frame.locks = locks;
    this.mark(counter, { is: 'scalar', known: undefined, split: false });
    this.weigh();
  }
}

/** Bytes of a frame with `slots` slots and a table of `owned` entries of 16 bytes, rounded up to 16. */
export function frameBytes(slots: number, owned: number): number {
  return Math.ceil((slots * 8 + owned * 16) / 16) * 16;
}

function lockReadable(state: FrameState, locks: Uint8Array): Uint8Array {
  const locked = locks.slice();
  for (let place = FIRST_SAVED; place < state.contents.length; place++) {
    const content = state.contents[place] ?? NOTHING;
    const lock: Lock = content.is === 'nothing' ? 0 : content.is === 'scalar' ? 1 : 2;
    if (lock > (locked[place] ?? 0)) locked[place] = lock;
    // Another pass may find another value there.
    if (content.is === 'scalar') state.contents[place] = { is: 'scalar', known: undefined, split: content.split };
  }
  return locked;
}
