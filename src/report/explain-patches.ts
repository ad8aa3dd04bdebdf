/** What comes of a case that names patches once they are made: all else that `explain` tells is of the program as verified. */
import { formatDefect } from '../../oracles/defect.js';
import { createJudge } from '../../oracles/judge.js';
import { type Case, DEFAULT_FUEL, plansOf } from '../case/case.js';
import { formatPlan } from '../patch/plan.js';
import type { Subject } from '../subjects/subject.js';
import type { Pruning } from '../verify/analysis.js';
import { wrap } from './table.js';
import { type Paint, paintLines } from './terminal.js';

export interface ExplainedPatches {
  /** The plan in one line. */
  readonly plan: string;
  /** Designs that are right as verified and wrong after it. */
  readonly wrong: readonly { readonly subject: string; readonly defect: string; readonly detail: string }[];
}

/** Judges a verified case under its own patches, in its own worlds or else in worlds drawn from the seed. */
export function explainPatches(
  of: Case,
  settings: {
    readonly subjects: readonly Subject[];
    readonly pruning: Pruning;
    readonly worlds: number;
    readonly seed: string;
  },
): ExplainedPatches | undefined {
  if (of.patches.length === 0) return undefined;
  const named = of.runs.flatMap(({ world, stop }) => (stop === undefined ? [world] : []));
  const judge = createJudge({
    ...settings,
    worlds: of.runs.length > 0 ? 0 : settings.worlds,
    stopAt: 'throw',
    fuel: DEFAULT_FUEL,
    containment: false,
  });
  const { subjects } = judge.judge(of.program, { worlds: named, plans: plansOf(of) });
  return {
    plan: formatPlan(of.patches),
    wrong: [...subjects].flatMap(([subject, { defect, evidence }]) =>
      defect === undefined || evidence?.patches === undefined
        ? []
        : [{ subject, defect: formatDefect(defect), detail: evidence.detail }],
    ),
  };
}

/** The section, for people. */
export function patchesSection({ plan, wrong }: ExplainedPatches, paint: Paint): string {
  const lines = wrong.flatMap(({ subject, defect, detail }) => [
    paintLines(wrap(`${subject}: ${defect}`, '      ', '    '), paint.red),
    wrap(detail, '      '),
  ]);
  return [
    `${paint.bold('After the patches of this file')}\n`,
    wrap(plan, '  '),
    ...(lines.length === 0 ? ['    every design that is right as verified is right then\n'] : lines),
    wrap('The program above, what designs know and the worlds below are as verified, without patches.', '  '),
  ].join('');
}
