/** Measures every design on the worst-case programs over n, and how its costs grow. */
import { WORST_CASES, type WorstCase, type WorstCaseName } from '../../../generators/worst-case.js';
import { stackGrowth } from '../../../oracles/stack-growth.js';
import { instructionCount, type Program } from '../../isa/program.js';
import { prepareInput } from '../../subjects/input.js';
import type { PrepareInput, Subject } from '../../subjects/subject.js';
import type { Pruning } from '../../verify/analysis.js';
import { analyse } from '../../verify/walk.js';
import { orderOfGrowth } from './order.js';

/** What a design costs for one program that it accepts. */
export interface SweepCost {
  /** Instructions walked: the program's own, and what the design has walked beside or instead of it. */
  readonly walked: number;
  readonly metadataBytes: number;
  /** Bytes added to the worst chain. */
  readonly stackBytes: number;
}

export interface SweepPoint {
  readonly n: number;
  /** Instructions of the program, and how many its own walk processes. */
  readonly insns: number;
  readonly walkedOwn: number;
  /** Absent if it is refused; `refusal` then has the code. */
  readonly cost?: SweepCost;
  readonly refusal?: string;
}

/** One design on one shape. An order is the fitted k of n^k; absent if there are too few points. */
export interface Sweep {
  readonly shape: WorstCaseName;
  readonly counts: string;
  readonly subject: string;
  readonly points: readonly SweepPoint[];
  readonly order: {
    readonly walked: number | undefined;
    readonly metadataBytes: number | undefined;
    readonly stackBytes: number | undefined;
  };
}

/** All shapes, or those given; a shape's rows come in the order of the subjects. */
export function sweepsOf(
  subjects: readonly Subject[],
  pruning: Pruning,
  shapes: readonly WorstCase[] = WORST_CASES,
): readonly Sweep[] {
  return shapes.flatMap((shape) => {
    const inputs = shape.sizes.map((n) => ({ n, input: prepareInput(shape.program(n), pruning, 'throw') }));
    return subjects.map((subject) => {
      const points = inputs.map(({ n, input }) => pointOf(n, subject, input));
      const order = (figure: keyof SweepCost) =>
        orderOfGrowth(points.flatMap(({ n, cost }) => (cost === undefined ? [] : [{ n, value: cost[figure] }])));
      return {
        shape: shape.name,
        counts: shape.counts,
        subject: subject.name,
        points,
        order: { walked: order('walked'), metadataBytes: order('metadataBytes'), stackBytes: order('stackBytes') },
      };
    });
  });
}

function pointOf(n: number, subject: Subject, input: PrepareInput): SweepPoint {
  const { program, analysis } = input;
  const size = { n, insns: instructionCount(program), walkedOwn: analysis.walked };
  if (analysis.refusal !== undefined) return { ...size, refusal: analysis.refusal.code };
  const prepared = subject.prepare(input);
  if (!prepared.ok) return { ...size, refusal: prepared.refusal.code };
  const { cost, walkedBeside } = prepared;
  return {
    ...size,
    cost: {
      walked:
        analysis.walked +
        (walkedBeside ?? (prepared.program === program ? 0 : walkedAgain(prepared.program, analysis.pruning))),
      metadataBytes: cost.metadataBytes,
      stackBytes: stackGrowth(program, analysis.stackDepth, prepared.program, cost, subject.name).chain,
    },
  };
}

/** A rewrite is verified a second time, as a whole. */
function walkedAgain(rewrite: Program, pruning: Pruning): number {
  return analyse(rewrite, { pruning, intrinsics: true, throwStates: false }).walked;
}
