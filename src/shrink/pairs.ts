/** Removes two instructions at once, for what can only go together: acquire and release, spill and fill, push and pop. */
import type { Program } from '../isa/program.js';
import { accessAt, callableAt } from './access.js';
import { pcsOf } from './listing.js';
import { sweep } from './reducer.js';
import { remove } from './rewrite.js';

/** Up to here every pair is tried; in longer programs only pairs that look like a match. */
const ALL_PAIRS = 44;

/** Pairs by distance, near ones first. */
export const removePairs = sweep('remove pairs', function* (program) {
  const pcs = pcsOf(program);
  for (let distance = 1; distance < pcs.length; distance++) {
    for (let at = 0; at + distance < pcs.length; at++) {
      const left = pcs[at] ?? 0;
      const right = pcs[at + distance] ?? 0;
      if (pcs.length > ALL_PAIRS && !looksPaired(program, left, right)) continue;
      yield () => remove(program, [left, right]);
    }
  }
});

function looksPaired(program: Program, left: number, right: number): boolean {
  if (callableAt(program, left)?.acquires === true && callableAt(program, right)?.releases !== undefined) return true;
  const [from, to] = [accessAt(program, left), accessAt(program, right)];
  if (from.slot !== undefined && from.slot.offset === to.slot?.offset) return true;
  return from.writes.length === 1 && from.writes.some((register) => to.reads.includes(register));
}
