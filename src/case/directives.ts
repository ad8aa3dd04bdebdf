/** One row per directive of the corpus format: where it stands, how often, how its value is read and written. */

import { labelNames } from '../asm/print.js';
import { WORD } from '../asm/syntax.js';
import type { StopAt } from '../contract/prepared.js';
import type { FormRefusal, RefusalCode, SubjectRefusal, WalkRefusal } from '../contract/refusal.js';
import type { MapType } from '../isa/callables.js';
import type { LandingPad, MapDefinition, StructType } from '../isa/program.js';
import { STOP_NAMES } from '../isa/stop-points.js';
import { formatStep } from '../patch/plan.js';
import { SUBJECT_NAME } from '../subjects/subject.js';
import type { Pruning } from '../verify/analysis.js';
import { isPruning, PRUNING_NAMES } from '../verify/pruning.js';
import type { Case, ExpectedRefusal, ExpectedRun, KnownDefect, Origin } from './case.js';
import { type LocatedStep, readStep } from './patches.js';
import { readRun, writeRuns } from './run.js';
import { CaseFault, keyed, type Piece, type Scanner, unsigned } from './scanner.js';

/** What the directives above the program say; filled while a file is read. */
export interface Header {
  title: string | undefined;
  origin: Origin | undefined;
  pruning: Pruning | undefined;
  stopAt: StopAt | undefined;
  readonly runs: { readonly run: ExpectedRun; readonly line: number; readonly column: number }[];
  readonly known: KnownDefect[];
  readonly types: StructType[];
  readonly maps: MapDefinition[];
  readonly globals: { readonly name: string; readonly line: number; readonly column: number }[];
  readonly pads: { readonly pad: LandingPad; readonly line: number; readonly column: number }[];
  readonly patches: LocatedStep[];
}

export interface DirectiveRow {
  /** Whether the key may stand on several lines. */
  readonly many: boolean;
  readonly required: boolean;
  /** Reads a value into the header. Throws CaseFault. */
  readonly read: (value: Scanner, header: Header, line: number) => void;
  /** The values of all lines of this key, canonical. */
  readonly write: (of: Case) => readonly string[];
}

const COUNT = 2n ** 31n - 1n;

const rows = {
  case: {
    many: false,
    required: true,
    read: (value, header) => {
      const { text, column } = value.rest();
      if (text === '') throw new CaseFault(column, 'expected a sentence that says what the case shows');
      header.title = text;
    },
    write: ({ title }) => [title],
  },
  origin: {
    many: false,
    required: false,
    read: (value, header) => {
      header.origin = readOrigin(value);
      value.end();
    },
    write: ({ origin }) => {
      if (origin === undefined) return [];
      return [origin.by === 'hand' ? 'hand' : `fuzz seed=${origin.seed} index=${origin.index}`];
    },
  },
  pruning: {
    many: false,
    required: false,
    read: (value, header) => {
      const { text, column } = value.piece(`one of ${PRUNING_NAMES.join(', ')}`);
      if (!isPruning(text)) {
        throw new CaseFault(column, `unknown pruning '${text}', expected ${PRUNING_NAMES.join(', ')}`);
      }
      value.end();
      header.pruning = text;
    },
    write: ({ pruning }) => (pruning === undefined ? [] : [pruning]),
  },
  'stop-at': {
    many: false,
    required: false,
    read: (value, header) => {
      const { text, column } = value.piece(`one of ${STOP_NAMES.join(', ')}`);
      const stopAt = STOP_NAMES.find((name) => name === text);
      if (stopAt === undefined)
        throw new CaseFault(column, `unknown stops '${text}', expected ${STOP_NAMES.join(', ')}`);
      value.end();
      header.stopAt = stopAt;
    },
    write: ({ stopAt }) => (stopAt === undefined ? [] : [stopAt]),
  },
  type: {
    many: true,
    required: false,
    read: (value, header) => {
      const name = newName(value.piece('the name of a struct type'), header.types, 'type');
      const size = Number(unsigned(value.piece('its size in bytes'), 1n, COUNT, 'size'));
      value.end();
      header.types.push({ name, size });
    },
    write: ({ program }) => program.types.map(({ name, size }) => `${name} ${size}`),
  },
  map: {
    many: true,
    required: false,
    read: (value, header) => {
      const name = newName(value.piece('the name of a map'), header.maps, 'map');
      const type = value.piece('the type of the map');
      if (!isMapType(type.text)) {
        throw new CaseFault(
          type.column,
          `unknown map type '${type.text}', expected ${Object.keys(MAP_TYPES).join(', ')}`,
        );
      }
      const size = value.piece('its size in bytes');
      const bytes = Number(unsigned(size, 4096n, 2n ** 30n, 'size'));
      if ((bytes & (bytes - 1)) !== 0) throw new CaseFault(size.column, `expected a power of two, found ${bytes}`);
      value.end();
      header.maps.push({ name, type: type.text, size: bytes });
    },
    write: ({ program }) => program.maps.map(({ name, type, size }) => `${name} ${type} ${size}`),
  },
  global: {
    many: false,
    required: false,
    read: (value, header, line) => {
      do {
        const { text, column } = value.piece('the label of a global subprogram');
        if (header.globals.some(({ name }) => name === text)) throw new CaseFault(column, `'${text}' is named twice`);
        header.globals.push({ name: text, line, column });
      } while (!value.atEnd());
    },
    write: ({ program }) => {
      const names = labelNames(program);
      const globals = program.subprograms.filter(({ global }) => global).map(({ start }) => names.get(start) ?? '');
      return globals.length === 0 ? [] : [globals.join(' ')];
    },
  },
  pads: {
    many: true,
    required: false,
    read: (value, header, line) => {
      const column = value.here;
      const pc = (what: string) => Number(unsigned(value.piece(what), 0n, COUNT, what));
      const pad = { begin: pc('the first pc'), end: pc('the pc after the last'), pad: pc('the pc of the pad') };
      if (pad.end <= pad.begin) throw new CaseFault(column, `expected begin < end, found ${pad.begin} and ${pad.end}`);
      value.end();
      header.pads.push({ pad, line, column });
    },
    write: ({ program: { cleanup, length } }) =>
      (cleanup?.pads ?? []).map(({ begin, end, pad }) => `${begin} ${end} ${length + pad}`),
  },
  patch: {
    many: true,
    required: false,
    read: (value, header, line) => {
      const column = value.here;
      header.patches.push({ step: readStep(value), line, column });
    },
    write: ({ patches }) => patches.map(formatStep),
  },
  run: {
    many: true,
    required: false,
    read: (value, header, line) => {
      const column = value.here;
      header.runs.push({ run: readRun(value), line, column });
    },
    write: ({ runs }) => writeRuns(runs),
  },
  known: {
    many: true,
    required: false,
    read: (value, header) => {
      header.known.push(readKnown(value));
    },
    write: ({ known }) => known.map(({ subject, defect, reason }) => `${subject}: ${defect} ; ${reason}`),
  },
} as const satisfies Record<string, DirectiveRow>;

/** Key of a directive above the program. `refuse` is the one that stands behind an instruction. */
export type DirectiveKey = keyof typeof rows;
export const DIRECTIVES: Readonly<Record<DirectiveKey, DirectiveRow>> = rows;

/** In canonical order. */
export const DIRECTIVE_KEYS: readonly DirectiveKey[] = [
  'case',
  'origin',
  'pruning',
  'stop-at',
  'type',
  'map',
  'global',
  'pads',
  'patch',
  'run',
  'known',
];

/** Whether a word is the key of a directive. */
export function isDirective(word: string): word is DirectiveKey {
  return Object.hasOwn(rows, word);
}

const MAP_TYPES: Readonly<Record<MapType, true>> = { ringbuf: true };
const isMapType = (word: string): word is MapType => Object.hasOwn(MAP_TYPES, word);

function newName({ text, column }: Piece, declared: readonly { readonly name: string }[], what: string): string {
  if (!WORD.test(text)) throw new CaseFault(column, `expected a word as the name of a ${what}, found '${text}'`);
  if (declared.some(({ name }) => name === text)) throw new CaseFault(column, `duplicate ${what} '${text}'`);
  return text;
}

function readOrigin(value: Scanner): Origin {
  const by = value.piece(`'hand' or 'fuzz seed=… index=…'`);
  if (by.text === 'hand') return { by: 'hand' };
  if (by.text !== 'fuzz') throw new CaseFault(by.column, `expected 'hand' or 'fuzz', found '${by.text}'`);
  const part = (key: string): Piece => {
    const piece = value.piece(`${key}=…`);
    const found = keyed(piece);
    if (found.key !== key || found.value.text === '') throw new CaseFault(piece.column, `expected ${key}=…`);
    return found.value;
  };
  const seed = part('seed').text;
  return { by: 'fuzz', seed, index: Number(unsigned(part('index'), 0n, 2n ** 53n - 1n, 'index')) };
}

function readKnown(value: Scanner): KnownDefect {
  const subject = subjectName(value.piece('SUBJECT: defect ; reason'), ':');
  const defect = value.piece('a defect').text;
  const semicolon = value.piece(`';' and a reason`);
  if (semicolon.text !== ';') throw new CaseFault(semicolon.column, `expected ';' and a reason`);
  const { text: reason, column } = value.rest();
  if (reason === '') throw new CaseFault(column, 'expected the reason why this finding is accepted');
  return { subject, defect, reason };
}

function subjectName({ text, column }: Piece, end: ':' | ''): string {
  const name = end === '' ? text : text.slice(0, -1);
  if (!text.endsWith(end)) throw new CaseFault(column + text.length, `expected ':' after '${text}'`);
  if (!SUBJECT_NAME.test(name)) {
    throw new CaseFault(column, `expected the name of a subject such as frame-descriptors/sound, found '${name}'`);
  }
  return name;
}

/** Reads the value of the trailing directive `refuse`: `SUBJECT…: CODE words`. Throws CaseFault. */
export function readRefuse(value: Scanner, pc: number): ExpectedRefusal {
  const subjects: string[] = [];
  for (;;) {
    const piece = value.piece('SUBJECT…: CODE words');
    const last = piece.text.endsWith(':');
    subjects.push(subjectName(piece, last ? ':' : ''));
    if (last) break;
  }
  const code = value.piece('a refusal code');
  if (!isRefusal(code.text)) {
    throw new CaseFault(
      code.column,
      `unknown refusal code '${code.text}', expected ${Object.keys(REFUSALS).join(', ')}`,
    );
  }
  return { subjects, code: code.text, words: value.rest().text, pc };
}

/** The canonical value of a `refuse`. */
export function writeRefuse({ subjects, code, words }: ExpectedRefusal): string {
  return `${subjects.join(' ')}: ${code}${words === '' ? '' : ` ${words}`}`;
}

/** Refusals before the walk cannot be annotated: a text whose program has no valid form is an error of the file. */
const REFUSALS: Readonly<Record<Exclude<RefusalCode, FormRefusal> & (WalkRefusal | SubjectRefusal), true>> = {
  'uninitialised-register': true,
  'frame-pointer-write': true,
  'invalid-arithmetic': true,
  'invalid-comparison': true,
  'invalid-access': true,
  'misaligned-access': true,
  'invalid-store': true,
  'null-dereference': true,
  'bad-argument': true,
  'unknown-callable': true,
  'unreleased-reference': true,
  'call-depth': true,
  'stack-limit': true,
  'infinite-loop': true,
  'too-complex': true,
  'held-reference': true,
  'merge-failure': true,
  'no-destructor': true,
  'table-unbounded': true,
  'unsupported-stop': true,
  'no-continuation': true,
  'no-pads': true,
  'pad-rejected': true,
  'rewrite-rejected': true,
};
const isRefusal = (word: string): word is keyof typeof REFUSALS => Object.hasOwn(REFUSALS, word);
