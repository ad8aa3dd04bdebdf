/**
 * A generated program without its throws. Most generated programs throw while something is held, which mainline refuses at
 * the first such throw, and nothing behind it is judged. Without throws such a program goes on where the generator goes
 * on when it did not throw, so most of it is walked, and many of these programs are accepted.
 */
import { CALLABLES, helperById, kfuncById } from '../src/isa/callables.js';
import { insn } from '../src/isa/insn.js';
import { opAt, type Program, rowAt, targetAt, widthAt } from '../src/isa/program.js';
import { type Edit, editProgram } from './edit.js';

const ZERO = insn('mov64', { dst: 0, operand: { imm: 0 } });

/**
 * Replaces every throw. One that a jump skips becomes `r0 = 0`, and a return that can be reached through it alone goes,
 * so that both ways meet. One at the end of a subprogram goes altogether, and jumps to it go on with the next instruction.
 * Undefined where the rest has no valid form.
 */
export function withoutThrows(program: Program): Program | undefined {
  const edits = new Map<number, Edit>();
  const targets = jumpTargets(program);
  const starts = new Set(program.subprograms.map(({ start }) => start));
  for (let pc = 0; pc < program.length; pc += widthAt(program, pc)) {
    if (!isThrow(program, pc)) continue;
    const returns = opAt(program, pc + 1) === 'mov64' && opAt(program, pc + 2) === 'exit' && !targets.has(pc + 1);
    const last = program.subprograms[program.subprogramOf[pc] ?? 0]?.end === pc + 3;
    const first = pc - 1;
    if (returns && last && targets.has(first) && !starts.has(first) && endsPath(program, first - 1)) {
      for (let dead = first; dead < pc + 3; dead++) edits.set(dead, { instead: [] });
      for (const jump of targets.get(first) ?? []) edits.set(jump, { instead: [straightOn(program, jump)] });
      continue;
    }
    edits.set(pc, { instead: [ZERO] });
    if (!returns || last) continue;
    for (const dead of [pc + 1, pc + 2]) edits.set(dead, { instead: [] });
  }
  return edits.size === 0 ? program : editProgram(program, edits);
}

function isThrow(program: Program, pc: number): boolean {
  const shape = rowAt(program, pc)?.shape;
  const id = program.imm[pc] ?? 0;
  const name = shape === 'call-kfunc' ? kfuncById(id) : shape === 'call-helper' ? helperById(id) : undefined;
  return name !== undefined && CALLABLES[name].throws === true;
}

/** Jumps by their targets. */
function jumpTargets(program: Program): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>();
  for (let pc = 0; pc < program.length; pc++) {
    const target = rowAt(program, pc)?.shape === 'call-local' ? undefined : targetAt(program, pc);
    if (target === undefined) continue;
    const jumps = found.get(target);
    if (jumps === undefined) found.set(target, [pc]);
    else jumps.push(pc);
  }
  return found;
}

function endsPath(program: Program, pc: number): boolean {
  const shape = rowAt(program, pc)?.shape;
  return shape === 'exit' || shape === 'goto' || shape === 'gotol';
}

/** The jump with the next instruction as its target. */
function straightOn(program: Program, pc: number) {
  const slot = { code: program.code[pc] ?? 0, dst: program.dst[pc] ?? 0, src: program.src[pc] ?? 0 };
  const inImmediate = rowAt(program, pc)?.shape === 'gotol';
  return { ...slot, off: 0, imm: inImmediate ? 0 : (program.imm[pc] ?? 0) };
}
