/**
 * What differs between verifiers of the kernel that this one can be: the one which the designs are made for, and the one which
 * runs here. Everything is about the first unless it is said otherwise.
 */
import { CB_ONLY, type ContextField, SK_BUFF } from './sk-buff.js';

export interface Rules {
  /**
   * Which scalars a store at an 8-aligned offset keeps as a spilled register, other than pointers. `bounded`: those of which
   * something is known, but for the 0 of an immediate. `every` (since 6.9): all; slot and register are then copies
   * that learn from each other's tests, and a narrow spill leaves zero bytes beside it zero.
   */
  readonly spills: 'bounded' | 'every';
  /** In a loop over an iterator, scalars that change from pass to pass are given up; otherwise a walk need not end. */
  readonly widensLoops: boolean;
  /** Fields of the context that may be accessed. */
  readonly context: readonly ContextField[];
}

/** The verifier of early 2024, for which frame descriptors were written; the context as generated programs use it. */
export const EARLY_2024: Rules = { spills: 'bounded', widensLoops: true, context: CB_ONLY };

/** That of Linux 6.18 (check_stack_write_fixed_off, check_stack_read_fixed_off, is_valid_access of SCHED_CLS). */
export const LINUX_6_18: Rules = { spills: 'every', widensLoops: true, context: SK_BUFF };
