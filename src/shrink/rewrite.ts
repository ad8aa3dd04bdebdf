/** How reducers edit: a plan in original pcs, from which code that nothing reaches any more is dropped as well. */
import { type Insn, insn } from '../isa/insn.js';
import { decodeOp, OP_ROWS } from '../isa/op.js';
import { type Program, type ProgramParts, rowAt, slotAt, targetAt, widthAt } from '../isa/program.js';
import { buildProgram } from '../isa/validate.js';
import { type Edit, type Inserted, patch } from '../patch/patch.js';
import { pcsOf } from './listing.js';

/** What takes the place of the instruction at an original pc; nothing if the list is empty. */
export type Plan = ReadonlyMap<number, readonly Inserted[]>;

/** The program after a plan, or `undefined` if that is none (it falls off an end, a jump is too long, …). */
export function rewrite(program: Program, plan: Plan): Program | undefined {
  if (plan.size === 0) return undefined;
  const reached = reachedAfter(program, plan);
  if (reached === undefined) return undefined;
  const edits: Edit[] = [];
  for (const pc of pcsOf(program)) {
    const instead = reached[pc] === 1 ? plan.get(pc) : [];
    if (instead === undefined) continue;
    edits.push(instead.length === 0 ? { do: 'remove', pc } : { do: 'replace', pc, insns: instead });
  }
  const patched = patch(program, edits);
  return patched.ok ? patched.program : undefined;
}

/** The program without some instructions. */
export function remove(program: Program, pcs: readonly number[]): Program | undefined {
  return rewrite(program, new Map(pcs.map((pc) => [pc, []])));
}

/** The instruction put in place of the one at a pc, with the jump target and the second slot of that. */
export function inPlaceOf(program: Program, pc: number, slot: Insn): readonly Inserted[] {
  const target = targetAt(program, pc);
  if (target !== undefined) return [{ insn: slot, target }];
  return widthAt(program, pc) === 2 ? [slot, slotAt(program, pc + 1)] : [slot];
}

/** An unconditional jump to an original pc. */
export function gotoPc(target: number): Inserted {
  return { insn: insn('ja'), target };
}

/** Builds a program from other slots, keeping what `parts` does not name. */
export function rebuild(program: Program, parts: ProgramParts): Program | undefined {
  const built = buildProgram({
    types: program.types,
    maps: program.maps,
    names: new Map(program.subprograms.map(({ start, name }) => [start, name])),
    globals: new Set(program.subprograms.flatMap(({ start, global }) => (global ? [start] : []))),
    labels: program.labels,
    ...parts,
  });
  return built.ok ? built.program : undefined;
}

/** Original pcs that control still gets to from main's start; `undefined` if it can fall off a subprogram's end. */
function reachedAfter(program: Program, plan: Plan): Uint8Array | undefined {
  const reached = new Uint8Array(program.length);
  const work = [0];
  for (let pc = work.pop(); pc !== undefined; pc = work.pop()) {
    if (reached[pc] === 1) continue;
    reached[pc] = 1;
    const instead = plan.get(pc);
    let ends: boolean;
    if (instead === undefined) {
      const target = targetAt(program, pc);
      if (target !== undefined) work.push(target);
      ends = isEnd(rowAt(program, pc)?.shape);
    } else {
      for (const item of instead) if ('target' in item) work.push(item.target);
      ends = endsPath(instead.at(-1));
    }
    if (ends) continue;
    const next = pc + widthAt(program, pc);
    if (next >= program.length || program.subprogramOf[next] !== program.subprogramOf[pc]) return undefined;
    work.push(next);
  }
  return reached;
}

function endsPath(item: Inserted | undefined): boolean {
  if (item === undefined) return false;
  const slot = 'target' in item ? item.insn : item;
  return isEnd(OP_ROWS[decodeOp(slot.code, slot.src, slot.off, slot.imm)]?.shape);
}

function isEnd(shape: string | undefined): boolean {
  return shape === 'exit' || shape === 'goto' || shape === 'gotol';
}
