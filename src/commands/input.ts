/** Reading what the user names: files as strict UTF-8, cases with located errors, the baseline. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type BaselineRow, keyOf, parseBaseline } from '../campaign/baseline.js';
import { type Case, DEFAULT_PRUNING } from '../case/case.js';
import { packageRoot } from '../case/package-root.js';
import { type ReadCase, readCase } from '../case/read.js';
import { SUBJECTS } from '../subjects/registry.js';
import type { Subject } from '../subjects/subject.js';
import type { Pruning } from '../verify/analysis.js';
import { isComplete } from '../verify/pruning.js';
import { badInput } from './failure.js';

/** The text of a file. A Failure names the file, and line and column of the first byte that is not UTF-8. */
export function readText(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw badInput(`${path}: cannot be read: ${reason(error)}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const { line, column } = firstBadByte(bytes);
    throw badInput(`${path}:${line}:${column}: not UTF-8`);
  }
}

/** The folder of `--out`, which need not exist; a Failure if it, or what it would lie in, is no folder. */
export function outFolder(path: string): string {
  for (let at = resolve(path); ; at = dirname(at)) {
    const isFolder = existsSync(at) ? statSync(at).isDirectory() : undefined;
    if (isFolder === false) throw badInput(`--out ${path}: ${at === resolve(path) ? 'it' : at} is no folder`);
    if (isFolder === true || at === dirname(at)) return path;
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'no such file';
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
      return 'permission denied';
    default:
      return error.message;
  }
}

function firstBadByte(bytes: Buffer): { readonly line: number; readonly column: number } {
  // Decoding up to the first replacement character gives the text before the bad byte.
  const before = bytes.toString('utf8').split('\uFFFD')[0] ?? '';
  const lines = before.split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** Reads a corpus file; all its errors are in the Failure, one `file:line:column: message` a line. */
export function loadCase(path: string): Case {
  return loadLocatedCase(path).case;
}

/** The same with the line of every item of the file. */
export function loadLocatedCase(path: string): ReadCase & { readonly ok: true } {
  const read = readCase(readText(path));
  if (read.ok) return read;
  throw badInput(read.errors.map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`).join('\n'));
}

/**
 * Known defects from a file of rows, or from the `known` directives of all cases in a folder. Without a path: those of the
 * corpus that comes with the package; `none` asks for an empty list. Rows may be about ours and about those loaded. What is
 * known only because a case hides states from the subjects excuses nothing in a run that does not.
 */
export function loadBaseline(
  path: string | undefined,
  pruning: Pruning,
  outside: readonly Subject[] = [],
): readonly BaselineRow[] {
  if (path === 'none') return [];
  const chosen = path ?? join(packageRoot(), 'corpus');
  if (existsSync(chosen) && statSync(chosen).isDirectory()) return baselineOfFolder(chosen, pruning);
  const names = [...SUBJECTS, ...outside].map(({ name }) => name);
  const parsed = parseBaseline(readText(chosen), names);
  if (parsed.ok) return parsed.rows;
  throw badInput(`${chosen}:${parsed.error.line}:${parsed.error.column}: ${parsed.error.message}`);
}

function baselineOfFolder(folder: string, pruning: Pruning): BaselineRow[] {
  const rows = new Map<string, BaselineRow>();
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.bpf'));
  for (const name of paths.sort()) {
    const of = loadCase(join(folder, name));
    if (isComplete(pruning) && !isComplete(of.pruning ?? DEFAULT_PRUNING)) continue;
    for (const known of of.known) {
      rows.set(keyOf(known.subject, known.defect), { ...known, line: 0 });
    }
  }
  return [...rows.values()];
}
