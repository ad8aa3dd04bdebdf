/** What an instruction names by number must exist, reached or not: it is looked up before the walk (add_kfunc_call, resolve_pseudo_ldimm64). */
import type { Refusal } from '../contract/refusal.js';
import { kfuncById } from '../isa/callables.js';
import { OP_SECOND_SLOT, opNumber } from '../isa/op.js';
import type { Program } from '../isa/program.js';
import { refuse } from './refusal.js';

const CALL_KFUNC = opNumber('call_kfunc');
const LOAD_MAP = opNumber('imm64_map');

/** Refuses a program that calls a kfunc or loads a map that does not exist; kfuncs are looked up first. */
export function unresolved(program: Program): Refusal | undefined {
  let missingMap: number | undefined;
  for (let pc = 0; pc < program.length; pc++) {
    const op = program.op[pc] ?? OP_SECOND_SLOT;
    const imm = program.imm[pc] ?? 0;
    if (op === CALL_KFUNC && kfuncById(imm) === undefined) {
      return refuse('unknown-callable', pc, `kernel btf_id ${imm} is not a function`);
    }
    if (op === LOAD_MAP && program.maps[imm] === undefined) missingMap ??= pc;
  }
  if (missingMap === undefined) return undefined;
  return refuse('bad-argument', missingMap, `fd ${program.imm[missingMap]} is not pointing to valid bpf_map`);
}
