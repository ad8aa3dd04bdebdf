/** Sets of locations: registers R0–R9 and the 64 stack slots of every frame of a state. */
import { MAX_FRAMES } from './state.js';

/** A location is the number of a register, or FIRST_SLOT plus that of a slot (slot 0 is fp-8). */
export const FIRST_SLOT = 10;
const WORDS = 3;

export class Marks {
  private readonly words = new Int32Array(WORDS * MAX_FRAMES);

  has(frame: number, location: number): boolean {
    return (((this.words[frame * WORDS + (location >> 5)] ?? 0) >>> (location & 31)) & 1) !== 0;
  }

  /** Whether the location was not in the set. */
  add(frame: number, location: number): boolean {
    const at = frame * WORDS + (location >> 5);
    const old = this.words[at] ?? 0;
    this.words[at] = old | (1 << (location & 31));
    return this.words[at] !== old;
  }

  /** Whether the location was in the set. */
  remove(frame: number, location: number): boolean {
    const at = frame * WORDS + (location >> 5);
    const old = this.words[at] ?? 0;
    this.words[at] = old & ~(1 << (location & 31));
    return this.words[at] !== old;
  }

  get isEmpty(): boolean {
    return this.words.every((word) => word === 0);
  }

  clear(): void {
    this.words.fill(0);
  }

  /** Adds all locations of a frame. */
  addFrame(frame: number): void {
    this.words.fill(-1, frame * WORDS, (frame + 1) * WORDS);
  }

  removeFrame(frame: number): void {
    this.words.fill(0, frame * WORDS, (frame + 1) * WORDS);
  }

  copy(): Marks {
    const made = new Marks();
    made.words.set(this.words);
    return made;
  }

  /** Becomes the same set as another. */
  assign(other: Marks): void {
    this.words.set(other.words);
  }

  /** Whether the two have a location in common. */
  meets(other: Marks): boolean {
    return this.words.some((word, index) => (word & (other.words[index] ?? 0)) !== 0);
  }

  addAll(other: Marks): void {
    for (let at = 0; at < this.words.length; at++) this.words[at] = (this.words[at] ?? 0) | (other.words[at] ?? 0);
  }

  /** All locations, outermost frame first. The set must not grow meanwhile; it may shrink. */
  each(visit: (frame: number, location: number) => void): void {
    for (let at = 0; at < this.words.length; at++) {
      for (let rest = this.words[at] ?? 0; rest !== 0; rest &= rest - 1) {
        visit(Math.floor(at / WORDS), (at % WORDS) * 32 + (31 - Math.clz32(rest & -rest)));
      }
    }
  }
}
