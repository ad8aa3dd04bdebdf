/** `survey`: how often each design refuses and what it costs, by profile and granularity, and on the worst cases. */
import { mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { PROFILE_NAMES, type ProfileName } from '../../generators/profile.js';
import { writeAtomically } from '../campaign/atomic-file.js';
import { canUseWorkers, localExecutor, threadExecutor, UnloadableModule } from '../campaign/executor.js';
import { compareSurveys, readSurvey, type SavedSurvey } from '../campaign/survey/comparison.js';
import { judgementsOf, runSurvey, type Survey, type SurveyFailure } from '../campaign/survey/survey.js';
import { DEFAULT_FUEL, DEFAULT_PRUNING } from '../case/case.js';
import type { StopAt } from '../contract/prepared.js';
import { jsonText } from '../report/json.js';
import { progressDisplay } from '../report/progress.js';
import { KEY_COLUMNS, surveyCsv, sweepsCsv } from '../report/survey-csv.js';
import { surveyJson } from '../report/survey-json.js';
import { surveyComparisonText, surveyText } from '../report/survey-text.js';
import { paintFor, type Terminal } from '../report/terminal.js';
import type { Pruning } from '../verify/analysis.js';
import { badInput, EXIT, type ExitCode, Failure } from './failure.js';
import { freshSeed } from './options.js';
import { rosterOf } from './roster.js';

export interface SurveyOptions {
  readonly subject?: readonly string[];
  readonly profile?: readonly ProfileName[];
  readonly stopAt?: readonly StopAt[];
  readonly pruning?: Pruning;
  readonly seed?: string;
  /** Programs in all. */
  readonly runs: number;
  readonly worlds: number;
  readonly workers?: number;
  readonly out?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly quiet?: boolean;
  /** Two saved surveys; nothing is run then. */
  readonly compare?: readonly string[];
}

/** Surveys, or compares two surveys; exit code 0 whatever the figures are, because they are data. */
export async function runSurveyCommand(options: SurveyOptions, terminal: Terminal): Promise<ExitCode> {
  if (options.compare !== undefined) return compare(options.compare, options, terminal);
  if (options.json === true && options.csv === true) throw badInput('--json and --csv exclude each other');
  const seed = options.seed ?? freshSeed();
  const { chosen, outside, modules } = await rosterOf(options.subject);
  const profiles = options.profile ?? PROFILE_NAMES;
  const stops = options.stopAt ?? ['throw'];
  const common = {
    subjects: chosen.map(({ name }) => name),
    pruning: options.pruning ?? DEFAULT_PRUNING,
    worlds: options.worlds,
    fuel: DEFAULT_FUEL,
    // Figures are wanted and not bugs: those are what `fuzz` looks for.
    containment: false,
    patches: false,
  };
  const out = options.out ?? join('runs', `survey-${seed.replaceAll(':', '_')}`);
  makeFolder(out);
  const bare = options.json === true || options.csv === true;
  if (!bare) terminal.out.write(`seed ${seed}\n\n`);
  else if (options.quiet !== true) terminal.err.write(`seed ${seed}\n`);
  const workers = options.workers ?? (canUseWorkers() ? availableParallelism() : 1);
  const { runs } = options;
  const goal = { programs: judgementsOf({ runs, stops }), seconds: undefined };
  const display = progressDisplay(terminal, goal, options.quiet === true);
  let survey: Survey;
  try {
    survey = await runSurvey({
      settings: { seed, ...common, ...(modules.length === 0 ? {} : { modules }) },
      subjects: chosen,
      profiles,
      stops,
      runs,
      executor: (plan) => (canUseWorkers() ? threadExecutor(plan, workers) : localExecutor(plan, outside)),
      interrupted: terminal.interrupted,
      onProgress: (programs) => display.update({ programs, findings: 0, newFindings: 0 }),
    });
  } catch (error) {
    throw error instanceof UnloadableModule ? badInput(error.message) : error;
  } finally {
    display.stop();
  }
  if (survey.failure !== undefined) throw failed(survey.failure);
  const json = jsonText(surveyJson(survey, { runs, profiles, stops, ...common }));
  const csv = surveyCsv(survey.rows);
  const text = surveyText(survey, paintFor(terminal.out, terminal.env));
  const plain = surveyText(survey, paintFor({ write: () => {} }, terminal.env));
  writeAtomically(join(out, 'survey.txt'), `seed ${seed}\n\n${plain}`);
  writeAtomically(join(out, 'survey.json'), json);
  writeAtomically(join(out, 'survey.csv'), csv);
  writeAtomically(join(out, 'sweeps.csv'), sweepsCsv(survey.sweeps));
  terminal.out.write(options.json === true ? json : options.csv === true ? csv : text);
  if (!bare) terminal.out.write(`\nwritten to ${out}: survey.txt, survey.json, survey.csv, sweeps.csv\n`);
  if (!survey.complete && options.quiet !== true) terminal.err.write('ended early: the rows count what was judged\n');
  return EXIT.nothingNew;
}

/** A path that can be no folder is said before the work. */
function makeFolder(out: string): void {
  try {
    mkdirSync(out, { recursive: true });
  } catch (error) {
    throw badInput(`${out}: cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Figures with a hole are no figures. The message says how to meet the failure again, with its program. */
function failed({ settings, crash }: SurveyFailure): Failure {
  const again = `unwindiff fuzz --seed '${settings.seed}' --profile ${settings.profile} --stop-at ${settings.stopAt}`;
  if (crash === undefined) return new Failure(EXIT.bug, `too few programs verify; again: ${again}`);
  const code = crash.failure === undefined ? EXIT.bug : EXIT.usage;
  return new Failure(code, `${crash.stack}\nagain: ${again} --from ${crash.index} --runs 1`);
}

function compare(paths: readonly string[], options: SurveyOptions, terminal: Terminal): ExitCode {
  const [before, after, ...rest] = paths;
  if (before === undefined || after === undefined || rest.length > 0) {
    throw badInput('--compare wants two files: survey --compare OLD.csv NEW.csv');
  }
  const comparison = compareSurveys(saved(before), saved(after), KEY_COLUMNS);
  if (options.json === true) terminal.out.write(jsonText(comparison));
  else terminal.out.write(surveyComparisonText(comparison, paintFor(terminal.out, terminal.env)));
  return EXIT.nothingNew;
}

function saved(path: string): SavedSurvey {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw badInput(`${path}: cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const read = readSurvey(text, KEY_COLUMNS);
  if (!read.ok) throw badInput(`${path}:${read.line}:1: ${read.message}`);
  return read.survey;
}
