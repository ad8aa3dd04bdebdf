/** Inlines calls: the body of the callee takes the place of the call, its frame goes below the caller's. */
import { type Insn, insn } from '../isa/insn.js';
import { OPS } from '../isa/op.js';
import { type Program, rowAt, slotAt, targetAt } from '../isa/program.js';
import type { Inserted } from '../patch/patch.js';
import { accessAt } from './access.js';
import { pcsIn, pcsOf, registersIn } from './listing.js';
import { sweep } from './reducer.js';
import { gotoPc, inPlaceOf, rewrite } from './rewrite.js';

/** The number of calls falls. A callee that changes R6–R9 which its caller uses stays a call. */
export const inlineCalls = sweep('inline calls', function* (program) {
  for (const pc of pcsOf(program).reverse()) {
    const target = rowAt(program, pc)?.shape === 'call-local' ? targetAt(program, pc) : undefined;
    if (target === undefined) continue;
    yield () => inlineAt(program, pc, program.subprogramOf[target] ?? 0);
  }
});

function inlineAt(program: Program, callPc: number, callee: number): Program | undefined {
  const caller = program.subprogramOf[callPc] ?? 0;
  const saved = [...registersIn(program, callee)].filter((register) => register >= 6 && register <= 9);
  const busy = registersIn(program, caller);
  if (saved.some((register) => busy.has(register))) return undefined;
  const depth = depthOf(program, caller);
  const body: Inserted[] = [];
  const at = new Map<number, number>();
  const jumps: { readonly index: number; readonly target: number }[] = [];
  for (const pc of pcsIn(program, callee)) {
    at.set(pc, body.length);
    const shape = rowAt(program, pc)?.shape;
    const target = shape === 'call-local' ? undefined : targetAt(program, pc);
    if (target !== undefined) jumps.push({ index: body.length, target });
    body.push(...shifted(program, pc, depth, callPc));
  }
  for (const { index, target } of jumps) {
    const jump = body[index];
    if (jump === undefined || 'target' in jump) continue;
    const off = (at.get(target) ?? 0) - index - 1;
    body[index] = jumpWith(jump, off);
  }
  return rewrite(program, new Map([[callPc, body]]));
}

/** A jump within inserted code, by its distance in slots. */
function jumpWith(jump: Insn, distance: number): Insn {
  return jump.code === OPS.ja32.code ? { ...jump, imm: distance } : { ...jump, off: distance };
}

/** Bytes of stack below R10 that a subprogram names. */
function depthOf(program: Program, subprogram: number): number {
  let depth = 0;
  for (const pc of pcsIn(program, subprogram)) {
    const offset = accessAt(program, pc).slot?.offset ?? 0;
    depth = Math.max(depth, Math.ceil(-offset / 8) * 8);
    const slot = slotAt(program, pc);
    // `rX += -24` may be an address below a copy of R10: make room for it.
    if (rowAt(program, pc)?.shape === 'alu' && slot.imm < 0 && slot.imm >= -512) {
      depth = Math.max(depth, Math.ceil(-slot.imm / 8) * 8);
    }
  }
  return depth;
}

/** A callee's instruction in the caller's frame; an exit goes to the instruction after the call. */
function shifted(program: Program, pc: number, depth: number, callPc: number): readonly Inserted[] {
  const shape = rowAt(program, pc)?.shape;
  if (shape === 'exit') return [gotoPc(callPc + 1)];
  const slot = slotAt(program, pc);
  if (shape === 'call-local') return inPlaceOf(program, pc, slot);
  if (shape === 'imm64') return [slot, slotAt(program, pc + 1)];
  if (accessAt(program, pc).slot !== undefined) return [{ ...slot, off: slot.off - depth }];
  const copiesFp = shape === 'alu' && accessAt(program, pc).reads.includes(10) && depth > 0;
  return copiesFp ? [slot, insn('add64', { dst: slot.dst, operand: { imm: -depth } })] : [slot];
}
