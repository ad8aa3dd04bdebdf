/** The `patch` directive: one step of what a kernel does to the program before it runs. */
import type { Filler, PatchPlan, PatchStep } from '../contract/patch-plan.js';
import type { Program } from '../isa/program.js';
import { MOST_SLOTS, stepProblem } from '../patch/plan.js';
import { CaseFault, type Piece, type Scanner, unsigned } from './scanner.js';

/** A step as it stands in a file. */
export interface LocatedStep {
  readonly step: PatchStep;
  readonly line: number;
  readonly column: number;
}

const PC = 2n ** 31n - 1n;

/** How each step goes on after its first word. */
const STEPS: Readonly<Record<string, (value: Scanner) => PatchStep>> = {
  before: (value) => ({ do: 'insert', pc: pcOf(value), before: slotsOf(value), after: 0, filler: fillerOf(value) }),
  after: (value) => ({ do: 'insert', pc: pcOf(value), before: 0, after: slotsOf(value), filler: fillerOf(value) }),
  around: (value) => ({
    do: 'insert',
    pc: pcOf(value),
    before: slotsOf(value),
    after: slotsOf(value),
    filler: fillerOf(value),
  }),
  entry: (value) => ({
    do: 'entry',
    subprogram: value.piece('the label of a subprogram').text,
    slots: slotsOf(value),
    filler: fillerOf(value),
  }),
  split: (value) => ({ do: 'split', pc: pcOf(value) }),
  remove: (value) => {
    const { text, column } = value.piece(`'dead' or 'nops'`);
    if (text !== 'dead' && text !== 'nops') throw new CaseFault(column, `expected 'dead' or 'nops', found '${text}'`);
    return { do: 'remove', what: text };
  },
  blind: () => ({ do: 'blind' }),
};

/** Parses one step, such as `before 7 2 r6`. Throws CaseFault. */
export function readStep(value: Scanner): PatchStep {
  const words = Object.keys(STEPS).join(', ');
  const { text, column } = value.piece(`a patch: ${words}`);
  const read = Object.hasOwn(STEPS, text) ? STEPS[text] : undefined;
  if (read === undefined) throw new CaseFault(column, `unknown patch '${text}', expected ${words}`);
  const step = read(value);
  value.end();
  return step;
}

const pcOf = (value: Scanner): number => Number(unsigned(value.piece('a pc'), 0n, PC, 'pc'));
const slotsOf = (value: Scanner): number =>
  Number(unsigned(value.piece('a number of slots'), 1n, BigInt(MOST_SLOTS), 'number of slots'));

const FILLERS: readonly Filler[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 'goto'];

/** What the inserted slots are: `goto`, or a register that is moved to itself; without a word r0. */
function fillerOf(value: Scanner): Filler {
  if (value.atEnd()) return 0;
  const piece: Piece = value.piece('r0 to r9, or goto');
  const found = FILLERS.find((filler) => piece.text === (filler === 'goto' ? filler : `r${filler}`));
  if (found === undefined) throw new CaseFault(piece.column, `expected r0 to r9, or goto, found '${piece.text}'`);
  return found;
}

/** Why a step cannot stand where it does in a plan for this program; `undefined` if it can. */
export function misplacedStep(program: Program, plan: PatchPlan, index: number): string | undefined {
  const step = plan[index];
  if (step === undefined) return undefined;
  if (step.do === 'blind' && index < plan.length - 1) return `'blind' happens inside the JIT: nothing comes after it`;
  return stepProblem(program, step);
}
