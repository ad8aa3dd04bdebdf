/** `explain`: why each design does what it does with one corpus file. */

import type { Case } from '../case/case.js';
import { explanationJson } from '../report/explain-json.js';
import { explainCase } from '../report/explain-model.js';
import { explanationText } from '../report/explain-text.js';
import { jsonText } from '../report/json.js';
import { paintFor, type Terminal } from '../report/terminal.js';
import type { Pruning } from '../verify/analysis.js';
import { badInput, EXIT, type ExitCode } from './failure.js';
import { loadCase } from './input.js';
import { pruningOf, seedOf } from './judge.js';
import { rosterOf } from './roster.js';

export interface ExplainFileOptions {
  readonly subject?: readonly string[];
  readonly world?: number;
  /** Default: that of the case. */
  readonly pruning?: Pruning;
  readonly seed?: string;
  readonly worlds: number;
  readonly json?: boolean;
}

/** Explains a file; exit code 0 whatever the designs do. A world that does not exist is bad usage. */
export async function runExplain(path: string, options: ExplainFileOptions, terminal: Terminal): Promise<ExitCode> {
  const of = loadCase(path);
  const { chosen } = await rosterOf(options.subject);
  const explanation = explainCase(of, {
    subjects: chosen,
    pruning: pruningOf(of, options.pruning),
    worlds: options.worlds,
    seed: seedOf(of, options.seed),
    ...(options.world === undefined ? {} : { world: options.world }),
  });
  const { count, from } = explanation.worlds;
  if (options.world !== undefined && options.world > count)
    throw badInput(noSuchWorld(path, of, options.world, count, from));
  if (options.json === true) terminal.out.write(jsonText(explanationJson(explanation)));
  else terminal.out.write(explanationText(of.program, explanation, paintFor(terminal.out, terminal.env)));
  return EXIT.nothingNew;
}

function noSuchWorld(path: string, of: Case, world: number, count: number, from: string): string {
  const what = from === 'run lines' ? `${count} run lines` : `${count} worlds were explored`;
  const cure = of.runs.length === 0 ? ' (--worlds asks for more)' : '';
  return `${path}: there is no world ${world}: ${what}${cure}`;
}
