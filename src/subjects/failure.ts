/** How a subject from outside fails: it threw, or handed over what no subject may. Never a bug of ours, never a verdict. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Program } from '../isa/program.js';

/** A module of subjects: its path as the user gave it, for messages and files, and its absolute URL, for loading. */
export interface SubjectModule {
  readonly given: string;
  readonly url: string;
}

/** What the subject was doing. */
export type SubjectWork = 'prepare' | 'unwind' | 'maintain' | 'describe' | 'know' | 'an inserted call';

/** An error of somebody's module in words without paths of this machine. */
export interface ErrorWords {
  /** One line: `TypeError: x is not a function`. */
  readonly what: string;
  /** Where in the module, `./mine.js:12:5`, if the error says so. */
  readonly where: string | undefined;
  /** The stack from there on, line by line, as far as it lies beside the module. */
  readonly stack: readonly string[];
}

export class SubjectFailure extends Error {
  override readonly name = 'SubjectFailure';

  constructor(
    readonly subject: string,
    /** The module as the user gave it, if the subject came from one. */
    readonly module: string | undefined,
    readonly work: SubjectWork,
    readonly words: ErrorWords,
    /** On which program. */
    readonly program: Program,
  ) {
    const from = module === undefined ? '' : `${module}: `;
    const at = words.where === undefined ? '' : ` (at ${words.where})`;
    super(`${from}${subject} failed in ${work}: ${words.what}${at}`);
  }

  /** The same for two failures that a shorter program may turn into one another: numbers do not count. */
  get likeness(): string {
    return `${this.subject} ${this.work} ${this.words.where ?? this.words.what.replace(/\d+/g, '#')}`;
  }
}

/** Words for whatever a module threw. */
export function errorWords(error: unknown, module: SubjectModule | undefined): ErrorWords {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : `it threw ${String(error)}`;
  if (module === undefined) return { what: firstLine(said), where: undefined, stack: [] };
  const places = placesOf(module);
  const plain = (text: string) => places.reduce((named, [path, short]) => named.replaceAll(path, short), text);
  const lines = (error instanceof Error ? (error.stack ?? '') : '').split('\n');
  const isBeside = (line: string) => /^\s+at /.test(line) && places.some(([path]) => line.includes(path));
  const frames = lines.filter(isBeside).map((line) => plain(line).trim());
  const mine = frames.findIndex((line) => placeIn(line, module) !== undefined);
  // A syntax error has no frame of the module: its place stands in front of the message.
  const where = placeIn(frames[mine] ?? plain(lines[0] ?? ''), module);
  return { what: firstLine(plain(said)), where, stack: mine === -1 ? [] : frames.slice(mine) };
}

const firstLine = (text: string) => text.split('\n')[0] ?? '';

/** `./mine.js:12:5` in a line of a stack. */
function placeIn(line: string, { given }: SubjectModule): string | undefined {
  const at = line.indexOf(`${given}:`);
  const numbers = at === -1 ? null : /^:\d+(:\d+)?/.exec(line.slice(at + given.length));
  return numbers === null ? undefined : `${given}${numbers[0]}`;
}

/** What stands for the module and for the files beside it, and how the user would say it. */
function placesOf({ given, url }: SubjectModule): readonly (readonly [string, string])[] {
  const path = fileURLToPath(url);
  const [folder, short] = [dirname(path), dirname(given)];
  const module = [
    [url, given],
    [path, given],
  ] as const;
  if (folder === dirname(folder)) return module;
  return [...module, [`${dirname(url)}/`, `${short}/`], [`${folder}/`, `${short}/`]];
}
