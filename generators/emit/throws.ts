/** Throws: behind a test, at the end of an arm, at a place that several paths share. */
import type { Builder } from '../builder.js';
import { padCode, sharedPadCode } from '../pads.js';
import { THROWERS } from '../sources.js';
import { cloneState } from '../state.js';
import { emitZeroRegisters, scalarPlace, testScalar } from './scalars.js';

/** Throws at once; what follows is reached by no path. */
export function throwNow(b: Builder): void {
  const cookie = b.choices.chance(20) ? scalarPlace(b) : undefined;
  if (cookie === undefined) b.set(1, 1 + b.choices.int(99));
  else b.load(1, cookie);
  b.landing(padCode(b.state));
  b.call(b.choices.pick(THROWERS));
  b.threwHolding ||= b.holding;
  if (b.choices.chance(25)) {
    b.op('mov64', { dst: 0, operand: { imm: 0 } });
    b.op('exit', {});
  }
}

/** Throws if some scalar says so; `register` if given is that scalar. */
export function guardThrow(b: Builder, register?: number): void {
  const skip = b.label();
  testScalar(b, skip, register);
  throwNow(b);
  b.bind(skip);
}

/**
 * Makes the callee-saved registers 0, so that they tell an unwinder nothing of this frame, and often throws at once: what
 * the callers keep in those registers is then known to this frame's pushed words only.
 */
export function emitBlankRegisters(b: Builder): void {
  emitZeroRegisters(b);
  if (b.choices.chance(50)) guardThrow(b);
}

/** Jumps, if some scalar says so, to the throw at the end of the routine. */
export function sharedThrow(b: Builder): void {
  const frame = b.frame;
  frame.shared ??= b.label();
  testScalar(b, frame.shared);
  frame.sharedStates.push(cloneState(b.state));
  b.threwHolding ||= b.holding;
}

/** The throw that `sharedThrow` jumps to, after the last return. */
export function emitShared(b: Builder): void {
  const { shared, sharedStates } = b.frame;
  if (shared === undefined) return;
  b.bind(shared);
  b.set(1, 1 + b.choices.int(99));
  const code = sharedPadCode(sharedStates);
  if (code !== undefined) b.landing(code);
  b.call(b.choices.pick(THROWERS));
  b.op('mov64', { dst: 0, operand: { imm: 0 } });
  b.op('exit', {});
}
