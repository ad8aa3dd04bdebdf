/** Edits of a finished program, instruction by instruction, with jumps, calls and names following. */
import type { Insn } from '../src/isa/insn.js';
import { type Program, rowAt, slotAt, targetAt, widthAt } from '../src/isa/program.js';
import { buildProgram } from '../src/isa/validate.js';

/**
 * What becomes of one instruction. Jumps to it lead to the first slot of `before`. New slots are taken as they are, so a
 * jump among them counts the slots of the result.
 */
export interface Edit {
  readonly before?: readonly Insn[];
  /** In its place; none removes it, and jumps to it lead to what follows. */
  readonly instead?: readonly Insn[];
  readonly after?: readonly Insn[];
}

/** The program with edits by pc, or `undefined` where the result has no valid form. */
export function editProgram(program: Program, edits: ReadonlyMap<number, Edit>): Program | undefined {
  const position = new Int32Array(program.length + 1);
  const slots: Insn[] = [];
  const moved: { readonly at: number; readonly pc: number }[] = [];
  for (let pc = 0; pc < program.length; pc += widthAt(program, pc)) {
    const { before = [], instead, after = [] } = edits.get(pc) ?? {};
    position[pc] = slots.length;
    slots.push(...before);
    if (instead !== undefined) slots.push(...instead);
    else {
      moved.push({ at: slots.length, pc });
      for (let slot = pc; slot < pc + widthAt(program, pc); slot++) slots.push(slotAt(program, slot));
    }
    slots.push(...after);
  }
  position[program.length] = slots.length;
  for (const { at, pc } of moved) {
    const target = targetAt(program, pc);
    const slot = slots[at];
    if (target === undefined || slot === undefined) continue;
    const distance = (position[target] ?? 0) - at - 1;
    const inImmediate = rowAt(program, pc)?.shape === 'gotol' || rowAt(program, pc)?.shape === 'call-local';
    slots[at] = inImmediate ? { ...slot, imm: distance } : { ...slot, off: distance };
  }
  const built = buildProgram({
    slots,
    types: program.types,
    maps: program.maps,
    names: new Map(program.subprograms.map(({ start, name }) => [position[start] ?? 0, name])),
    globals: new Set(program.subprograms.flatMap(({ start, global }) => (global ? [position[start] ?? 0] : []))),
    labels: new Map([...program.labels].map(([pc, name]) => [position[pc] ?? 0, name])),
  });
  return built.ok ? built.program : undefined;
}
