/**
 * Writes a program while keeping track of what is live, what may be NULL and what is owed in every open frame. Emitters
 * (emit/*) call it; it knows nothing of the menu. Between two statements R0–R5 are dead.
 */
import type { CallableName } from '../src/isa/callables.js';
import { livesOnStack } from '../src/isa/kinds.js';
import type { Choices } from './choices.js';
import { lockReadable } from './frame.js';
import type { Profile } from './profile.js';
import type { Label } from './routine.js';
import {
  BLURRED,
  type Content,
  cloneState,
  constant,
  FIRST_SAVED,
  FIRST_SLOT,
  findHolding,
  type Holding,
  joinStates,
  NOTHING,
  offsetOf,
  type Place,
  slotPlaces,
} from './state.js';
import { Writer } from './writer.js';

export class Builder extends Writer {
  constructor(
    choices: Choices,
    profile: Profile,
    /** Emits statements worth about `budget` slots into the current frame. */
    readonly block: (budget: number) => void,
  ) {
    super(choices, profile);
  }

  // Places

  content(place: Place): Content {
    return this.state.contents[place] ?? NOTHING;
  }

  mark(place: Place, content: Content): void {
    this.state.contents[place] = content;
  }

  /** Stores a register into a place and says what the place is now. */
  put(place: Place, register: number, content: Content): void {
    if (place < FIRST_SLOT) this.mov(place, register);
    else this.spill(place, register);
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
      case 'derived':
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

  /** A place from which on `count` slots upwards may be overwritten by anything: where a dynptr or iterator can begin. */
  spareRun(count: number): Place | undefined {
    const found: Place[] = [];
    let run = 0;
    for (let place = FIRST_SLOT; place < this.state.contents.length; place++) {
      run = this.writable(place, false) ? run + 1 : 0;
      if (run >= count) found.push(place);
    }
    return found.length === 0 ? undefined : this.choices.pick(found);
  }

  /** Puts the address of a slot into a register. */
  addressOf(register: number, slot: Place): void {
    this.mov(register, 10);
    this.op('add64', { dst: register, operand: { imm: offsetOf(slot) } });
  }

  // Holdings

  /** Whether the current frame may own one more (several, for `count`). */
  hasRoom(count = 1): boolean {
    return this.owed + count <= this.frame.room && this.hasSpare;
  }

  /** Resources the frame owns, and clones of dynptrs: what a table would need entries for. */
  get owed(): number {
    const { contents, holdings } = this.state;
    let slots = 0;
    for (const { is } of contents) if (is === 'clone') slots++;
    return holdings.length + Math.ceil(slots / 2);
  }

  /** Makes a holding owed; its home is marked. */
  own(holding: Holding): void {
    const frame = this.frame;
    const holdings = frame.state.holdings.concat(holding);
    const before = holdings[holdings.length - 2];
    if (before !== undefined && before.id > holding.id) holdings.sort((a, b) => a.id - b.id);
    frame.state.holdings = holdings;
    frame.peak = Math.max(frame.peak, holdings.length);
    const resident = livesOnStack(holding.kind) && holding.remote !== true;
    const is = holding.guard !== undefined ? 'guarded' : resident ? 'resident' : 'held';
    const places = resident ? slotPlaces(holding.home, holding.kind) : [holding.home];
    for (const place of places) this.mark(place, { is, holding: holding.id });
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
      if (!('holding' in content) || content.is === 'zeroed' || content.holding !== id) continue;
      // A clone is gone with its dynptr, what was derived is some scalar.
      state.contents[place] = content.is === 'clone' ? NOTHING : content.is === 'derived' ? BLURRED : left;
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
    frame.arm = this.nextId;
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
      const ok = content.is === 'held' || content.is === 'guarded' || content.is === 'resident';
      if (!ok || content.holding !== id) {
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

  /**
   * A loop of `trips` passes, counted in `counter`. Everything readable at its head stays as it is in the body, apart from
   * scalars, which may become other scalars.
   */
  repeat(trips: number, counter: Place, body: () => void, settle: () => void): void {
    this.putConstant(counter, 0, { is: 'counter' });
    this.#loop(trips, (head) => {
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
    });
    this.mark(counter, { is: 'scalar', known: undefined, split: false });
    this.weigh();
  }

  /** A loop over the iterator at `home`: `next` calls for an element, which is in R0 at the beginning of the body. */
  iterate(home: Place, next: CallableName, body: () => void, settle: () => void): void {
    const end = this.label();
    let before = this.state;
    this.#loop(PASSES, (head) => {
      before = cloneState(this.state);
      this.addressOf(1, home);
      this.call(next);
      this.jumpIfZero(0, true, end);
      body();
      settle();
      this.goto(head);
    });
    this.bind(end);
    this.frame.state = joinStates(before, this.state, this.frame.arm);
    this.#checkHomes();
    this.#tidy();
    this.weigh();
  }

  #loop(trips: number, passes: (head: Label) => void): void {
    const frame = this.frame;
    const { arm, loop, locks } = frame;
    frame.locks = lockReadable(frame.state, locks);
    frame.arm = this.nextId;
    frame.loop = this.nextId;
    this.loops++;
    this.trips *= trips;
    this.weigh();
    const head = this.label();
    this.bind(head);
    passes(head);
    this.loops--;
    this.trips /= trips;
    frame.arm = arm;
    frame.loop = loop;
    frame.locks = locks;
  }
}

/** Passes after which the states of a loop over an iterator have met again, mostly. */
const PASSES = 3;
