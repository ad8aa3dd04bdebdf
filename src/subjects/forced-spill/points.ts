/**
 * Which calls are to be spilled. A resource that has no place left is spilled where its frame got it: behind the call that
 * acquired it or, if it was acquired further in and returned, behind the calls through which it can have come.
 *
 * Of two resources that meet at a place both lose it, since each stands there on a path where the other does not; whether one
 * has another place decides if it is spilled. Where resources have places, but no choice among them serves all paths, there
 * is a choice: first the one that the search blames, then those that it shares a place with, then all.
 */
import type { Program } from '../../isa/program.js';
import { sharedCallGraph } from '../cost.js';
import type { Duty } from '../frame-descriptors/candidates.js';
import type { Attempt } from './attempt.js';

/** Original pcs whose spill may give a place to the resources that have none, `spilled` left out. */
export function spillPoints(program: Program, attempt: Attempt, spilled: ReadonlySet<number>): readonly number[] {
  for (const duties of candidatesFor(attempt)) {
    const pcs = new Set(duties.flatMap((duty) => pointsOf(program, attempt, duty)));
    const fresh = [...pcs].filter((pc) => !spilled.has(pc));
    if (fresh.length > 0) return fresh;
  }
  return [];
}

/** A resource in a state. */
type Held = Pick<Duty, 'reference' | 'visit'>;

/** Groups of resources to be spilled, the first that has something to spill counts. */
function candidatesFor({ choice }: Attempt): readonly (readonly Held[])[] {
  const { candidates, usable, selection } = choice;
  const { duties } = candidates;
  if (selection.ok) return [];
  if (selection.why === 'no-key') {
    // Whatever other states have under these keys has no place either.
    return [duties.filter((_, index) => usable[index]?.length === 0).flatMap((duty) => [duty, ...duty.alike])];
  }
  const blamed = new Set(usable[selection.duty]);
  return [
    duties.filter((_, index) => index === selection.duty),
    duties.filter((_, index) => usable[index]?.some((key) => blamed.has(key)) ?? false),
    duties,
  ];
}

function pointsOf(program: Program, { analysis, pcMap }: Attempt, { reference, visit }: Held): readonly number[] {
  const acquired = pcMap.toOriginal[reference.acquiredAt] ?? -1;
  const acquirer = program.subprogramOf[acquired] ?? 0;
  const owner = analysis.throws[visit]?.state.frame(reference.frame).subprogram ?? acquirer;
  return owner === acquirer ? [acquired] : returnSites(program, owner, acquirer);
}

/** Calls in `owner` through which what `acquirer` acquires can be returned. */
export function returnSites(program: Program, owner: number, acquirer: number): readonly number[] {
  const { calls, callees } = sharedCallGraph(program);
  const reaches = (index: number): boolean => index === acquirer || (callees[index] ?? []).some(reaches);
  return calls.filter(({ caller, callee }) => caller === owner && reaches(callee)).map(({ pc }) => pc);
}
