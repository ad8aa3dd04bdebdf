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

/** Where a run gets its choices from: a fixed world, or an explorer that makes them up and remembers them. */
export interface WorldSource {
  /** Value of context word `word` (0..4), unsigned 32-bit; asked at most once a run. */
  context(word: number): number;
  /** Next result of a drawing helper, unsigned, of the given width. */
  draw(bits: 32 | 64): bigint;
  /** Whether this attempt to acquire (counted from 1 over the run) returns NULL; asked once per attempt, in order. */
  acquireFails(attempt: number): boolean;
}

/** Replays a world. Good for one run: draws are consumed. */
export function fixedWorld(world: World): WorldSource {
  let drawn = 0;
  return {
    context: (word) => (world.cb[word] ?? 0) >>> 0,
    draw: (bits) => BigInt.asUintN(bits, world.draw[drawn++] ?? 0n),
    acquireFails: (attempt) => world.fail.includes(attempt),
  };
}
