/** `judge`: every subject on one corpus file, in every world; with a defect it only answers whether that shows. */

import { createJudge, type Judge } from '../../oracles/judge.js';
import type { Judgement } from '../../oracles/judgement.js';
import { showingOf } from '../campaign/same-defect.js';
import { type Case, DEFAULT_FUEL, DEFAULT_PRUNING, plansOf } from '../case/case.js';
import type { PatchPlan } from '../contract/patch-plan.js';
import type { StopAt } from '../contract/prepared.js';
import { jsonText, judgementJson } from '../report/json.js';
import { judgementText } from '../report/judgement-text.js';
import { paintFor, type Terminal } from '../report/terminal.js';
import type { Subject } from '../subjects/subject.js';
import type { Pruning } from '../verify/analysis.js';
import { EXIT, type ExitCode } from './failure.js';
import { loadCase } from './input.js';
import { rosterOf } from './roster.js';

export interface JudgeFileOptions {
  readonly subject?: readonly string[];
  readonly defect?: string;
  /** Default: that of the case. */
  readonly pruning?: Pruning;
  /** Default: that of the case. */
  readonly stopAt?: StopAt | undefined;
  readonly seed?: string;
  readonly worlds: number;
  readonly patches: boolean;
  readonly json?: boolean;
}

/** Judges a file. Exit code 0; with `defect` 0 if some judged subject shows it in some world and 1 if none does. */
export async function runJudge(path: string, options: JudgeFileOptions, terminal: Terminal): Promise<ExitCode> {
  const of = loadCase(path);
  const { chosen } = await rosterOf(options.subject);
  const judgement = judgeCase(of, chosen, options);
  if (options.json === true) terminal.out.write(jsonText(judgementJson(judgement)));
  else terminal.out.write(judgementText(of.program, judgement, paintFor(terminal.out, terminal.env)));
  const { defect } = options;
  if (defect === undefined) return EXIT.nothingNew;
  const judge = judgeFor(of, chosen, options);
  const plans = givenPlans(of);
  const shown = chosen.some(({ name }) => showingOf(judge, of.program, name, defect, worldsOf(of), plans));
  return shown ? EXIT.nothingNew : EXIT.found;
}

type Judging = Pick<JudgeFileOptions, 'pruning' | 'stopAt' | 'seed' | 'worlds' | 'patches'>;

/** The judgement of a case in the worlds of its `run` lines, then in worlds drawn from the seed; patches likewise. */
export function judgeCase(of: Case, subjects: readonly Subject[], options: Judging): Judgement {
  const plans = givenPlans(of);
  const focus = { worlds: worldsOf(of), ...(plans === undefined ? {} : { plans }) };
  return judgeFor(of, subjects, options).judge(of.program, focus);
}

/** The plan of patches that a case names; `undefined`: it names none, the judge draws one. */
export function givenPlans(of: Case): readonly PatchPlan[] | undefined {
  return of.patches.length === 0 ? undefined : plansOf(of);
}

function judgeFor(of: Case, subjects: readonly Subject[], options: Judging): Judge {
  const { worlds, seed, patches } = options;
  const stopAt = options.stopAt ?? of.stopAt ?? 'throw';
  const pruning = pruningOf(of, options.pruning);
  return createJudge({ subjects, pruning, stopAt, worlds, fuel: DEFAULT_FUEL, seed: seedOf(of, seed), patches });
}

/** The seed of the run that found a case, so that it is judged in the same worlds; 1 for a case written by hand. */
export function seedOf(of: Case, asked: string | undefined): string {
  return asked ?? (of.origin?.by === 'fuzz' ? of.origin.seed : '1');
}

/** The pruning that is asked for, else that of the case. */
export function pruningOf(of: Case, asked: Pruning | undefined): Pruning {
  return asked ?? of.pruning ?? DEFAULT_PRUNING;
}

/** The worlds a case names in its runs; not those that end early, at a stop or out of fuel: they say nothing of cleanup. */
export function worldsOf(of: Case) {
  return of.runs.filter(({ stop, outcome }) => stop === undefined && outcome.how !== 'fuel').map(({ world }) => world);
}
