/** The combined stack of call chains (check_max_stack_depth): each frame rounded up to 16, as with a JIT. */
import type { Refusal } from '../contract/refusal.js';
import { type Program, rowAt, targetAt } from '../isa/program.js';
import { refuse } from './refusal.js';
import { MAX_FRAMES } from './state.js';

const STACK_BYTES = 512;

interface Call {
  readonly pc: number;
  readonly callee: number;
}

/**
 * Refuses a program one of whose call chains needs more than 512 bytes or 8 frames, reached or not. `depths`: bytes by
 * subprogram. The refusal is about the first such chain in the order of the calls.
 */
export function stackRefusal(program: Program, depths: readonly number[]): Refusal | undefined {
  if (program.subprograms.length === 1) return undefined; // a single frame was checked at every access
  const calls = program.subprograms.map(({ start, end }) => callsIn(program, start, end));
  const own = depths.map((depth) => (depth + 15) & ~15);
  const worst = new Map<number, { readonly bytes: number; readonly frames: number }>();
  const below = (subprogram: number): { readonly bytes: number; readonly frames: number } => {
    const known = worst.get(subprogram);
    if (known !== undefined) return known;
    const callees = (calls[subprogram] ?? []).map(({ callee }) => below(callee));
    const sum = {
      bytes: (own[subprogram] ?? 0) + Math.max(0, ...callees.map(({ bytes }) => bytes)),
      frames: 1 + Math.max(0, ...callees.map(({ frames }) => frames)),
    };
    worst.set(subprogram, sum);
    return sum;
  };
  let chain = 0;
  let bytes = own[0] ?? 0;
  for (let frames = 1; ; frames++) {
    const tooDeep: Call | undefined = (calls[chain] ?? []).find(({ callee }) => {
      const rest = below(callee);
      return bytes + rest.bytes > STACK_BYTES || frames + rest.frames > MAX_FRAMES;
    });
    if (tooDeep === undefined) return undefined;
    chain = tooDeep.callee;
    bytes += own[chain] ?? 0;
    if (bytes > STACK_BYTES) {
      const message = `combined stack size of ${frames + 1} calls is ${bytes}. Too large`;
      return refuse('stack-limit', tooDeep.pc, message);
    }
    if (frames + 1 > MAX_FRAMES) {
      return refuse('call-depth', tooDeep.pc, `the call stack of ${frames + 1} frames is too deep`);
    }
  }
}

function callsIn(program: Program, start: number, end: number): readonly Call[] {
  const calls: Call[] = [];
  for (let pc = start; pc < end; pc++) {
    if (rowAt(program, pc)?.shape !== 'call-local') continue;
    calls.push({ pc, callee: program.subprogramOf[targetAt(program, pc) ?? 0] ?? 0 });
  }
  return calls;
}
