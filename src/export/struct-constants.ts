/**
 * Which plain constants of a program are ids of struct types. `type[node] ll` says so itself, but shrinking leaves
 * `r1 = 1` before bpf_obj_new, and that 1 is unwindiff's id, not one of the BTF that a kernel sees.
 */
import { CALLABLES, kfuncById } from '../isa/callables.js';
import { SOURCE_X } from '../isa/op.js';
import { opAt, type Program, rowAt, targetAt } from '../isa/program.js';

export interface StructConstants {
  /** Index of the struct type by pc of the instruction that loads its id. */
  readonly types: ReadonlyMap<number, number>;
  /** pcs of calls to which an id comes on another way than from a constant just before. */
  readonly unknown: ReadonlySet<number>;
}

/** Finds the constant of each call that takes a struct id, where it is loaded in the same stretch of code. */
export function structConstants(program: Program): StructConstants {
  const targets = new Set<number | undefined>();
  for (let pc = 0; pc < program.length; pc++) targets.add(targetAt(program, pc));
  const types = new Map<number, number>();
  const unknown = new Set<number>();
  for (let pc = 0; pc < program.length; pc++) {
    if (opAt(program, pc) !== 'call_kfunc') continue;
    const name = kfuncById(program.imm[pc] ?? 0);
    const register = name === undefined ? 0 : CALLABLES[name].args.findIndex(({ is }) => is === 'local-type') + 1;
    if (register === 0) continue;
    const loaded = loadBefore(program, pc, register, targets);
    if (loaded === undefined) unknown.add(pc);
    else if (loaded.type !== undefined) types.set(loaded.pc, loaded.type);
  }
  return { types, unknown };
}

/** The load of a constant that only this call can read; without `type` if the load names the type itself. */
function loadBefore(program: Program, call: number, register: number, targets: ReadonlySet<number | undefined>) {
  for (let pc = call - 1; pc >= 0 && !targets.has(pc + 1); pc--) {
    const row = rowAt(program, pc);
    if (row === undefined) continue; // the second slot of a 64-bit immediate
    const immediate = row.shape === 'imm64' || (row.shape === 'alu' && ((program.code[pc] ?? 0) & SOURCE_X) === 0);
    if (program.dst[pc] === register) {
      if (row.symbol === 'type') return { pc, type: undefined };
      const type = (program.imm[pc] ?? 0) - 1;
      const loads = immediate && (row.symbol === '=' || row.symbol === 'plain');
      return loads && program.types[type] !== undefined ? { pc, type } : undefined;
    }
    const leaves = row.shape.startsWith('call') || row.shape === 'exit' || targetAt(program, pc) !== undefined;
    if (leaves || (!immediate && program.src[pc] === register)) return undefined;
  }
  return undefined;
}
