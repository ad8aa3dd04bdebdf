/**
 * Where a program may be stopped beside its throws: a definition that subjects and judge share. A stop point is an
 * instruction of the original, the stop comes before it (domain, section 5).
 */
import type { StopAt } from '../contract/prepared.js';
import { OP_SECOND_SLOT } from './op.js';
import { type Program, rowAt, targetAt } from './program.js';

/** All granularities. */
export const STOP_NAMES = ['throw', 'points', 'anywhere', 'window'] as const satisfies readonly StopAt[];

/** Granularities at which programs are stopped between throws, too. */
export type FineStop = 'points' | 'anywhere';

/** The stop points of a granularity; a window is a stop within what a rewrite has inserted, wherever that is. */
export function fineStop(stopAt: StopAt): FineStop | undefined {
  switch (stopAt) {
    case 'throw':
      return undefined;
    case 'points':
      return 'points';
    case 'anywhere':
    case 'window':
      return 'anywhere';
  }
}

/**
 * Whether a program may be stopped before the instruction at a pc. `points`: calls of helpers and kfuncs (throws and
 * iterators' next among them), may_goto, and jumps back. `anywhere`: every instruction.
 */
export function isStopPoint(program: Program, pc: number, at: FineStop): boolean {
  if (program.op[pc] === OP_SECOND_SLOT) return false;
  if (at === 'anywhere') return true;
  switch (rowAt(program, pc)?.shape) {
    case 'call-helper':
    case 'call-kfunc':
    case 'may_goto':
      return true;
    case 'jump':
    case 'goto':
    case 'gotol':
      return (targetAt(program, pc) ?? pc + 1) <= pc;
    default:
      return false;
  }
}
