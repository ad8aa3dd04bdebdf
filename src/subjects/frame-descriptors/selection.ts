/**
 * sound: chooses the keys that descriptors list: every duty has exactly one chosen key. Unit propagation and a depth-first
 * search bounded in counted steps, so the answer depends on nothing but the duties.
 */
import { zeroBytes } from '../../isa/slab.js';

/** What was chosen, or the index of a duty that cannot be met. */
export type Selection =
  | { readonly ok: true; readonly chosen: ReadonlySet<number> }
  | { readonly ok: false; readonly duty: number; readonly why: 'no-key' | 'overlap' | 'gave-up' };

/** Guesses that a search may make. Duties of real programs rarely need any. */
const STEP_LIMIT = 2000;

const OPEN = 0;
const IN = 1;
const OUT = 2;

/** Chooses a set of keys that meets every duty (the usable keys of each are given) in exactly one key. */
export function selectKeys(duties: readonly (readonly number[])[], stepLimit = STEP_LIMIT): Selection {
  const empty = duties.findIndex((keys) => keys.length === 0);
  if (empty !== -1) return { ok: false, duty: empty, why: 'no-key' };
  if (duties.every((keys) => keys.length === 1)) return { ok: true, chosen: new Set(duties.flat()) };

  const keys = [...new Set(duties.flat())];
  const index = new Map(keys.map((key, i) => [key, i]));
  const dense = duties.map((duty) => duty.map((key) => index.get(key) ?? 0));
  const marks = zeroBytes(keys.length);
  const conflict = propagate(dense, marks);
  if (conflict !== -1) return { ok: false, duty: conflict, why: 'overlap' };

  // Depth first without recursion: each level is the marks to come back to and the key that was guessed to be in.
  const levels: { readonly marks: Uint8Array; readonly guess: number }[] = [];
  let current: Uint8Array = marks;
  for (let steps = 0; ; steps++) {
    const open = dense.findIndex((duty) => duty.some((key) => current[key] === OPEN));
    if (open === -1) return { ok: true, chosen: new Set(keys.filter((_, i) => current[i] === IN)) };
    if (steps >= stepLimit) return { ok: false, duty: open, why: 'gave-up' };
    const guess = dense[open]?.find((key) => current[key] === OPEN) ?? 0;
    levels.push({ marks: current.slice(), guess });
    current[guess] = IN;
    let failed = propagate(dense, current);
    while (failed !== -1) {
      const level = levels.pop();
      if (level === undefined) return { ok: false, duty: open, why: 'overlap' };
      current = level.marks;
      current[level.guess] = OUT;
      failed = propagate(dense, current);
    }
  }
}

/** Draws all forced conclusions; returns the index of a duty that cannot be met any more, or -1. */
function propagate(duties: readonly (readonly number[])[], marks: Uint8Array): number {
  for (let changed = true; changed; ) {
    changed = false;
    for (const [index, duty] of duties.entries()) {
      let chosen = 0;
      let open = 0;
      let last = -1;
      for (const key of duty) {
        if (marks[key] === IN) chosen++;
        else if (marks[key] === OPEN) {
          open++;
          last = key;
        }
      }
      if (chosen > 1 || chosen + open === 0) return index;
      if (open === 0) continue;
      if (chosen === 1) {
        for (const key of duty) if (marks[key] === OPEN) marks[key] = OUT;
        changed = true;
      } else if (open === 1) {
        marks[last] = IN;
        changed = true;
      }
    }
  }
  return -1;
}
