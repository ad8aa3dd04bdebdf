/** Short ways to write a program and run it on the machine. */
import { type Loadable, Machine } from '../../../oracles/machine/machine.js';
import { fixedWorld, type StopPoint, type World } from '../../../oracles/world.js';
import { parseProgram } from '../../../src/asm/parse.js';
import { type Insn, imm64, insn } from '../../../src/isa/insn.js';
import type { OpName } from '../../../src/isa/op.js';
import type { Program } from '../../../src/isa/program.js';

const META = {
  types: [
    { name: 'node', size: 16 },
    { name: 'leaf', size: 24 },
  ],
  maps: [{ name: 'events', type: 'ringbuf', size: 4096 }],
} as const;

/** A program from its text, with struct types `node` (16 bytes) and `leaf` (24) and a ring buffer `events` (4096). */
export function program(text: string): Program {
  const parsed = parseProgram(text, META);
  if (!parsed.ok) throw new Error(parsed.errors.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return parsed.program;
}

export function world(parts: Partial<World> = {}): World {
  return { cb: [], draw: [], fail: [], fuel: 10_000, ...parts };
}

/** A machine that has run the text in a world. */
export function ran(
  text: string,
  parts: Partial<World> = {},
  more: { readonly stop?: StopPoint; readonly load?: Omit<Loadable, 'program'> } = {},
): Machine {
  const machine = new Machine();
  machine.load({ program: program(text), ...more.load });
  const where = world(parts);
  machine.run(fixedWorld(where), where.fuel, more.stop);
  return machine;
}

/** R0 of bare slots that end in exit; a fault shows as its code. */
export function runSlots(slots: readonly Insn[], memory: Uint8Array = new Uint8Array()): bigint | string {
  const machine = new Machine();
  const wrong = machine.loadSlots([...slots, insn('exit')]);
  if (wrong !== undefined) return wrong;
  machine.runSlots(memory, 1000);
  const { outcome } = machine;
  if (outcome.how === 'exit') return outcome.value;
  return outcome.how === 'fault' ? outcome.code : outcome.how;
}

/** R0 after `r0 = a; r2 = b; r0 op= r2`. */
export function computeX(op: OpName, a: bigint, b: bigint): bigint | string {
  return runSlots([...imm64(0, a), ...imm64(2, b), insn(op, { dst: 0, operand: { reg: 2 } })]);
}

/** R0 after `r0 = a; r0 op= imm`. */
export function computeK(op: OpName, a: bigint, imm: number): bigint | string {
  return runSlots([...imm64(0, a), insn(op, { dst: 0, operand: { imm } })]);
}
