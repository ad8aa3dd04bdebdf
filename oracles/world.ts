/**
 * A world is everything that a run may depend on: context words, scalars drawn, which acquires fail, fuel. It replays
 * exactly, on the original and on any rewrite of it, because choices are consumed in the order in which they are asked for.
 */
export interface World {
  /** `__sk_buff.cb[0..4]`, unsigned 32-bit; words never read are 0. */
  readonly cb: readonly number[];
  /** Results of bpf_get_prandom_u32 (32-bit) and bpf_ktime_get_ns (64-bit) in the order of the calls; used up: 0. */
  readonly draw: readonly bigint[];
  /** Which attempts to acquire, counted from 1, return NULL; ascending. */
  readonly fail: readonly number[];
  /** Original instructions that may be executed. */
  readonly fuel: number;
}

/** A point to stop at: before the given visit (counted from 1) of an original pc. */
export interface StopPoint {
  readonly pc: number;
  readonly visit: number;
}
