/**
 * Whether a program can run on in its clone wherever it may be stopped: a walk of the clone that begins in every state that
 * the walk of the program was in there. All frames are as they were, each goes on in the clone when what it has called
 * returns. The walk asks of the clone what it asks of any program: that it does nothing forbidden, that it ends, and that
 * nothing is held at the exit of main. That is all of the proof: a run that is stopped is in one of these states.
 *
 * After a throw R0 to R5 are lost, as after any call. Where nothing is held at a throw, on no path, there is nothing to
 * clean up and the program need not go on.
 */
import type { StopAt } from '../../contract/prepared.js';
import type { Refusal } from '../../contract/refusal.js';
import type { Analysis, StateView } from '../../verify/analysis.js';
import { analyse, type Start } from '../../verify/walk.js';
import type { PrepareInput } from '../subject.js';
import { type Clone, cloneOf } from './clone.js';

export interface Continuation {
  /** Absent if there is no stop at which anything has to be cleaned up. */
  readonly clone: Clone | undefined;
  /** Original pcs at which the program goes on if it is stopped there. */
  readonly pcs: ReadonlySet<number>;
  /** Bytes of stack per subprogram, what only the clone uses included. */
  readonly stackDepth: readonly number[];
  /** Instructions of the clone that the proof walked. */
  readonly walked: number;
}

export type Continued =
  | { readonly ok: true; readonly continuation: Continuation }
  | { readonly ok: false; readonly refusal: Refusal };

/** The clone of a program, verified for all stops that are asked for. */
export function continuationOf({ program, analysis, stopAt }: PrepareInput): Continued {
  const stops = stopsOf(analysis, stopAt);
  const pcs = new Set(stops.flatMap(({ pc, state }) => (state.references.length > 0 ? [pc] : [])));
  if (pcs.size === 0)
    return { ok: true, continuation: { clone: undefined, pcs, stackDepth: analysis.stackDepth, walked: 0 } };
  const made = cloneOf(program);
  if (!made.ok) return { ok: false, refusal: { ...made.refusal, code: 'no-continuation' } };
  const { clone } = made;
  const from = stops.filter(({ pc }) => pcs.has(pc)).map((stop) => startOf(stop, clone));
  const { stackDepth } = analysis;
  const walk = analyse(clone.program, { pruning: 'exact', throwStates: false, from, stackDepth });
  if (walk.refusal === undefined) {
    return { ok: true, continuation: { clone, pcs, stackDepth: walk.stackDepth, walked: walk.walked } };
  }
  const { code, pc, message } = walk.refusal;
  const words = message.replaceAll(/\s*\n\s*/g, '; ');
  const refusal = {
    code: 'no-continuation',
    pc: Math.max(0, clone.serves[pc] ?? 0),
    message: `if it runs on after a stop: ${code}: ${words}`,
  } as const;
  return { ok: false, refusal };
}

interface Stop {
  readonly pc: number;
  readonly state: StateView;
}

function stopsOf(analysis: Analysis, stopAt: StopAt): readonly Stop[] {
  if (stopAt === 'throw') return analysis.throws;
  const { nodes } = analyse(analysis.program, { pruning: 'exact', record: true });
  return nodes;
}

function startOf({ pc, state }: Stop, { resumeAt, callAt }: Clone): Start {
  const callsites = Array.from({ length: state.depth }, (_, frame) => {
    const { callsite } = state.frame(frame);
    return callsite < 0 ? -1 : (callAt[callsite] ?? -1);
  });
  return { pc: resumeAt[pc] ?? 0, state, callsites };
}
