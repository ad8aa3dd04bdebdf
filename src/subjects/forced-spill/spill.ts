/** Sound: adds spills until every resource has a place, or says of one why a spill gives it none. */
import type { Program } from '../../isa/program.js';
import { identityMap } from '../../patch/patch.js';
import type { Analysis } from '../../verify/analysis.js';
import { chooseKeys, describeChoice, refusalOf } from '../frame-descriptors/sound.js';
import { type Attempt, type Attempted, attemptWith } from './attempt.js';
import { spillPoints } from './points.js';
import { whyNotSpilled } from './unspillable.js';

/** The program as it is if descriptors can be made for it; else with as many spills as that takes. */
export function spillUntilPlaced(program: Program, analysis: Analysis): Attempted {
  const original: Attempt = {
    program,
    analysis,
    pcMap: identityMap(program),
    choice: chooseKeys(program, analysis),
    layout: undefined,
  };
  const spilled = new Set<number>();
  let attempt = original;
  while (!attempt.choice.selection.ok) {
    const refusal = original.choice.selection.ok ? undefined : describeChoice(program, analysis, original.choice);
    // Without a destructor a place is of no use.
    if (refusal?.ok === false && refusal.refusal.code === 'no-destructor') return refusal;
    const points = spillPoints(program, attempt, spilled);
    if (points.length === 0) return { ok: false, refusal: explain(program, original, attempt) };
    for (const pc of points) spilled.add(pc);
    const next = attemptWith(program, analysis, spilled);
    if (!next.ok) return next;
    attempt = next.attempt;
  }
  return { ok: true, attempt };
}

/** The refusal of frame-descriptors/sound for what has no place in the last attempt, and why a spill does not help. */
function explain(program: Program, original: Attempt, last: Attempt) {
  const { selection, candidates } = last.choice;
  const first = original.choice.selection;
  if (selection.ok || first.ok) throw new Error('there is nothing to explain');
  const { why } = selection;
  const acquired = last.pcMap.toOriginal[candidates.duties[selection.duty]?.reference.acquiredAt ?? -1];
  const alike = original.choice.candidates.duties.findIndex(
    ({ reference }, index) =>
      reference.acquiredAt === acquired && (original.choice.usable[index]?.length === 0) === (why === 'no-key'),
  );
  const [duty, because] = alike === -1 ? [first.duty, first.why] : [alike, why];
  const refusal = refusalOf(program, original.analysis, original.choice, duty, because);
  return { ...refusal, message: `${refusal.message}; not spilled: ${whyNotSpilled(program, last)}` };
}
