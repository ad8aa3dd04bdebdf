/**
 * What the verifier knows about one register or one spilled word. Values are immutable and interned per walk
 * (intern.ts): two values of one walk are equal exactly if they are the same object.
 */
import type { Kind, ObjectKind, SocketForm, StackKind } from '../isa/kinds.js';
import type { Scalar } from './scalar.js';

/** Never written, or clobbered by a call. */
interface NotInit {
  readonly is: 'not-init';
}

/** Type of a pointer, in the kernel's classes. */
export type PointerType =
  | { readonly to: 'ctx' }
  /** Into the frame with this index (0 = main). */
  | { readonly to: 'stack'; readonly frame: number }
  | { readonly to: 'map'; readonly map: number }
  /** A ring record of `size` bytes. */
  | { readonly to: 'memory'; readonly size: number }
  /** A kernel object, PTR_TO_BTF_ID: task, cgroup. */
  | { readonly to: 'kernel'; readonly kind: ObjectKind }
  /** An object of struct type number `type` of the program, PTR_TO_BTF_ID | MEM_ALLOC. */
  | { readonly to: 'local'; readonly type: number }
  /** A socket, under the pointer type that a lookup or cast gave it. */
  | { readonly to: 'socket'; readonly form: SocketForm }
  /**
   * `size` bytes of a dynptr's memory, at least `off` behind their start. A slice is `readonly` and has no reference id of its
   * own in the kernel; here it carries that of its dynptr so that it dies with it.
   */
  | { readonly to: 'data'; readonly size: number; readonly readonly: boolean }
  /** The 4 bytes that a numeric iterator is at, inside its slot. */
  | { readonly to: 'element' };

export interface Pointer {
  readonly is: 'pointer';
  readonly type: PointerType;
  /** Fixed offset in bytes. */
  readonly off: number;
  readonly mayBeNull: boolean;
  /**
   * Shared by copies of one maybe-NULL value, so that a test of one decides all; 0 if it needs none. Minus `ref` for what an
   * acquire returned: NULL there means that nothing is held. A cast, or data of a dynptr, has an id of its own.
   */
  readonly id: number;
  /** The reference this pointer carries, or 0: it owns nothing. */
  readonly ref: number;
}

export type Value = NotInit | Scalar | Pointer;

/** What one byte of a stack slot holds. All bytes of a slot are of a dynptr or iterator, or none is. */
export type ByteKind = 'invalid' | 'misc' | 'zero' | 'spill' | 'dynptr' | 'iter';

/** The dynptr or iterator that a slot is part of. */
export interface Resident {
  readonly kind: StackKind;
  /** The slot is its lowest-addressed one: where its address points. */
  readonly first: boolean;
  /** Its reference: in both slots of a dynptr, in the first slot of an iterator; 0 elsewhere. */
  readonly ref: number;
  /** An iterator has returned NULL. */
  readonly drained: boolean;
}

/**
 * An 8-byte stack slot: `bytes[0]` is the lowest-addressed byte. `spilled` is the value whose bytes the `spill` bytes
 * are; `undefined` when no byte is one. `resident`: what the `dynptr` or `iter` bytes belong to.
 */
export interface Slot {
  readonly bytes: readonly ByteKind[];
  readonly spilled: Value | undefined;
  readonly resident: Resident | undefined;
}

/** A reference that is held. */
export interface Reference {
  /** Unique along a path, from 1. */
  readonly id: number;
  readonly kind: Kind;
  /** Struct type number, for local objects; else -1. */
  readonly type: number;
  /** Index of the frame that owns it: the one that acquired it, or its caller once that has returned. */
  readonly frame: number;
  /** pc of the acquiring call. */
  readonly acquiredAt: number;
  /**
   * Which success it is among the acquires of this path, from 1: what `task#2` counts. An acquire whose result is not
   * tested yet counts as a success; once it is known to have returned NULL, those after it move up.
   */
  readonly ordinal: number;
}
