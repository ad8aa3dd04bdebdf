/** What reducers ask of a program: its instructions in order, its subprograms, what is used in them. */
import { OP_SECOND_SLOT } from '../isa/op.js';
import { type Program, rowAt, targetAt } from '../isa/program.js';
import { accessAt } from './access.js';

/** pcs of all instructions, ascending; a 64-bit immediate load once. */
export function pcsOf(program: Program): number[] {
  const pcs: number[] = [];
  for (let pc = 0; pc < program.length; pc++) if (program.op[pc] !== OP_SECOND_SLOT) pcs.push(pc);
  return pcs;
}

/** pcs of the instructions of one subprogram. */
export function pcsIn(program: Program, subprogram: number): number[] {
  return pcsOf(program).filter((pc) => program.subprogramOf[pc] === subprogram);
}

/** pcs of the calls of a subprogram. */
export function callsOf(program: Program, subprogram: number): number[] {
  return pcsOf(program).filter((pc) => {
    const target = rowAt(program, pc)?.shape === 'call-local' ? targetAt(program, pc) : undefined;
    return target !== undefined && program.subprogramOf[target] === subprogram;
  });
}

/** The registers that the instructions of a subprogram name. */
export function registersIn(program: Program, subprogram: number): ReadonlySet<number> {
  return new Set(
    pcsIn(program, subprogram).flatMap((pc) => {
      const { reads, writes } = accessAt(program, pc);
      return [...reads, ...writes];
    }),
  );
}
