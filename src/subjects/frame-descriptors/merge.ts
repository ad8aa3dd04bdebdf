/**
 * When may one descriptor stand for several paths? Two answers.
 *
 * **rfc-v1** (this file) merges entry by entry as paths arrive: old × new at one (subprogram, pc, place). Entries form a
 * flat order: two entries of one type number are the same, whatever the BTF type behind it; everything else does not
 * merge. What a path says nothing about is not compared, so the outcome depends on which entries a path makes at all,
 * and on the order of paths. Nothing is claimed for it: it is a subject under test, kept as posted.
 *
 * **sound** (candidates.ts, selection.ts) looks at all throw states at once. Let S range over the throw states, r over the
 * references held in S. A *key* is (pc of a frame, place); a subprogram is active at most once, since programs have no
 * recursion. A key is *usable* if in every S with that frame the place holds either a word known to be 0 or a pointer
 * that owns a reference and is NULL only if that is not held (a cast can fail while its source is held), and all those
 * pointers have one destructor and one offset; or either zero slots or a dynptr or
 * iterator that begins there, all of one kind. The *candidates* of (S, r) are the
 * usable keys whose place, in S, holds the pointer that owns r. A set K of keys is chosen such that every (S, r) has
 * exactly one candidate in K; a descriptor per pc lists the keys of K.
 *
 * Claim: with such a K every run is cleaned up exactly. The walk is sound, so the stopped run lies in some S (exact
 * pruning drops only states that equal a kept one up to the names of references). The unwinder reads, for every frame and
 * every key of K there, the true word: it restores R6..R9 of outer frames from what each frame pushed. By usability the
 * word is 0 (nothing happens; right, since 0 is no resource, and a maybe-NULL pointer that is 0 holds nothing) or the
 * address of a held resource plus the recorded offset, released by the destructor of its kind. A destructor that gets the
 * address of zero slots does nothing (an empty dynptr, an iterator that was never made); else it gets the one that is there. Each r has one candidate
 * in K: it is released, and only once. Nothing else in K can be anything else: usability leaves only owned pointers.
 *
 * Conversely a refusal means: some r has no usable place at all (two different things truly meet wherever r can be
 * found), or copies of resources overlap so that no choice serves all paths, or the bounded search gave up and says so.
 * Not claimed: that K is the smallest choice.
 */
import type { MergeRule } from '../../contract/knowledge.js';
import type { MergeSide, Refusal } from '../../contract/refusal.js';
import type { Program } from '../../isa/program.js';
import { claimOf, type Holding } from '../destructors.js';
import { contentOf, type Entry, locationOf, type Place, placeName } from './descriptor.js';

/** The message of the kernel series. */
const MESSAGE = 'frame_desc: merge: failed to merge old and new frame desc entry';

/**
 * The rule that applies to a new entry and the one that stands at the same place (domain, "Merge"). Rules 7 and 8 need NULL
 * entries: rfc-v1 never makes any, rfc-v2 does.
 */
export function mergeRule(old: Entry | undefined, fresh: Entry): MergeRule {
  if (old === undefined) return 1;
  if (old.spill !== fresh.spill) return 3;
  // Identical down to the BTF type; of a dynptr or iterator the kind is all there is.
  if (old.isNull === fresh.isNull && isIdentical(old.holds, fresh.holds)) return 2;
  if (old.spill === 'dynptr' || old.spill === 'iter') return 4;
  if (typeNumber(old) === typeNumber(fresh)) return 5;
  if (fresh.isNull === true) return 7;
  return old.isNull === true ? 8 : 6;
}

function isIdentical(old: Holding | undefined, fresh: Holding | undefined): boolean {
  return old?.kind === fresh?.kind && old?.type === fresh?.type && old?.form === fresh?.form;
}

const MERGES: Readonly<Record<MergeRule, boolean>> = {
  1: true,
  2: true,
  3: false,
  4: false,
  5: true,
  6: false,
  7: true,
  8: true,
};

/** Merges a new entry into the old one at the same place: the entry to keep, or `undefined` if they do not merge. */
export function mergeEntries<Any extends Entry>(old: Any | undefined, fresh: Any): Any | undefined {
  const rule = mergeRule(old, fresh);
  if (!MERGES[rule]) return undefined;
  return rule === 8 ? fresh : (old ?? fresh);
}

/** Stands for the verifier's register type number: shared by all kernel objects and by all local objects. */
function typeNumber(entry: Entry): string {
  return entry.holds === undefined ? contentOf(entry) : claimOf(entry.holds);
}

/** One side of a failed merge, from an entry. */
export function sideOf(entry: Entry): MergeSide {
  const what = contentOf(entry);
  return entry.acquiredAt === undefined ? { what } : { what, acquiredAt: entry.acquiredAt };
}

/** The refusal of a merge at a place of the frame that stands at a pc. */
export function mergeFailure(
  program: Program,
  pc: number,
  place: Place,
  left: MergeSide,
  right: MergeSide,
  remark = '',
): Refusal {
  const subprogram = program.subprogramOf[pc] ?? 0;
  const name = program.subprograms[subprogram]?.name ?? '?';
  const sides = [left, right].map((side) =>
    side.acquiredAt === undefined ? side.what : `${side.what} of insn ${side.acquiredAt}`,
  );
  const message = `${MESSAGE}: ${placeName(place)} of ${name}: ${sides[0]} against ${sides[1]}${remark}`;
  return { code: 'merge-failure', pc, message, subprogram, location: locationOf(place), left, right };
}
