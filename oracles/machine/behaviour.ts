/** What the behaviours of helpers and kfuncs are made of. */
import type { Kind } from '../../src/isa/kinds.js';
import { objectHigh, objectLow } from './address.js';
import type { Core } from './core.js';

/** How a call went: R0 is set, R0 is not, or the run is over (outcome set). */
export type Went = 'value' | 'void' | 'over';

export interface Behaviour {
  /** Argument registers it looks at: R1, R2, … */
  readonly args: number;
  run(core: Core, pc: number): Went;
}

/** The call got what no verified program passes. */
export function bad(core: Core, pc: number, message: string): Went {
  core.fault('bad-argument', pc, message);
  return 'over';
}

/** R0 = a 64-bit number, signed or unsigned. */
export function returnNumber(core: Core, value: bigint): Went {
  core.file.unsigned[0] = value;
  return 'value';
}

export function returnNull(core: Core): Went {
  core.file.setHalves(0, 0, 0);
  return 'value';
}

/** R0 = the address of an object. */
export function returnObject(core: Core, object: number): Went {
  core.file.setHalves(0, objectLow(object), objectHigh(object));
  return 'value';
}

/** Whether the world lets the next attempt to acquire fail. */
export function acquiresFail(core: Core): boolean {
  core.attempts++;
  return core.memory.source?.acquireFails(core.attempts) ?? false;
}

/** Records a new reference. */
export function recordAcquired(core: Core, pc: number, kind: Kind, object: number, type = ''): void {
  core.ledger.acquire(kind, object, type, core.originalPc(pc), core.depth - 1);
}

/** Records the new reference and returns its object. */
export function acquired(core: Core, pc: number, kind: Kind, object: number, type = ''): Went {
  recordAcquired(core, pc, kind, object, type);
  return returnObject(core, object);
}
