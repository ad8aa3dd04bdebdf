/** Makes operands plainer: a register becomes an immediate, an immediate 0 or 1, an odd instruction its plain form. */
import { type Insn, insn } from '../isa/insn.js';
import { OPS, type OpName, SOURCE_X } from '../isa/op.js';
import { opAt, type Program, rowAt, slotAt, targetAt } from '../isa/program.js';
import { pcsOf } from './listing.js';
import { sweep } from './reducer.js';
import { rewrite } from './rewrite.js';

/** Each candidate has fewer register operands, a smaller immediate, or an instruction earlier in the order of plainness. */
export const simplifyOperands = sweep('simplify operands', function* (program) {
  for (const pc of pcsOf(program)) {
    const target = rowAt(program, pc)?.shape === 'call-local' ? undefined : targetAt(program, pc);
    for (const plainer of plainerForms(program, pc)) {
      yield () => rewrite(program, new Map([[pc, [target === undefined ? plainer : { insn: plainer, target }]]]));
    }
  }
});

function* plainerForms(program: Program, pc: number): Generator<Insn> {
  const name = opAt(program, pc);
  if (name === undefined) return;
  const row = OPS[name];
  const slot = slotAt(program, pc);
  const registerForm = row.operand === 'KX' && (slot.code & SOURCE_X) !== 0;
  switch (row.shape) {
    case 'alu':
      if (name !== 'mov64' && registerForm) yield insn('mov64', { dst: slot.dst, operand: { reg: slot.src } });
      if (registerForm) for (const imm of [0, 1]) yield insn(name, { dst: slot.dst, operand: { imm } });
      else yield* smaller(slot);
      return;
    case 'jump':
      if (registerForm) for (const imm of [0, 1]) yield insn(name, { dst: slot.dst, off: slot.off, operand: { imm } });
      else yield* smaller(slot);
      if (!registerForm && name !== 'jeq64' && name !== 'jne64') {
        for (const plain of ['jeq64', 'jne64'] as const) {
          yield insn(plain, { dst: slot.dst, off: slot.off, operand: { imm: slot.imm } });
        }
      }
      return;
    case 'gotol':
      yield insn('ja');
      return;
    case 'imm64':
      if (name === 'imm64') yield insn('mov64', { dst: slot.dst, operand: { imm: 0 } });
      return;
    case 'movsx':
      yield insn('mov64', { dst: slot.dst, operand: { reg: slot.src } });
      return;
    case 'load':
      // Context words: the first is as good as any.
      if (slot.off > 48 && slot.off <= 68 && slot.src !== 10) yield { ...slot, off: 48 };
      return;
    case 'store':
      yield insn(IMMEDIATE_STORE[name] ?? 'st64', { dst: slot.dst, off: slot.off, imm: 0 });
      return;
    case 'store-imm':
      yield* smaller(slot);
      return;
    case 'atomic':
    case 'fetch':
    case 'xchg':
    case 'store-release':
      yield insn(row.width === 64 ? 'stx64' : 'stx32', { dst: slot.dst, src: slot.src, off: slot.off });
      return;
    default:
      return;
  }
}

const IMMEDIATE_STORE: Partial<Record<OpName, OpName>> = { stx8: 'st8', stx16: 'st16', stx32: 'st32', stx64: 'st64' };

function* smaller(slot: Insn): Generator<Insn> {
  for (const imm of [0, 1]) {
    if (imm === slot.imm) return;
    yield { ...slot, imm };
  }
}
