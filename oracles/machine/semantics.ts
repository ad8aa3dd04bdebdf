/** One row per instruction: what it does. The second telling of the instruction set, independent of the verifier's. */
import { OP_NAMES, type OpName } from '../../src/isa/op.js';
import { ACCESS } from './access.js';
import { ALU, type Alu } from './alu.js';
import type { Step } from './code.js';
import { CONTROL } from './control.js';
import { JUMP, type Test } from './jump.js';

export type Semantics =
  | { readonly does: 'alu'; readonly run: Alu }
  | { readonly does: 'jump'; readonly holds: Test }
  | { readonly does: 'step'; readonly run: Step };

const isAlu = (name: OpName): name is keyof typeof ALU => name in ALU;
const isJump = (name: OpName): name is keyof typeof JUMP => name in JUMP;
const isAccess = (name: OpName): name is keyof typeof ACCESS => name in ACCESS;

/** The last line compiles only if the four tables together have a row for every instruction. */
function semanticsOf(name: OpName): Semantics {
  if (isAlu(name)) return { does: 'alu', run: ALU[name] };
  if (isJump(name)) return { does: 'jump', holds: JUMP[name] };
  if (isAccess(name)) return { does: 'step', run: ACCESS[name] };
  return { does: 'step', run: CONTROL[name] };
}

/** By op number. A function, because the tables and the decoder import each other. */
export function allSemantics(): readonly Semantics[] {
  return OP_NAMES.map(semanticsOf);
}
