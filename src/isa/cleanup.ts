/**
 * Landing pads of a program: code that no path of it reaches, and a flat table that says which pcs it serves (LLVM:
 * section `.bpf_cleanup`). They are kept beside the program, so that whoever knows nothing of pads sees the program without
 * them; `withCleanup` puts them behind it.
 */
import type { FormRefusal, Refusal } from '../contract/refusal.js';
import { CALLABLES, helperById, kfuncById } from './callables.js';
import { emptyColumns, setSlot } from './columns.js';
import { decodeOp, OP_ROWS, OP_SECOND_SLOT } from './op.js';
import { type Cleanup, type Program, rowAt, slotAt, targetAt } from './program.js';
import { zeroInts } from './slab.js';

/** Bytes of a record of the table: begin, end, pad. */
export const PAD_RECORD_BYTES = 12;

const appended = new WeakMap<Program, Program>();

/**
 * The program with its pads behind its last instruction, each a part of the subprogram that it serves: not one that
 * would be built from slots, as no path reaches them. The program itself if it has none; the same object every time.
 */
export function withCleanup(program: Program): Program {
  const { cleanup } = program;
  if (cleanup === undefined || cleanup.slots.length === 0) return program;
  const known = appended.get(program);
  if (known !== undefined) return known;
  const whole = append(program, cleanup);
  appended.set(program, whole);
  return whole;
}

function append(program: Program, { slots, pads, labels }: Cleanup): Program {
  const length = program.length + slots.length;
  const columns = emptyColumns(length);
  const op = zeroInts(length);
  const subprogramOf = zeroInts(length);
  for (let pc = 0; pc < program.length; pc++) {
    setSlot(columns, pc, slotAt(program, pc));
    op[pc] = program.op[pc] ?? 0;
    subprogramOf[pc] = program.subprogramOf[pc] ?? 0;
  }
  const owners = new Map(pads.map(({ begin, pad }) => [pad, program.subprogramOf[begin] ?? 0]));
  let owner = 0;
  slots.forEach((slot, index) => {
    const { code, src, off, imm } = slot;
    const pc = program.length + index;
    setSlot(columns, pc, slot);
    const second = index > 0 && OP_ROWS[op[pc - 1] ?? -1]?.shape === 'imm64';
    op[pc] = second ? OP_SECOND_SLOT : decodeOp(code, src, off, imm);
    owner = owners.get(index) ?? owner;
    subprogramOf[pc] = owner;
  });
  const last = program.subprograms.length - 1;
  return {
    ...columns,
    op,
    subprogramOf,
    subprograms: program.subprograms.map((each, index) => (index === last ? { ...each, end: length } : each)),
    types: program.types,
    maps: program.maps,
    labels: new Map([...program.labels, ...[...labels].map(([at, name]) => [program.length + at, name] as const)]),
  };
}

/** What is wrong with the pads of a program, or `undefined`; pcs count on behind the program. */
export function cleanupRefusal(program: Program): Refusal | undefined {
  const { cleanup } = program;
  if (cleanup === undefined) return undefined;
  const bad = (code: FormRefusal, pc: number, message: string): Refusal => ({ code, pc, message });
  const whole = withCleanup(program);
  const first = program.length;
  const startsAt = (pc: number, from: number, end: number) => pc >= from && pc < end && whole.op[pc] !== OP_SECOND_SLOT;
  for (const { begin, end, pad } of cleanup.pads) {
    const subprogram = program.subprograms[program.subprogramOf[begin] ?? -1];
    if (subprogram === undefined || !startsAt(begin, 0, first) || !(end > begin && end <= subprogram.end)) {
      return bad('bad-pad', Math.max(0, Math.min(begin, first - 1)), `no pcs of one subprogram: ${begin} to ${end}`);
    }
    if (end < first && !startsAt(end, 0, first)) return bad('bad-pad', begin, `no instruction starts at ${end}`);
    if (!startsAt(first + pad, first, whole.length)) {
      return bad('bad-pad', begin, `no instruction of the cleanup section starts at ${first + pad}`);
    }
  }
  for (let pc = first; pc < whole.length; pc++) {
    const shape = rowAt(whole, pc)?.shape;
    if (shape === 'call-local') return bad('bad-call-target', pc, 'a landing pad calls a subprogram');
    const id = whole.imm[pc] ?? 0;
    const name = shape === 'call-kfunc' ? kfuncById(id) : shape === 'call-helper' ? helperById(id) : undefined;
    if (name !== undefined && CALLABLES[name].throws === true) return bad('bad-pad', pc, 'a landing pad throws');
    const target = targetAt(whole, pc);
    if (target !== undefined && !startsAt(target, first, whole.length)) {
      return bad('jump-out-of-range', pc, `jump out of range from insn ${pc} to ${target}`);
    }
  }
  if (cleanup.slots.length === 0) return undefined;
  const ending = rowAt(whole, whole.length - 1)?.shape;
  if (ending === 'exit' || ending === 'goto' || ending === 'gotol') return undefined;
  return bad('falls-off-end', whole.length - 1, 'last insn is not an exit or jmp');
}

/** The pc in `withCleanup(program)` of the pad that serves a pc of a program; the first record that does. */
export function padAt({ cleanup, length }: Program, pc: number): number | undefined {
  const found = cleanup?.pads.find(({ begin, end }) => begin <= pc && pc < end);
  return found === undefined ? undefined : length + found.pad;
}
