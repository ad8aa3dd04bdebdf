/**
 * What the verifier knows about one register or one spilled word. Values are immutable and interned per walk
 * (intern.ts): two values of one walk are equal exactly if they are the same object.
 */
import type { Kind } from '../isa/kinds.js';
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
  | { readonly to: 'kernel'; readonly kind: Kind }
  /** An object of struct type number `type` of the program, PTR_TO_BTF_ID | MEM_ALLOC. */
  | { readonly to: 'local'; readonly type: number };

export interface Pointer {
  readonly is: 'pointer';
  readonly type: PointerType;
  /** Fixed offset in bytes. */
  readonly off: number;
  readonly mayBeNull: boolean;
  /** Shared by copies of one maybe-NULL value, so that a test of one decides all; 0 if it needs none. */
  readonly id: number;
  /** The reference this pointer carries, or 0: it owns nothing. */
  readonly ref: number;
}

export type Value = NotInit | Scalar | Pointer;

/** What one byte of a stack slot holds. */
export type ByteKind = 'invalid' | 'misc' | 'zero' | 'spill';

/**
 * An 8-byte stack slot: `bytes[0]` is the lowest-addressed byte. `spilled` is the value whose bytes the `spill` bytes
 * are; `undefined` when no byte is one.
 */
export interface Slot {
  readonly bytes: readonly ByteKind[];
  readonly spilled: Value | undefined;
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
