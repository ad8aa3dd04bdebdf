/**
 * The measure that every edit of every reducer makes smaller: a list of numbers, compared like words. Its components are
 * what the reducers say of themselves; that one reducer does not undo what another counts is what the order shows.
 */
import { decodeOp, OP_ROWS, SOURCE_X } from '../../../src/isa/op.js';
import { type Program, rowAt, slotAt, targetAt } from '../../../src/isa/program.js';
import { accessAt } from '../../../src/shrink/access.js';
import { pcsIn, pcsOf, registersIn } from '../../../src/shrink/listing.js';
import { slotsIn } from '../../../src/shrink/slots.js';

/** The measure of a program, most important component first. */
export function measureOf(program: Program): readonly number[] {
  const pcs = pcsOf(program);
  const count = (test: (pc: number) => boolean) => pcs.filter(test).length;
  const shape = (pc: number) => rowAt(program, pc)?.shape;
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  const subprograms = program.subprograms.map((_, index) => index);
  const slots = subprograms.flatMap((index) => [...new Set(slotsIn(program, index).map(({ slot }) => slot))]);
  const saved = subprograms.flatMap((index) =>
    [...registersIn(program, index)].filter((each) => each > 5 && each < 10),
  );
  return [
    expandedCalls(program),
    pcs.length,
    count((pc) => shape(pc) === 'jump' || shape(pc) === 'may_goto'),
    count((pc) => !isZeroing(program, pc)),
    sum(pcs.map((pc) => plainness(program, pc))),
    slots.length + saved.length,
    sum(saved),
    -sum(slots),
    program.maps.length + program.types.length,
    subprograms.filter((index) => program.subprograms[index]?.name !== (index === 0 ? 'main' : `sub${index}`)).length +
      program.labels.size,
  ];
}

/** Whether the first measure is smaller: it is where they first differ. */
export function isSmaller(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((each, index) => each !== b[index]);
  return at !== -1 && (a[at] ?? 0) < (b[at] ?? 0);
}

/** Calls of subprograms that the program would make room for if all were written out: inlining one leaves one fewer. */
function expandedCalls(program: Program): number {
  const memo: (number | undefined)[] = [];
  const callsIn = (index: number): number => {
    const known = memo[index];
    if (known !== undefined) return known;
    let calls = 0;
    for (const pc of pcsIn(program, index)) {
      if (rowAt(program, pc)?.shape !== 'call-local') continue;
      calls += 1 + callsIn(program.subprogramOf[targetAt(program, pc) ?? 0] ?? 0);
    }
    memo[index] = calls;
    return calls;
  };
  return callsIn(0);
}

function isZeroing(program: Program, pc: number): boolean {
  const { code, src, off, imm } = slotAt(program, pc);
  return OP_ROWS[decodeOp(code, src, off, imm)] === rowAt(program, pc) && code === 0xb7 && imm === 0;
}

/** How far an instruction is from the plainest of its sort: its op, its register operand, its immediate, its offset. */
function plainness(program: Program, pc: number): number {
  const row = rowAt(program, pc);
  const slot = slotAt(program, pc);
  if (row === undefined) return 0;
  const registerForm = row.operand === 'X' || (row.operand === 'KX' && (slot.code & SOURCE_X) !== 0);
  const immediate = registerForm || slot.imm === 0 ? 0 : slot.imm === 1 ? 1 : 2;
  const context = row.shape === 'load' && slot.off > 48 && slot.off <= 68 && slot.src !== 10 ? 1 : 0;
  const access = accessAt(program, pc);
  return 16 * opRank(program, pc) + 4 * (registerForm || access.reads.length > 1 ? 1 : 0) + immediate + context;
}

function opRank(program: Program, pc: number): number {
  const row = rowAt(program, pc);
  switch (row?.shape) {
    case 'alu':
      return row.symbol === '=' && row.width === 64 ? 0 : 1;
    case 'jump':
      return (row.symbol === '==' || row.symbol === '!=') && row.width === 64 ? 0 : 1;
    case 'gotol':
    case 'imm64':
    case 'movsx':
      return 1;
    case 'store':
      return 1;
    case 'atomic':
    case 'fetch':
    case 'xchg':
    case 'store-release':
      return 2;
    default:
      return 0;
  }
}
