/** In which states a program can be stopped: what subjects that stop finer than at throws have to know. */
import { type FineStop, isStopPoint } from '../isa/stop-points.js';
import type { ThrowVisit } from './analysis.js';
import type { RecordedAnalysis } from './walk.js';

/**
 * Every arrival of the walk at a throw (the call modelled, R0–R5 dead), then every state before another stop point, both in
 * exploration order. Arrivals that pruning dropped are left out: they repeat a state that is listed, up to a renaming.
 */
export function stopVisits(analysis: RecordedAnalysis, at: FineStop): readonly ThrowVisit[] {
  const { program, throws, nodes } = analysis;
  const thrown = new Set(throws.map(({ pc }) => pc));
  const visits: ThrowVisit[] = [...throws];
  for (const [node, { pc, state, coveredBy }] of nodes.entries()) {
    if (coveredBy !== undefined || thrown.has(pc) || !isStopPoint(program, pc, at)) continue;
    visits.push({ pc, state, node });
  }
  return visits;
}
