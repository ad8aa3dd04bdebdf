/** `shrink`: the smallest program that shows the same defect of the same subject, as a corpus file. */

import { formatDefect } from '../../oracles/defect.js';
import { createJudge, type Judge } from '../../oracles/judge.js';
import type { Judgement } from '../../oracles/judgement.js';
import { writeAtomically } from '../campaign/atomic-file.js';
import { findingCase } from '../campaign/finding-file.js';
import { showingOf, shrinkFinding } from '../campaign/same-defect.js';
import { type Case, DEFAULT_FUEL } from '../case/case.js';
import { writeCase } from '../case/write.js';
import { instructionCount } from '../isa/program.js';
import { jsonText } from '../report/json.js';
import { number } from '../report/table.js';
import type { Terminal } from '../report/terminal.js';
import { SUBJECTS } from '../subjects/registry.js';
import type { Pruning } from '../verify/analysis.js';
import { badInput, EXIT, type ExitCode } from './failure.js';
import { loadCase } from './input.js';
import { givenPlans, judgeCase, pruningOf, seedOf, worldsOf } from './judge.js';
import { rosterOf } from './roster.js';

export interface ShrinkFileOptions {
  readonly subject?: readonly string[];
  readonly defect?: string;
  readonly out?: string;
  /** Default: that of the case. */
  readonly pruning?: Pruning;
  readonly seed?: string;
  readonly worlds: number;
  readonly patches: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/**
 * Shrinks a file to stdout or to `out`. Without `subject` or `defect` it takes the first subject that shows the defect the file knows of it, or any.
 * Exit code 0; 1 if nothing to shrink shows.
 */
export async function runShrink(path: string, options: ShrinkFileOptions, terminal: Terminal): Promise<ExitCode> {
  const of = loadCase(path);
  const { chosen, outside } = await rosterOf(options.subject);
  const all = [...SUBJECTS, ...outside];
  const pruning = pruningOf(of, options.pruning);
  const stopAt = of.stopAt ?? 'throw';
  const judging = {
    subjects: all,
    pruning,
    stopAt,
    worlds: options.worlds,
    fuel: DEFAULT_FUEL,
    seed: seedOf(of, options.seed),
    patches: options.patches,
  } as const;
  const judge = createJudge({ ...judging, containment: false });
  const found = chosen.map(({ name }) => showing(judge, of, name, options.defect)).find((each) => each !== undefined);
  if (found === undefined) {
    terminal.err.write(`${path}: ${whatShows(judgeCase(of, all, { ...options, stopAt }))}\n`);
    return EXIT.found;
  }
  const { subject, defect } = found;
  const shrunk = shrinkFinding(judge, of.program, { ...found, pruning });
  const { program, calls, ended, world, patches } = shrunk;
  const { title, origin } = of;
  const reason = of.known.find((each) => each.subject === subject)?.reason ?? 'shrunk from a case';
  const judgement = createJudge({ ...judging, worlds: 0 }).judge(program, {
    worlds: [world],
    plans: patches === undefined ? [] : [patches],
  });
  const text = writeCase(findingCase(program, judgement, { title, origin, pruning, stopAt, subject, reason }));
  const [before, after] = [instructionCount(of.program), instructionCount(program)];
  if (options.out !== undefined) {
    try {
      writeAtomically(options.out, text);
    } catch (error) {
      throw badInput(`${options.out}: cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (options.json === true) {
    const file = options.out ?? null;
    terminal.out.write(
      jsonText({ subject, defect, insns: after, insnsBefore: before, steps: calls, ended, file, text }),
    );
  } else if (options.out === undefined) terminal.out.write(text);
  if (options.quiet !== true) {
    const early = ended === 'minimal' ? '' : ` (${ended})`;
    terminal.err.write(`${subject}: ${defect}\n${before} -> ${after} instructions in ${number(calls)} steps${early}\n`);
  }
  return EXIT.nothingNew;
}

/** What one subject does wrong in a case, and what shows it: the defect asked for, or known, or its worst. */
function showing(judge: Judge, of: Case, subject: string, defect: string | undefined) {
  const first = worldsOf(of);
  const plans = givenPlans(of);
  const worst = (): string | undefined => {
    const focus = { subjects: [subject], worlds: first, ...(plans === undefined ? {} : { plans }) };
    const verdict = judge.judge(of.program, focus).subjects.get(subject);
    return verdict?.defect === undefined ? undefined : formatDefect(verdict.defect);
  };
  const wanted = defect ?? of.known.find((row) => row.subject === subject)?.defect ?? worst();
  const evidence = wanted === undefined ? undefined : showingOf(judge, of.program, subject, wanted, first, plans);
  if (wanted === undefined || evidence === undefined) return undefined;
  return { subject, defect: wanted, world: evidence.world, patches: evidence.patches };
}

function whatShows(judgement: Judgement): string {
  const shown = [...judgement.subjects].flatMap(([name, { defect }]) =>
    defect === undefined ? [] : `\n  ${name}: ${formatDefect(defect)}`,
  );
  return `the finding does not show${shown.length === 0 ? '; neither does any other' : `; what shows:${shown.join('')}`}`;
}
