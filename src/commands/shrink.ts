/** `shrink`: the smallest program that shows the same defect of the same subject, as a corpus file. */

import { formatDefect } from '../../oracles/defect.js';
import { createJudge } from '../../oracles/judge.js';
import { writeAtomically } from '../campaign/atomic-file.js';
import { findingCase } from '../campaign/finding-file.js';
import { shrinkFinding } from '../campaign/same-defect.js';
import { DEFAULT_FUEL } from '../case/case.js';
import { writeCase } from '../case/write.js';
import { instructionCount } from '../isa/program.js';
import { jsonText } from '../report/json.js';
import { number } from '../report/table.js';
import type { Terminal } from '../report/terminal.js';
import { SUBJECTS } from '../subjects/registry.js';
import type { Pruning } from '../verify/analysis.js';
import { badInput, EXIT, type ExitCode } from './failure.js';
import { loadCase } from './input.js';
import { judgeCase, seedOf } from './judge.js';

export interface ShrinkFileOptions {
  readonly subject?: string;
  readonly defect?: string;
  readonly out?: string;
  readonly pruning: Pruning;
  readonly seed?: string;
  readonly worlds: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/**
 * Shrinks a file to stdout or to `out`. Without `subject` or `defect` it takes the first subject that shows a finding.
 * Exit code 0; 1 if nothing to shrink shows.
 */
export function runShrink(path: string, options: ShrinkFileOptions, terminal: Terminal): ExitCode {
  const of = loadCase(path);
  const judgement = judgeCase(of, { ...options, subject: SUBJECTS.map(({ name }) => name), stopAt: 'throw' });
  const shown = [...judgement.subjects].flatMap(([name, { defect, evidence }]) =>
    defect === undefined ? [] : [{ subject: name, defect: formatDefect(defect), evidence }],
  );
  const chosen = shown.find(
    ({ subject, defect }) =>
      (options.subject === undefined || subject === options.subject) &&
      (options.defect === undefined || defect === options.defect),
  );
  if (chosen === undefined) {
    const others = shown.map(({ subject, defect }) => `\n  ${subject}: ${defect}`).join('');
    terminal.err.write(
      `${path}: the finding does not show${others === '' ? '; neither does any other' : `; what shows:${others}`}\n`,
    );
    return EXIT.found;
  }
  const judging = {
    pruning: options.pruning,
    stopAt: 'throw',
    worlds: options.worlds,
    fuel: DEFAULT_FUEL,
    seed: seedOf(of, options.seed),
  } as const;
  const judge = createJudge({ ...judging, subjects: SUBJECTS, containment: false });
  const { subject, defect } = chosen;
  const { program, calls, ended } = shrinkFinding(judge, of.program, { ...chosen, pruning: options.pruning });
  const everyone = createJudge({ ...judging, subjects: SUBJECTS });
  const { title, origin } = of;
  const reason = of.known.find((each) => each.subject === subject)?.reason ?? 'shrunk from a case';
  const text = writeCase(findingCase(program, everyone.judge(program), { title, origin, subject, reason }));
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
