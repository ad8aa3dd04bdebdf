/** One open frame of the program that is being written: its routine, what is known in it, what its scopes fix. */
import type { Label, Routine } from './routine.js';
import { type Content, FIRST_SAVED, FIRST_SLOT, type FrameState, NOTHING, type Species } from './state.js';

/** How far a place is fixed inside a loop: not at all, may become another scalar, not to be changed. */
type Lock = 0 | 1 | 2;

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
  /** What is known where they jump. */
  readonly sharedStates: FrameState[];
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

/** A frame in which nothing is known yet; holdings with an id from `first` on will be its own. */
export function newFrame(
  routine: Routine,
  at: { readonly depth: number; readonly slots: number; readonly room: number; readonly first: number },
  returns: Species | undefined,
): Frame {
  const { depth, slots, room, first } = at;
  return {
    routine,
    depth,
    slots,
    room,
    returns,
    state: { contents: new Array<Content>(FIRST_SLOT + slots).fill(NOTHING), holdings: [] },
    locks: new Uint8Array(FIRST_SLOT + slots),
    arm: first,
    loop: first,
    shared: undefined,
    sharedStates: [],
    height: 0,
    below: 0,
    peak: 0,
    given: 0,
    returnsNull: false,
  };
}

/** Bytes of a frame with `slots` slots and a table of `owned` entries of 16 bytes, rounded up to 16. */
export function frameBytes(slots: number, owned: number): number {
  return Math.ceil((slots * 8 + owned * 16) / 16) * 16;
}

/** Locks for the body of a loop that begins in this state; known scalars become unknown ones. */
export function lockReadable(state: FrameState, locks: Uint8Array): Uint8Array {
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
