/** `replay`: corpus files and findings against what they say. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { blessFile } from '../case/bless.js';
import { packageVersion } from '../case/package-root.js';
import { mismatchText, replayCase, unreplayed } from '../case/replay.js';
import { failureText } from '../report/failure-text.js';
import { jsonText } from '../report/json.js';
import { replayJunit } from '../report/replay-junit.js';
import { replaySarif } from '../report/replay-sarif.js';
import type { ReplayedFile } from '../report/replayed-file.js';
import { number } from '../report/table.js';
import { paintFor, type Terminal } from '../report/terminal.js';
import { SubjectFailure } from '../subjects/failure.js';
import type { Subject } from '../subjects/subject.js';
import { badInput, EXIT, type ExitCode, Failure } from './failure.js';
import { loadLocatedCase } from './input.js';
import { prepareReports, writeReports } from './report-file.js';
import { rosterOf } from './roster.js';

export interface ReplayOptions {
  readonly subject?: readonly string[];
  readonly bless?: boolean;
  readonly junit?: string;
  readonly sarif?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/**
 * Replays files and folders. Exit code 2 if a file cannot be read or a subject from outside fails on one, else 1 if an
 * expectation fails, else 0.
 */
export async function runReplay(
  paths: readonly string[],
  options: ReplayOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { chosen } = await rosterOf(options.subject);
  const asked = paths.length === 0 ? ['corpus'] : paths;
  const files = asked.flatMap((path) => casesUnder(path));
  const paint = paintFor(terminal.out, terminal.env);
  prepareReports(options);
  const outcomes = files.map((file) => replayFile(file, chosen, options.bless === true, paths.includes(file)));
  const unwritten = writeReports(options, {
    junit: () => replayJunit(outcomes),
    sarif: () => replaySarif(outcomes, packageVersion()),
  });
  for (const { file, error, mismatches, blessed } of outcomes) {
    if (error !== undefined) terminal.err.write(`${error}\n`);
    if (options.json === true) continue;
    for (const mismatch of mismatches) {
      terminal.out.write(`${file}:${mismatch.line}: ${paint.red(mismatchText(mismatch))}\n`);
    }
    if (blessed) terminal.out.write(`blessed ${file}\n`);
  }
  const unreadable = outcomes.filter(({ error }) => error !== undefined).length;
  const failed = outcomes.filter(({ mismatches }) => mismatches.length > 0).length;
  if (options.json === true) terminal.out.write(jsonText({ cases: outcomes.length, failed, unreadable, outcomes }));
  else if (options.quiet !== true || failed > 0) {
    terminal.out.write(`${number(outcomes.length)} cases replayed, ${number(failed)} failed\n`);
    const names = [...new Set(outcomes.flatMap(({ unreplayed: left = [] }) => left))];
    if (names.length > 0) {
      terminal.out.write(`known defects of ${names.join(', ')} were not replayed; --subject FILE loads a subject\n`);
    }
  }
  if (unwritten !== undefined) throw unwritten;
  if (unreadable > 0) return EXIT.usage;
  return failed > 0 ? EXIT.found : EXIT.nothingNew;
}

/** A file itself; of a folder all cases below it, in the order of their names. */
function casesUnder(path: string): string[] {
  if (!existsSync(path)) throw badInput(`${path}: cannot be read: no such file`);
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.bpf'));
  return names.sort().map((name) => join(path, name));
}

/** Files that were named get expected lines even if they have none; files in folders only if they have some. */
function replayFile(file: string, subjects: readonly Subject[], bless: boolean, named: boolean): ReplayedFile {
  try {
    const { case: of, items, lines } = loadLocatedCase(file);
    const replayed = replayCase(of, { subjects });
    const mismatches = replayed.mismatches.map((each) => ({ ...each, line: items.get(each.item) ?? 1 }));
    const defects = replayed.defects.map((each) => ({ ...each, line: lines[each.pc ?? -1] ?? 1 }));
    const all = { file, title: of.title, mismatches, defects, unreplayed: unreplayed(of, subjects) };
    if (!bless || (of.expected.length === 0 && !named)) return { ...all, blessed: false };
    const rest = mismatches.filter(({ about }) => about !== 'output');
    return { ...all, mismatches: rest, blessed: blessFile(file, of, { subjects }) };
  } catch (error) {
    if (!(error instanceof Failure || error instanceof SubjectFailure)) throw error;
    const message = error instanceof Failure ? error.message : `${file}: ${failureText(error)}`;
    return { file, title: '', mismatches: [], defects: [], unreplayed: [], error: message, blessed: false };
  }
}
