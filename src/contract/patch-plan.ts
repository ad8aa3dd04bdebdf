/** What a slot does that a kernel inserts without changing the program: `rN = rN`, or a jump to the next slot. */
export type Filler = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 'goto';

/**
 * One kernel-like patch of a verified program. pcs are those of the original program; a step whose instruction is gone by
 * then does nothing.
 */
export type PatchStep =
  /** One instruction becomes several: `before` slots, itself, `after` slots. */
  | {
      readonly do: 'insert';
      readonly pc: number;
      readonly before: number;
      readonly after: number;
      readonly filler: Filler;
    }
  /** The same in front of the first instruction of the subprogram of this name. */
  | { readonly do: 'entry'; readonly subprogram: string; readonly slots: number; readonly filler: Filler }
  /** A load becomes two instructions: the address, then the load. */
  | { readonly do: 'split'; readonly pc: number }
  /** `dead`: what the verifier never reached, branches to it decided; `nops`: gotos to the next slot. */
  | { readonly do: 'remove'; readonly what: 'dead' | 'nops' }
  /** Inside the JIT, so the last step: every constant is blinded. */
  | { readonly do: 'blind' };

/** What happens to a verified program before it runs, in this order. */
export type PatchPlan = readonly PatchStep[];

/** A change of the whole program as the kernel tells those who keep pcs; pcs are those at that moment. */
export type KernelChange =
  /** The slot at `off` has become `len` slots (bpf_patch_insn_data). */
  | { readonly do: 'patch'; readonly off: number; readonly len: number }
  /** The slots [off, off + count) are gone (verifier_remove_insns). */
  | { readonly do: 'remove'; readonly off: number; readonly count: number };
