/**
 * What a subject from outside can get wrong in what it hands over. Ours are checked by the compiler; a module that somebody
 * loads is not, and a value of the wrong shape would show up far away, as if the judge or the machine were wrong.
 */
import type { StopAt } from '../contract/prepared.js';
import type { SubjectRefusal } from '../contract/refusal.js';
import type { StoppedView } from '../contract/unwind.js';
import { isIntrinsic } from '../isa/callables.js';
import { withCleanup } from '../isa/cleanup.js';
import { isProgram, opAt, type Program, slotsOf } from '../isa/program.js';
import { buildProgram } from '../isa/validate.js';
import { roundUp, STACK_LIMIT, worstChain } from './cost.js';
import { type PrepareInput, SUBJECT_NAME, type Subject } from './subject.js';

type Fields = Readonly<Record<string, unknown>>;

const STOPS: Readonly<Record<Subject['stops'] & StopAt, true>> = { throw: true, points: true, anywhere: true };
const REFUSALS: Readonly<Record<SubjectRefusal, true>> = {
  'held-reference': true,
  'merge-failure': true,
  'no-destructor': true,
  'stack-limit': true,
  'table-unbounded': true,
  'unsupported-stop': true,
  'no-continuation': true,
  'no-pads': true,
  'pad-rejected': true,
  'rewrite-rejected': true,
};
/** Words that stand for something else where a subject is named. */
const TAKEN_WORDS = ['all', 'none', 'verifier'];

/** A value in a message: short, on one line. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null)
    return `an object with ${Object.keys(value).join(', ') || 'nothing'}`;
  return String(value);
}

/** An object, methods of its class included. */
function hasFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

const NOTHING: Fields = {};
export const fieldsOf = (value: unknown): Fields => (hasFields(value) ? value : NOTHING);

export const expected = (what: string, value: unknown) => `expected ${what}, found ${shown(value)}`;
export const isWhole = (value: unknown, least: number, end = Number.POSITIVE_INFINITY): value is number =>
  Number.isSafeInteger(value) && Number(value) >= least && Number(value) < end;
export const isOneLine = (value: unknown): value is string => typeof value === 'string' && /^[^\r\n]+$/.test(value);

/** Whether a value is a subject. */
export function isSubject(value: unknown): value is Subject {
  return flawOfSubject(value) === undefined;
}

/** Why a value is no subject, or `undefined` if it is one. */
export function flawOfSubject(value: unknown): string | undefined {
  if (!hasFields(value)) return expected('a subject, an object with name, stops and prepare', value);
  const { name, stops, prepare, know } = value;
  if (typeof name !== 'string' || !SUBJECT_NAME.test(name) || TAKEN_WORDS.includes(name)) {
    return `name: ${expected("words like 'design/policy'", name)}`;
  }
  if (typeof stops !== 'string' || !Object.hasOwn(STOPS, stops)) {
    return `stops: ${expected(`one of ${Object.keys(STOPS).join(', ')}`, stops)}`;
  }
  if (typeof prepare !== 'function') return `prepare: ${expected('a function', prepare)}`;
  return know === undefined || typeof know === 'function' ? undefined : `know: ${expected('a function', know)}`;
}

/** What is wrong with the answer of `prepare` to this input, or `undefined`. */
export function flawOfAnswer(answer: unknown, input: PrepareInput): string | undefined {
  const { ok, refusal } = fieldsOf(answer);
  if (ok === true) return flawOfPrepared(fieldsOf(answer), input);
  if (ok === false) return within('refusal', flawOfRefusal(refusal, input.program));
  return expected('{ ok: true, … } or { ok: false, refusal }', answer);
}

export const within = (place: string, flaw: string | undefined) =>
  flaw === undefined ? undefined : `${place}: ${flaw}`;

function flawOfRefusal(value: unknown, program: Program): string | undefined {
  if (!hasFields(value)) return expected('an object with code, pc and message', value);
  const { code, pc, message, location } = value;
  if (typeof code !== 'string' || !Object.hasOwn(REFUSALS, code)) {
    return `code: ${expected(`one of ${Object.keys(REFUSALS).join(', ')}`, code)}`;
  }
  if (!isWhole(pc, 0, program.length) || opAt(program, pc) === undefined) {
    return `pc: ${expected(`the pc of an instruction below ${program.length}`, pc)}`;
  }
  if (!isOneLine(message)) return `message: ${expected('a line of text', message)}`;
  return location === undefined ? undefined : within('location', flawOfLocation(location));
}

function flawOfPrepared(prepared: Fields, input: PrepareInput): string | undefined {
  const { program, pcMap, cost, reserved, intrinsics, unwind, maintain, describe } = prepared;
  if (typeof unwind !== 'function') return `unwind: ${expected('a function', unwind)}`;
  if (maintain !== undefined && typeof maintain !== 'function') return `maintain: ${expected('a function', maintain)}`;
  if (typeof describe !== 'function') return `describe: ${expected('a function', describe)}`;
  if (!isProgram(program)) return `program: ${expected('the program given, or one that patch made', program)}`;
  return (
    flawOfProgram(program, input.program) ??
    flawOfMap(pcMap, program.length, input.program.length) ??
    flawOfCost(cost, reserved, program, input) ??
    flawOfIntrinsics(intrinsics, program)
  );
}

/** A rewrite is validated anew: columns that somebody put together by hand would fault the machine, not the design. */
function flawOfProgram(program: Program, original: Program): string | undefined {
  // Pads are behind the program, where no path leads.
  if (program === original || program === withCleanup(original)) return undefined;
  const { types, maps, subprograms, labels } = program;
  const built = buildProgram({ slots: slotsOf(program), types, maps, labels });
  if (!built.ok) return `program: it is not valid: ${built.refusal.message}`;
  const starts = ({ subprograms: all }: Program) => all.map(({ start, end }) => `${start}-${end}`).join(' ');
  if (starts(built.program) !== starts(program) || subprograms.length !== original.subprograms.length) {
    return `program: expected the ${original.subprograms.length} subprograms of the original, found ${subprograms.length}`;
  }
  return undefined;
}

function flawOfMap(value: unknown, prepared: number, original: number): string | undefined {
  if (!hasFields(value)) return `pcMap: ${expected('an object with toPrepared and toOriginal', value)}`;
  const { toPrepared, toOriginal, serves } = value;
  return (
    within('pcMap.toPrepared', flawOfPcs(toPrepared, original, prepared)) ??
    within('pcMap.toOriginal', flawOfPcs(toOriginal, prepared, original)) ??
    (serves === undefined ? undefined : within('pcMap.serves', flawOfPcs(serves, prepared, original)))
  );
}

/** A column of pcs below `end`, or -1. */
function flawOfPcs(value: unknown, length: number, end: number): string | undefined {
  if (!isList(value) || value.length !== length) return expected(`${length} pcs`, value);
  const at = Array.from(value).findIndex((pc) => !isWhole(pc, -1, end));
  return at === -1 ? undefined : `[${at}]: ${expected(`a pc below ${end}, or -1`, value[at])}`;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || value instanceof Int32Array;
}

function flawOfCost(value: unknown, reserved: unknown, program: Program, input: PrepareInput): string | undefined {
  if (!hasFields(value)) return `cost: ${expected('an object', value)}`;
  const { stack, chain, metadataBytes, instructionsAdded } = value;
  const depths = input.program.subprograms.map((_, index) => roundUp(input.analysis.stackDepth[index] ?? 0, 8));
  if (!isBytes(stack) || stack.length !== depths.length) {
    return `cost.stack: ${expected(`${depths.length} multiples of 8, one for each subprogram`, stack)}`;
  }
  if (!isBytes(reserved) || reserved.length !== depths.length) {
    return `reserved: ${expected(`${depths.length} multiples of 8, one for each subprogram`, reserved)}`;
  }
  for (const [index, depth] of depths.entries()) {
    const [own, all] = [reserved[index] ?? 0, stack[index] ?? 0];
    if (all >= depth + own) continue;
    const what =
      own === 0 ? `the ${depth} bytes the program uses` : `${depth} bytes of the program and ${own} reserved ones`;
    return `cost.stack[${index}]: expected at least ${what}, found ${all}`;
  }
  const { bytes } = worstChain(program, stack);
  if (chain !== bytes)
    return `cost.chain: expected ${bytes}, which the frames of cost.stack sum up to, found ${shown(chain)}`;
  if (bytes > STACK_LIMIT)
    return `cost.chain: expected at most ${STACK_LIMIT}, or a refusal stack-limit, found ${bytes}`;
  if (!isWhole(metadataBytes, 0)) return `cost.metadataBytes: ${expected('a number of bytes', metadataBytes)}`;
  if (!isWhole(instructionsAdded, 0)) return `cost.instructionsAdded: ${expected('a number', instructionsAdded)}`;
  return undefined;
}

function isBytes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => isWhole(each, 0) && each % 8 === 0);
}

function flawOfIntrinsics(value: unknown, program: Program): string | undefined {
  if (!Array.isArray(value)) return `intrinsics: ${expected('a list', value)}`;
  for (const [index, each] of value.entries()) {
    const { pc, name, run } = fieldsOf(each);
    const here = `intrinsics[${index}]`;
    if (!isWhole(pc, 0, program.length) || !isIntrinsic(program.imm[pc] ?? 0) || opAt(program, pc) !== 'call_helper') {
      return `${here}.pc: ${expected('the pc of an inserted call', pc)}`;
    }
    if (!isOneLine(name)) return `${here}.name: ${expected('a word', name)}`;
    if (typeof run !== 'function') return `${here}.run: ${expected('a function', run)}`;
  }
  return undefined;
}

/** What is wrong with a step of an unwinding, or `undefined`. */
export function flawOfStep(value: unknown, stopped: StoppedView, program: Program): string | undefined {
  const { do: does, frame, from, address, destructor, because, pc } = fieldsOf(value);
  if (does === 'resume') return flawOfResume(fieldsOf(value), stopped);
  if (does !== 'release' && does !== 'run') return expected("{ do: 'release' | 'run' | 'resume', … }", value);
  if (!isWhole(frame, 0, stopped.frames.length)) {
    return `frame: ${expected(`one of ${stopped.frames.length} frames, 0 = main`, frame)}`;
  }
  if (does === 'run') {
    if (isWhole(pc, 0, program.length) && opAt(program, pc) !== undefined) return undefined;
    return `pc: ${expected('the pc of an instruction', pc)}`;
  }
  const misplaced = within('from', flawOfLocation(from));
  if (misplaced !== undefined) return misplaced;
  if (typeof address !== 'bigint') return `address: ${expected('a bigint', address)}`;
  if (typeof destructor !== 'string' || !/^\S+$/.test(destructor)) {
    return `destructor: ${expected('the name of a destructor', destructor)}`;
  }
  // It becomes a part of the defect's name.
  if (typeof because !== 'string' || !/^[^\s/;]+$/.test(because)) {
    return `because: ${expected("a word without slashes such as 'kernel-object'", because)}`;
  }
  return undefined;
}

function flawOfResume({ program, pcs }: Fields, { frames }: StoppedView): string | undefined {
  if (!isProgram(program)) return `program: ${expected('a program that patch made', program)}`;
  if (!Array.isArray(pcs) || pcs.length !== frames.length) {
    return `pcs: ${expected(`${frames.length} pcs, one for each frame`, pcs)}`;
  }
  const at = pcs.findIndex((pc) => !isWhole(pc, 0, program.length) || opAt(program, pc) === undefined);
  return at === -1 ? undefined : `pcs[${at}]: ${expected('the pc of an instruction', pcs[at])}`;
}

/** What is wrong with a place in a frame, or `undefined`. */
export function flawOfLocation(value: unknown): string | undefined {
  const { in: kind, register, offset, index } = fieldsOf(value);
  switch (kind) {
    case 'register':
      return isWhole(register, 6, 10) ? undefined : `register: ${expected('6 to 9', register)}`;
    case 'stack':
      return isWhole(offset, -STACK_LIMIT, 0) ? undefined : `offset: ${expected('-512 to -1', offset)}`;
    case 'table':
      return isWhole(index, 0) ? undefined : `index: ${expected('0 or more', index)}`;
    default:
      return expected("{ in: 'register' | 'stack' | 'table', … }", value);
  }
}

/** What is wrong with the lines of `describe`, or `undefined`. */
export function flawOfLines(value: unknown): string | undefined {
  if (!Array.isArray(value)) return expected('a list of lines', value);
  const at = value.findIndex((line) => !isOneLine(line));
  return at === -1 ? undefined : `[${at}]: ${expected('a line of text', value[at])}`;
}
