/** The refusals that several designs share, in the kernel's words. */
import type { StopAt } from '../contract/prepared.js';
import type { Reference } from '../verify/value.js';
import type { Refused } from './subject.js';

/** Name of a held reference in all outputs: kind and order of success, `task#1`. */
export function referenceName(reference: Reference): string {
  return `${reference.kind}#${reference.ordinal}`;
}

/** A reference is held at a throw and nobody would release it (check_reference_leak). */
export function heldReference(pc: number, reference: Reference, words = ''): Refused {
  const where = `Unreleased reference id=${reference.id} alloc_insn=${reference.acquiredAt}`;
  return {
    ok: false,
    refusal: { code: 'held-reference', pc, message: `${where} ${referenceName(reference)}${words}` },
  };
}

/** The design knows what is held only at throws, but was asked to stop elsewhere; `undefined` if it need not. */
export function onlyAtThrows(stopAt: StopAt): Refused | undefined {
  if (stopAt === 'throw') return undefined;
  const message = `this design can stop a program at a throw only, not at: ${stopAt}`;
  return { ok: false, refusal: { code: 'unsupported-stop', pc: 0, message } };
}
