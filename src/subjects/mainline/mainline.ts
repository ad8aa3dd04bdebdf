/**
 * Linux as it is (6.7 to 6.18): a throw that finds any reference held, in any frame, refuses the program, so that an
 * accepted one has nothing to clean up.
 */
import { identityMap } from '../../patch/patch.js';
import { unchangedCost } from '../cost.js';
import { heldReference, onlyAtThrows } from '../refusal.js';
import type { Subject } from '../subject.js';

export const mainline: Subject = {
  name: 'mainline',
  stops: 'throw',
  prepare({ program, analysis, stopAt }) {
    const unsupported = onlyAtThrows(stopAt);
    if (unsupported !== undefined) return unsupported;
    for (const { pc, state } of analysis.throws) {
      const held = state.references[0];
      if (held !== undefined) return heldReference(pc, held, '; bpf_throw would lead to reference leak');
    }
    return {
      ok: true,
      program,
      pcMap: identityMap(program),
      cost: unchangedCost(program, analysis.stackDepth),
      reserved: program.subprograms.map(() => 0),
      intrinsics: [],
      unwind: () => [],
      describe: () => [],
    };
  },
};
