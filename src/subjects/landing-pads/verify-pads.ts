/**
 * Whether the pads of a program clean up after every throw. Unwinding by pads is returning by another way: a frame's pad runs
 * in that frame, ends in an exit, and the next frame out goes on in its own pad. So one walk shows it, of the program with
 * its pads behind it, that begins in every state in which the program throws, at the pad of the innermost frame, each call
 * site replaced by that in front of its caller's pad. A frame without pad resumes at once. At the exit of main nothing may
 * be held, and pad code is checked like any other; that it reads no scratch register before it has written it is looked up,
 * since what an inner pad leaves in R0 is no result.
 */
import type { Refusal } from '../../contract/refusal.js';
import { padAt, withCleanup } from '../../isa/cleanup.js';
import { emptyColumns, setSlot } from '../../isa/columns.js';
import { type Insn, insn } from '../../isa/insn.js';
import { decodeOp } from '../../isa/op.js';
import { type Program, slotAt } from '../../isa/program.js';
import { zeroInts } from '../../isa/slab.js';
import { trustedProgram } from '../../isa/validate.js';
import type { Analysis, ThrowVisit } from '../../verify/analysis.js';
import { planOf } from '../../verify/plan.js';
import { analyse, type Start } from '../../verify/walk.js';

export type PadsVerdict =
  | { readonly ok: true; readonly stackDepth: readonly number[]; readonly walked: number }
  | { readonly ok: false; readonly refusal: Refusal };

/** A frame that nothing serves. */
const RESUME: readonly Insn[] = [insn('mov64', { dst: 0, operand: { imm: 0 } }), insn('exit')];
const RESUME_OPS = RESUME.map(({ code, src, off, imm }) => decodeOp(code, src, off, imm));

/** Checks the pads of a program against all its throws. */
export function verifyPads(program: Program, analysis: Analysis): PadsVerdict {
  if ((program.cleanup?.pads.length ?? 0) === 0) {
    return { ok: true, stackDepth: analysis.stackDepth, walked: 0 };
  }
  const whole = withCleanup(program);
  const { live } = planOf(whole);
  for (const { begin, pad } of program.cleanup?.pads ?? []) {
    const at = program.length + pad;
    if ((live[at] ?? 0) === 0) continue;
    const message = `the pad at ${at} reads a scratch register that it has not written`;
    return { ok: false, refusal: { code: 'pad-rejected', pc: begin, message } };
  }
  const walked = withResume(whole);
  const { stackDepth } = analysis;
  const walk = (visits: readonly ThrowVisit[]) =>
    analyse(walked, {
      pruning: 'exact',
      throwStates: false,
      stackDepth,
      from: visits.map((visit) => startOf(program, whole.length, visit)),
    });
  if (analysis.throws.length === 0) return { ok: true, stackDepth, walked: 0 };
  const all = walk(analysis.throws);
  if (all.refusal === undefined) return { ok: true, stackDepth: all.stackDepth, walked: all.walked };
  // Which throw it was is asked only now.
  const first = analysis.throws.find((visit) => walk([visit]).refusal !== undefined);
  const { code, pc, message } = (first === undefined ? undefined : walk([first]).refusal) ?? all.refusal;
  const words = message.replaceAll(/\s*\n\s*/g, '; ');
  const at = pc < whole.length ? ` at ${pc}` : '';
  const refusal = {
    code: 'pad-rejected',
    pc: first?.pc ?? 0,
    message: `unwinding ends in ${code}${at}: ${words}`,
  } as const;
  return { ok: false, refusal };
}

/** With the code of a frame that has no pad behind it. */
function withResume(whole: Program): Program {
  const { types, maps, labels, subprograms, length } = whole;
  const columns = emptyColumns(length + RESUME.length);
  const op = zeroInts(columns.length);
  for (let pc = 0; pc < length; pc++) {
    setSlot(columns, pc, slotAt(whole, pc));
    op[pc] = whole.op[pc] ?? 0;
  }
  RESUME.forEach((slot, index) => {
    setSlot(columns, length + index, slot);
    op[length + index] = RESUME_OPS[index] ?? 0;
  });
  const names = new Map(subprograms.map(({ start, name }) => [start, name]));
  const starts = subprograms.map(({ start }) => start);
  return trustedProgram(columns, { types, maps, labels, names }, op, starts);
}

function startOf(program: Program, resume: number, { pc, state }: ThrowVisit): Start {
  const landing = (at: number) => padAt(program, at) ?? resume;
  const callsites = Array.from({ length: state.depth }, (_, frame) => {
    const { callsite } = state.frame(frame);
    return callsite < 0 ? -1 : landing(callsite) - 1;
  });
  return { pc: landing(pc), state, callsites };
}
