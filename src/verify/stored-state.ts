/** A saved state as words: what state comparison and backtracking read of checkpoints, in the words of State. */
import type { Arena } from './arena.js';
import { INVALID_SLOT } from './intern.js';
import { RECORD_FRAME_HEAD, RECORD_HEAD, REF_FIELDS, REGISTERS } from './state.js';

/** What the current state and a stored one have in common. */
export interface WordView {
  readonly depth: number;
  registerOf(frame: number, register: number): number;
  slot(frame: number, slot: number): number;
  allocated(frame: number): number;
  callsite(frame: number): number;
}

/** The record that `State.save` has put at `start`. */
export class StoredState implements WordView {
  readonly depth: number;
  /** Where each frame begins. */
  private readonly frames: readonly number[];

  constructor(
    private readonly arena: Arena,
    start: number,
  ) {
    this.depth = this.at(start);
    const frames: number[] = [];
    let at = start + RECORD_HEAD + this.at(start + 1) * REF_FIELDS;
    for (let frame = 0; frame < this.depth; frame++) {
      frames.push(at);
      at += RECORD_FRAME_HEAD + REGISTERS + this.at(at + 2) / 8;
    }
    this.frames = frames;
  }

  registerOf(frame: number, register: number): number {
    return this.at(this.frame(frame) + RECORD_FRAME_HEAD + register);
  }

  slot(frame: number, slot: number): number {
    if (slot * 8 >= this.allocated(frame)) return INVALID_SLOT;
    return this.at(this.frame(frame) + RECORD_FRAME_HEAD + REGISTERS + slot);
  }

  allocated(frame: number): number {
    return this.at(this.frame(frame) + 2);
  }

  callsite(frame: number): number {
    return this.at(this.frame(frame) + 1);
  }

  private frame(frame: number): number {
    return this.frames[frame] ?? 0;
  }

  private at(index: number): number {
    return this.arena.data[index] ?? 0;
  }
}
