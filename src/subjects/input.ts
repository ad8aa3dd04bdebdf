/** What a subject is asked with, for those who ask one outside of the judge. */
import type { StopAt } from '../contract/prepared.js';
import type { Program } from '../isa/program.js';
import { fineStop } from '../isa/stop-points.js';
import type { Pruning } from '../verify/analysis.js';
import { isComplete } from '../verify/pruning.js';
import { stopVisits } from '../verify/stop-visits.js';
import { analyse } from '../verify/walk.js';
import type { PrepareInput } from './subject.js';

/** Walks a program, keeping the states that the granularity needs. */
export function prepareInput(program: Program, pruning: Pruning, stopAt: StopAt): PrepareInput {
  const analysis = analyse(program, { pruning });
  const fine = fineStop(stopAt);
  if (fine === undefined || analysis.refusal !== undefined) return { program, analysis, stopAt };
  const recorded = analyse(program, { pruning: isComplete(pruning) ? pruning : 'exact', record: true });
  return { program, analysis, stopAt, stops: stopVisits(recorded, fine) };
}
