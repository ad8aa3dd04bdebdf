/** One long bounded loop: how fast the machine is when nothing but the loop counts. */
import type { Machine } from '../oracles/machine/machine.js';
import { fixedWorld } from '../oracles/world.js';
import { parseProgram } from '../src/asm/parse.js';
import type { Program } from '../src/isa/program.js';

/** 64-bit and 32-bit arithmetic, one store, one load and a branch a pass; a million instructions. */
const TEXT = `main:
    r6 = 0
    r7 = 1
    r8 = 0
again:
    r7 *= 5
    r7 += r6
    r8 ^= r7
    r8 >>= 3
    *(u64 *)(r10 - 8) = r8
    r9 = *(u64 *)(r10 - 8)
    w7 += w9
    r8 += r9
    r6 += 1
    if r6 < 100000 goto again
    r0 = r8
    exit
`;
const FUEL = 2_000_000;
const WORLD = { cb: [], draw: [], fail: [], fuel: FUEL } as const;

function hotProgram(): Program {
  const parsed = parseProgram(TEXT);
  if (!parsed.ok) throw new Error(`the hot loop is no program: ${JSON.stringify(parsed.errors)}`);
  return parsed.program;
}

const PROGRAM = hotProgram();

/** Runs the loop once on a machine, from loading it; answers the instructions executed. */
export function hotLoop(machine: Machine): number {
  machine.load({ program: PROGRAM });
  machine.run(fixedWorld(WORLD), FUEL);
  if (machine.outcome.how !== 'exit') throw new Error(`the hot loop ended by ${machine.outcome.how}`);
  return machine.executed;
}
