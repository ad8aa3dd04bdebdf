/**
 * Text to Program. Two passes: the first finds the labels, the second parses every line and collects what is wrong;
 * then labels become offsets and `buildProgram` judges the whole. Nothing here throws at the caller.
 */
import type { Refusal } from '../contract/refusal.js';
import type { Insn } from '../isa/insn.js';
import type { Cleanup, LandingPad, MapDefinition, Program, StructType } from '../isa/program.js';
import { buildProgram } from '../isa/validate.js';
import { Cursor, SyntaxFault } from './cursor.js';
import { type ParsedInstruction, parseInstruction } from './instruction.js';
import { type Comment, type LexedLine, lexLine } from './lex.js';
import { labelProblem, nearest } from './syntax.js';

/** What is wrong where. Lines and columns count from 1. */
export interface SourceError {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** Set if the text is right but the program has no valid form. */
  readonly refusal?: Refusal;
}

/** What the text of the instructions does not say. */
export interface ProgramMeta {
  readonly types?: readonly StructType[];
  readonly maps?: readonly MapDefinition[];
  /** Labels of global subprograms and where they were declared global. */
  readonly globals?: readonly { readonly name: string; readonly line: number; readonly column: number }[];
  /** Landing pads, all in pcs of the text: the code from the first of them on is the cleanup section. */
  readonly pads?: readonly { readonly pad: LandingPad; readonly line: number; readonly column: number }[];
}

export interface ParsedProgram {
  readonly ok: true;
  readonly program: Program;
  /** Line (from 1) by pc; both slots of a 64-bit immediate have one. */
  readonly lines: readonly number[];
  /** Line of the label of a pc. */
  readonly labelLines: ReadonlyMap<number, number>;
  /** Comments by line, directives in comment form included. */
  readonly comments: ReadonlyMap<number, Comment>;
}

export type Parsed = ParsedProgram | { readonly ok: false; readonly errors: readonly SourceError[] };

interface Item {
  readonly line: number;
  readonly column: number;
  readonly parsed: ParsedInstruction;
  readonly pc: number;
}

interface Label {
  readonly name: string;
  readonly pc: number;
  readonly line: number;
}

/**
 * Parses a whole text: labels, instructions, comments, in any spacing. All errors of all lines are collected, in the
 * order of their lines. The first instruction needs a label, which names main.
 */
export function parseProgram(text: string, meta: ProgramMeta = {}): Parsed {
  const lexed = text.split('\n').map(lexLine);
  const labelNames = new Set(lexed.flatMap((line) => (isLabel(line) ? [line.tokens[0]?.text ?? ''] : [])));
  const names = { types: meta.types ?? [], maps: meta.maps ?? [], labels: labelNames };
  const errors: SourceError[] = [];
  const comments = new Map<number, Comment>();
  const items: Item[] = [];
  const labels = new Map<string, Label>();
  const labelAt = new Map<number, Label>();
  let pc = 0;
  for (const [index, tokens] of lexed.entries()) {
    const line = index + 1;
    const column = tokens.tokens[0]?.column ?? tokens.end;
    if (tokens.comment !== undefined) comments.set(line, tokens.comment);
    try {
      if (tokens.bad !== undefined) throw unexpected(text.split('\n')[index] ?? '', tokens.bad);
      if (tokens.tokens.length === 0) continue;
      if (isLabel(tokens)) {
        const label = { name: tokens.tokens[0]?.text ?? '', pc, line };
        addLabel(label, column, labels, labelAt);
        continue;
      }
      if (pc === 0 && labels.size === 0) {
        throw new SyntaxFault(column, `expected a label that names the first subprogram, such as 'main:'`);
      }
      if (column === 1) throw new SyntaxFault(1, 'expected a label in column one; instructions are indented');
      const parsed = parseInstruction(new Cursor(tokens), names);
      items.push({ line, column, parsed, pc });
      pc += parsed.slots.length;
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      errors.push({ line, column: error.column, message: error.message });
      pc++;
    }
  }
  const end = { line: Math.max(1, lexed.length), column: 1 };
  if (errors.length === 0) {
    for (const label of labels.values()) {
      if (label.pc === pc) {
        errors.push({ line: label.line, column: 1, message: `expected an instruction after label '${label.name}'` });
      }
    }
    if (items.length === 0) errors.push({ ...end, message: 'expected a label and instructions, found none' });
  }
  const globals = new Set<number>();
  for (const { name, line, column } of meta.globals ?? []) {
    const label = labels.get(name);
    if (label !== undefined) globals.add(label.pc);
    else errors.push({ line, column, message: unknownLabel(name, labels.keys()) });
  }
  const slots = resolve(items, labels, errors);
  if (errors.length > 0)
    return { ok: false, errors: [...errors].sort((a, b) => a.line - b.line || a.column - b.column) };
  return build(slots, items, labelAt, globals, meta, comments);
}

function isLabel({ tokens }: LexedLine): boolean {
  return tokens.length === 2 && tokens[0]?.is === 'word' && tokens[1]?.text === ':';
}

function unexpected(line: string, column: number): SyntaxFault {
  const found = line[column - 1] ?? '';
  if (found === '\r') return new SyntaxFault(column, 'carriage return: lines end in a line feed only');
  return new SyntaxFault(column, `unexpected character '${found}'`);
}

function addLabel(label: Label, column: number, labels: Map<string, Label>, labelAt: Map<number, Label>): void {
  const problem = labelProblem(label.name);
  if (problem !== undefined) throw new SyntaxFault(column, problem);
  const same = labels.get(label.name);
  if (same !== undefined) throw new SyntaxFault(column, `duplicate label '${label.name}', first on line ${same.line}`);
  const other = labelAt.get(label.pc);
  if (other !== undefined) {
    throw new SyntaxFault(column, `a second label for one instruction: use '${other.name}' of line ${other.line}`);
  }
  labels.set(label.name, label);
  labelAt.set(label.pc, label);
}

function unknownLabel(name: string, known: Iterable<string>): string {
  const hint = nearest(name, known);
  return `unknown label '${name}'${hint === undefined ? '' : `; did you mean '${hint}'?`}`;
}

/** Fills in the offsets of jumps and local calls. */
function resolve(items: readonly Item[], labels: ReadonlyMap<string, Label>, errors: SourceError[]): Insn[] {
  return items.flatMap(({ parsed, pc, line }) => {
    const [first, ...rest] = parsed.slots;
    const target = parsed.target;
    if (target === undefined || first === undefined) return parsed.slots;
    const label = labels.get(target.label);
    if (label === undefined) {
      errors.push({ line, column: target.column, message: unknownLabel(target.label, labels.keys()) });
      return parsed.slots;
    }
    const delta = label.pc - (pc + 1);
    if (target.field === 'off' && (delta < -32768 || delta > 32767)) {
      const message = `label '${target.label}' is ${delta} slots away, expected -32768 to 32767 (use gotol)`;
      errors.push({ line, column: target.column, message });
    }
    return [{ ...first, [target.field]: delta }, ...rest];
  });
}

function build(
  slots: readonly Insn[],
  items: readonly Item[],
  labelAt: ReadonlyMap<number, Label>,
  globals: ReadonlySet<number>,
  meta: ProgramMeta,
  comments: ReadonlyMap<number, Comment>,
): Parsed {
  const pads = meta.pads ?? [];
  const end = Math.min(slots.length, ...pads.map(({ pad }) => pad.pad));
  const named = (from: number, to: number) =>
    [...labelAt].filter(([pc]) => pc >= from && pc < to).map(([pc, { name }]) => [pc, name] as const);
  const allNames = new Map(named(0, end));
  const cleanup: Cleanup | undefined =
    pads.length === 0
      ? undefined
      : {
          slots: slots.slice(end),
          pads: pads.map(({ pad }) => ({ ...pad, pad: pad.pad - end })),
          labels: new Map(named(end, slots.length).map(([pc, name]) => [pc - end, name])),
        };
  const first = buildProgram({
    slots: slots.slice(0, end),
    globals,
    names: allNames,
    types: meta.types ?? [],
    maps: meta.maps ?? [],
    cleanup,
  });
  const lines = items.flatMap(({ line, parsed }) => parsed.slots.map(() => line));
  if (!first.ok) {
    const { refusal } = first;
    const record = refusal.code === 'bad-pad' ? pads[0] : undefined;
    if (record !== undefined && refusal.pc < end) {
      const { line, column } = pads.find(({ pad }) => pad.begin === refusal.pc) ?? record;
      return { ok: false, errors: [{ line, column, message: refusal.message, refusal }] };
    }
    const item = items.findLast(({ pc }) => pc <= refusal.pc);
    const message = `${refusal.code}: ${refusal.message}`;
    return { ok: false, errors: [{ line: item?.line ?? 1, column: item?.column ?? 1, message, refusal }] };
  }
  const starts = new Set(first.program.subprograms.map(({ start }) => start));
  const notCalled = (meta.globals ?? []).find(({ name }) => {
    const pc = [...labelAt.values()].find((label) => label.name === name)?.pc;
    return pc !== undefined && !starts.has(pc);
  });
  if (notCalled !== undefined) {
    const message = `'${notCalled.name}' is no subprogram: nothing calls it`;
    return { ok: false, errors: [{ line: notCalled.line, column: notCalled.column, message }] };
  }
  const labels = new Map([...allNames].filter(([pc]) => !starts.has(pc)));
  const program: Program = { ...first.program, labels };
  return {
    ok: true,
    program,
    lines,
    labelLines: new Map([...labelAt].map(([pc, { line }]) => [pc, line])),
    comments,
  };
}
