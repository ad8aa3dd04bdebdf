/**
 * What pruning as the kernel does it keeps of the current path beside its state: what has been written since the youngest
 * checkpoint, which references each frame lists, and the instructions so far.
 */
import type { ReferenceLists } from './equivalence.js';
import { Marks } from './marks.js';
import { REF, type State } from './state.js';
import { Trail } from './trail.js';

/** A path as it was when a branch was left for later. */
interface Fork {
  readonly written: Marks;
  readonly lists: ReferenceLists;
  readonly length: number;
  readonly seenCount: number;
  readonly seenLast: number;
}

export class Path {
  readonly trail = new Trail();
  /**
   * Locations that were written, whole, since the youngest checkpoint. R0–R5 are those of the youngest frame; all of a
   * frame is written when it is entered, except the arguments that its caller had before.
   */
  readonly written = new Marks();
  private frames: number[][] = [[]];
  private seenCount = 0;
  private seenLast = 0;
  private readonly forks: Fork[] = [];

  /**
   * Ids of the references that each frame lists: a callee begins with a copy of its caller's list, the caller takes its
   * callee's over. The order is the kernel's, which fills a gap with the last of the list (release_reference_state).
   */
  get lists(): ReferenceLists {
    return this.frames;
  }

  /** Brings the list of the current frame up to date; called after every instruction. */
  noteReferences(state: State): void {
    if (state.refCount === this.seenCount && state.lastRef === this.seenLast) return;
    this.seenCount = state.refCount;
    this.seenLast = state.lastRef;
    const list = this.frames.at(-1) ?? [];
    for (let index = 0; index < list.length; ) {
      if (state.findRef(list[index] ?? 0) !== -1) index++;
      else {
        const last = list.pop() ?? 0;
        if (index < list.length) list[index] = last;
      }
    }
    for (let position = list.length; position < state.refCount; position++) {
      // References are added at the end of the state's list, too.
      list.push(state.refField(position, REF.id));
    }
  }

  /** A local call: its arguments are R1–R5 of the caller, everything else in the callee is new. */
  enter(caller: number): void {
    this.written.addFrame(caller + 1);
    for (let register = 1; register < 6; register++) {
      if (!this.written.has(caller, register)) this.written.remove(caller + 1, register);
    }
    this.frames.push([...(this.frames.at(-1) ?? [])]);
  }

  /** A subprogram returns: R0 of the callee becomes that of the caller, whose R1–R5 are gone. */
  leave(callee: number): void {
    for (let register = 0; register < 6; register++) this.written.add(callee - 1, register);
    if (!this.written.has(callee, 0)) this.written.remove(callee - 1, 0);
    const list = this.frames.pop() ?? [];
    this.frames[this.frames.length - 1] = list;
  }

  /** A branch is left for later. */
  fork(): void {
    this.forks.push({
      written: this.written.copy(),
      lists: this.copyLists(),
      length: this.trail.length,
      seenCount: this.seenCount,
      seenLast: this.seenLast,
    });
  }

  /** Becomes the path of the youngest branch that was left. */
  resume(): void {
    const fork = this.forks.pop();
    if (fork === undefined) return;
    this.written.assign(fork.written);
    this.frames = fork.lists.map((list) => [...list]);
    this.trail.truncate(fork.length);
    this.seenCount = fork.seenCount;
    this.seenLast = fork.seenLast;
  }

  copyLists(): ReferenceLists {
    return this.frames.map((list) => [...list]);
  }
}
