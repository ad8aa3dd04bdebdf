/** Programs as text, and every candidate of one sweep, for the tests of reducers. */
import { parseProgram } from '../../../src/asm/parse.js';
import { printProgram } from '../../../src/asm/print.js';
import type { Program } from '../../../src/isa/program.js';
import type { Reducer } from '../../../src/shrink/reducer.js';

const META = {
  maps: [
    { name: 'events', type: 'ringbuf', size: 4096 },
    { name: 'more', type: 'ringbuf', size: 8192 },
  ],
  types: [
    { name: 'node', size: 24 },
    { name: 'leaf', size: 16 },
  ],
} as const;

/** A program from lines of text; labels end in a colon. */
export function programOf(...lines: readonly string[]): Program {
  const text = lines.map((line) => (line.endsWith(':') ? line : `    ${line}`)).join('\n');
  const parsed = parseProgram(`${text}\n`, META);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.program;
}

/** The listing as lines without indentation. */
export function linesOf(program: Program): string[] {
  return printProgram(program)
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
}

/** Texts of all candidates that one sweep yields when none is accepted. */
export function candidatesOf(reducer: Reducer, program: Program): string[][] {
  const all: string[][] = [];
  const candidates = reducer.reduce(program);
  for (let step = candidates.next(); step.done !== true; step = candidates.next(false)) all.push(linesOf(step.value));
  return all;
}

/** The result of a sweep in which everything is accepted. */
export function acceptAll(reducer: Reducer, program: Program): Program {
  const candidates = reducer.reduce(program);
  let step = candidates.next();
  while (step.done !== true) step = candidates.next(true);
  return step.value;
}
