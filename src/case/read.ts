/**
 * Text to case. The file is read generously first, so that every error is found and located; a file that is right in
 * every other respect is then compared with what `writeCase` makes of it, which enforces canonical spacing.
 */

import { type ParsedProgram, parseProgram, type SourceError } from '../asm/parse.js';
import { nearest } from '../asm/syntax.js';
import { OP_SECOND_SLOT } from '../isa/op.js';
import type { Case, ExpectedRefusal, Layout } from './case.js';
import { DIRECTIVE_KEYS, DIRECTIVES, type Header, isDirective, readRefuse } from './directives.js';
import { misplacedStep } from './patches.js';
import { CaseFault, Scanner } from './scanner.js';
import { writeCase } from './write.js';

export type ReadCase =
  | {
      readonly ok: true;
      readonly case: Case;
      /** Line by pc. */
      readonly lines: readonly number[];
      /** Line by item of the file: `run 0`, `label 3`, `instruction 3`, `expected`. */
      readonly items: ReadonlyMap<string, number>;
    }
  | { readonly ok: false; readonly errors: readonly SourceError[] };

/** What the lines of a file are, before the program in it is parsed. */
interface Sorted {
  readonly header: Header;
  readonly expected: readonly string[];
  /** Comment and blank lines before a directive, by `KEY n`. */
  readonly beforeDirective: ReadonlyMap<string, readonly string[]>;
  /** The same before a line of the program, by line; those at the end of the file have the line 0. */
  readonly beforeLine: ReadonlyMap<number, readonly string[]>;
  /** Lines of directives by `KEY n`, and of the first expected line by `expected`. */
  readonly lineOf: ReadonlyMap<string, number>;
  readonly errors: SourceError[];
}

/**
 * Reads a corpus file. All errors are returned, in the order of their lines; the
 * spacing is looked at only if there are no others.
 */
export function readCase(text: string): ReadCase {
  const sorted = sortLines(text);
  const { header, errors } = sorted;
  for (const key of DIRECTIVE_KEYS) {
    if (DIRECTIVES[key].required && !sorted.beforeDirective.has(`${key} 0`) && !errors.some((e) => e.line === 1)) {
      errors.push({ line: 1, column: 1, message: `expected a directive ';! ${key}: …'` });
    }
  }
  const parsed = parseProgram(text, header);
  if (!parsed.ok) return { ok: false, errors: inOrder([...errors, ...parsed.errors]) };
  const { refusals, trailing } = readTrailing(text, parsed, errors);
  checkPcs(header, parsed, errors);
  if (errors.length > 0) return { ok: false, errors: inOrder(errors) };
  const of: Case = {
    title: header.title ?? '',
    origin: header.origin,
    ...(header.pruning === undefined ? {} : { pruning: header.pruning }),
    ...(header.stopAt === undefined ? {} : { stopAt: header.stopAt }),
    program: parsed.program,
    runs: header.runs.map(({ run }) => run),
    refusals,
    known: header.known,
    patches: header.patches.map(({ step }) => step),
    expected: sorted.expected,
    layout: { order: [...sorted.beforeDirective.keys()], before: layoutBefore(sorted, parsed), trailing },
  };
  const misfit = firstDifference(text, writeCase(of));
  if (misfit !== undefined) return { ok: false, errors: [misfit] };
  return {
    ok: true,
    case: of,
    lines: parsed.lines,
    items: new Map([...sorted.lineOf, ...[...itemLines(parsed)].map(([line, item]) => [item, line] as const)]),
  };
}

const inOrder = (errors: readonly SourceError[]) => [...errors].sort((a, b) => a.line - b.line || a.column - b.column);

function sortLines(text: string): Sorted {
  const header: Header = {
    title: undefined,
    origin: undefined,
    pruning: undefined,
    stopAt: undefined,
    runs: [],
    known: [],
    types: [],
    maps: [],
    globals: [],
    pads: [],
    patches: [],
  };
  const errors: SourceError[] = [];
  const expected: string[] = [];
  const beforeDirective = new Map<string, readonly string[]>();
  const beforeLine = new Map<number, readonly string[]>();
  const lineOf = new Map<string, number>();
  let pending: string[] = [];
  let where: 'header' | 'program' | 'expected' = 'header';
  const flush = (): readonly string[] => {
    const lines = pending;
    pending = [];
    return lines;
  };
  const all = text.split('\n');
  if (all.at(-1) === '') all.pop();
  for (const [index, raw] of all.entries()) {
    const line = index + 1;
    const trimmed = raw.trim();
    try {
      if (trimmed.startsWith(';!')) {
        const column = raw.indexOf(';!') + 1;
        if (where !== 'header') throw new CaseFault(column, 'misplaced directive: it stands above the first label');
        if (column !== 1) throw new CaseFault(column, 'expected the directive in column one');
        const key = readDirective(raw, header, beforeDirective, line);
        beforeDirective.set(key, flush());
        lineOf.set(key, line);
      } else if (trimmed.startsWith(';>')) {
        if (where === 'header') throw new CaseFault(1, 'misplaced expected line: it stands below the program');
        if (where === 'program') beforeLine.set(0, flush());
        if (where === 'program') lineOf.set('expected', line);
        where = 'expected';
        expected.push(raw.slice(raw.indexOf(';>') + 2).trim());
      } else if (where === 'expected') {
        throw new CaseFault(1, `expected another ';>' line or the end of the file: nothing follows expected output`);
      } else if (trimmed === '' || trimmed.startsWith(';')) {
        pending.push(raw.trimEnd());
      } else {
        where = 'program';
        beforeLine.set(line, flush());
      }
    } catch (error) {
      if (!(error instanceof CaseFault)) throw error;
      errors.push({ line, column: error.column, message: error.message });
    }
  }
  if (pending.length > 0) beforeLine.set(0, pending);
  return { header, expected, beforeDirective, beforeLine, lineOf, errors };
}

/** Reads one directive; its name in the layout: `run 1`. */
function readDirective(
  raw: string,
  header: Header,
  known: ReadonlyMap<string, readonly string[]>,
  line: number,
): string {
  const match = /^;!\s*([^\s:]*)(:?)/.exec(raw);
  const key = match?.[1] ?? '';
  const column = (match?.[0].length ?? 2) - (match?.[2]?.length ?? 0) - key.length + 1;
  if (key === 'refuse') throw new CaseFault(column, `misplaced 'refuse': it stands behind the instruction it is about`);
  if (!isDirective(key)) {
    const hint = nearest(key, DIRECTIVE_KEYS);
    const rule = hint === undefined ? `expected one of ${DIRECTIVE_KEYS.join(', ')}` : `did you mean '${hint}'?`;
    throw new CaseFault(column, `unknown directive '${key}'; ${rule}`);
  }
  if (match?.[2] !== ':') throw new CaseFault(column + key.length, `expected ':' after '${key}'`);
  let count = 0;
  while (known.has(`${key} ${count}`)) count++;
  if (count > 0 && !DIRECTIVES[key].many) throw new CaseFault(column, `'${key}' is given twice`);
  const start = match[0].length;
  DIRECTIVES[key].read(new Scanner(raw.slice(start).trimEnd(), start + 1), header, line);
  return `${key} ${count}`;
}

/** Directives and comments behind labels and instructions. */
function readTrailing(
  text: string,
  parsed: ParsedProgram,
  errors: SourceError[],
): { readonly refusals: readonly ExpectedRefusal[]; readonly trailing: Layout['trailing'] } {
  const all = text.split('\n');
  const refusals: ExpectedRefusal[] = [];
  const trailing = new Map<string, { readonly gap: number; readonly comment: string | undefined }>();
  for (const [line, item] of itemLines(parsed)) {
    const found = parsed.comments.get(line);
    if (found === undefined) continue;
    const before = all[line - 1]?.slice(0, found.column - 1) ?? '';
    const pc = item.startsWith('instruction ') ? Number(item.slice('instruction '.length)) : undefined;
    let comment: string | undefined;
    try {
      comment = readRemarks(found.text, found.column + 1, pc, refusals);
    } catch (error) {
      if (!(error instanceof CaseFault)) throw error;
      errors.push({ line, column: error.column, message: error.message });
    }
    trailing.set(item, { gap: Math.max(1, before.length - before.trimEnd().length), comment });
  }
  return { refusals, trailing };
}

/** Takes `! refuse: …` segments off the text behind a `;`; what is left is the comment. */
function readRemarks(
  text: string,
  column: number,
  pc: number | undefined,
  refusals: ExpectedRefusal[],
): string | undefined {
  if (!text.startsWith('!')) {
    const late = text.indexOf(';!');
    if (late !== -1)
      throw new CaseFault(column + late, 'misplaced directive: it stands before the comment of its line');
    return text.trimEnd();
  }
  const end = text.indexOf(';') === -1 ? text.length : text.indexOf(';');
  const [head = '', key = ''] = /^!\s*([^\s:]*):?/.exec(text.slice(0, end)) ?? [];
  const keyColumn = column + head.lastIndexOf(key);
  if (key !== 'refuse')
    throw new CaseFault(keyColumn, `misplaced directive '${key}': only 'refuse' stands behind an instruction`);
  if (pc === undefined)
    throw new CaseFault(keyColumn, `misplaced 'refuse': it stands behind an instruction, not a label`);
  if (!head.endsWith(':')) throw new CaseFault(column + head.length, `expected ':' after 'refuse'`);
  refusals.push(readRefuse(new Scanner(text.slice(head.length, end).trimEnd(), column + head.length), pc));
  return end === text.length ? undefined : readRemarks(text.slice(end + 1), column + end + 1, pc, refusals);
}

/** Items of the listing by line: `label 3`, `instruction 3`. */
function itemLines({ lines, labelLines }: ParsedProgram): ReadonlyMap<number, string> {
  const items = new Map<number, string>();
  for (const [pc, line] of labelLines) items.set(line, `label ${pc}`);
  for (const [pc, line] of lines.entries()) if (!items.has(line)) items.set(line, `instruction ${pc}`);
  return items;
}

function layoutBefore(sorted: Sorted, parsed: ParsedProgram): Layout['before'] {
  const before = new Map(sorted.beforeDirective);
  const items = itemLines(parsed);
  for (const [line, comments] of sorted.beforeLine)
    before.set(line === 0 ? 'expected' : (items.get(line) ?? ''), comments);
  return before;
}

function checkPcs({ runs, patches }: Header, { program }: ParsedProgram, errors: SourceError[]): void {
  const exists = (pc: number) => pc < program.length && program.op[pc] !== OP_SECOND_SLOT;
  for (const { run, line, column } of runs) {
    if (run.stop !== undefined && !exists(run.stop.pc)) {
      errors.push({ line, column, message: `stop=${run.stop.pc}: no instruction starts at this pc` });
    }
  }
  const plan = patches.map(({ step }) => step);
  for (const [index, { line, column }] of patches.entries()) {
    const message = misplacedStep(program, plan, index);
    if (message !== undefined) errors.push({ line, column, message });
  }
}

/** The first line that differs from the canonical text, with what was expected there. */
function firstDifference(text: string, canonical: string): SourceError | undefined {
  if (text === canonical) return undefined;
  const [found, expected] = [text.split('\n'), canonical.split('\n')];
  const index = expected.findIndex((line, at) => line !== found[at]);
  const line = (index === -1 ? expected.length : index) + 1;
  const [is, want] = [found[line - 1] ?? '', expected[line - 1]];
  let column = 0;
  while (column < is.length && is[column] === want?.[column]) column++;
  const rule = want === undefined ? 'the end of the file' : want === '' ? 'an empty line' : `'${want}'`;
  return { line, column: column + 1, message: `not in canonical form, expected ${rule}` };
}
