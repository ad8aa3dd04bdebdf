/**
 * The clone of a program that runs on after a stop, to the program's own exit: nothing is acquired in it, and no throw stops
 * it. It is made of ordinary instructions, so that a verifier walks it and a machine runs it like any program.
 *
 * - A call that acquires a pointer, and one that throws, becomes `r0 = 0`.
 * - What lives on the stack has no NULL: such a call always makes something, which the program must release. It is made to
 *   fail by its arguments, as it might have failed by itself, so that what it makes is empty.
 * - A call that steps an iterator becomes `r0 = 0` as well, and a may_goto is always taken. Both may happen at any pass, so
 *   the program is right if they do, and no loop that only they would end goes on for long.
 *
 * What no path reaches any more is left in its place: the clone has the form of its original, not that of a program that
 * somebody would load by itself.
 */

import { callableAt } from '../../cfg/calls.js';
import { instructionPcs } from '../../cfg/edges.js';
import type { ReadonlyInts } from '../../contract/ints.js';
import type { Refusal } from '../../contract/refusal.js';
import { CALLABLES, stackResource } from '../../isa/callables.js';
import { type Insn, insn } from '../../isa/insn.js';
import type { StackKind } from '../../isa/kinds.js';
import { type Program, rowAt, targetAt } from '../../isa/program.js';
import { type Edit, patch } from '../../patch/patch.js';

export interface Clone {
  readonly program: Program;
  /** By original pc: where a program goes on that was stopped before this instruction, or threw at it. */
  readonly resumeAt: ReadonlyInts;
  /** By original pc of a call: where that call is. */
  readonly callAt: ReadonlyInts;
  /** By original pc of the clone's instructions; for entry code none. */
  readonly serves: ReadonlyInts;
}

const set = (dst: number, imm: number): Insn => insn('mov64', { dst, operand: { imm } });
const ZERO = set(0, 0);

/** Arguments with which a call that makes something on the stack fails: flags that there are not, an end before the start. */
const FAILING: Readonly<Record<StackKind, readonly Insn[]>> = {
  dynptr: [set(3, -1)],
  iter_num: [set(2, 1), set(3, 0)],
  iter_task: [set(3, -1)],
};

/** The clone of a program, or why there is none: a jump gets too long. */
export function cloneOf(
  program: Program,
): { readonly ok: true; readonly clone: Clone } | { readonly ok: false; readonly refusal: Refusal } {
  const edits = instructionPcs(program).flatMap((pc) => editAt(program, pc) ?? []);
  const patched = patch(program, edits, 'trusted');
  if (!patched.ok) return patched;
  const { toPrepared, serves = toPrepared } = patched.pcMap;
  const resumeAt = new Int32Array(program.length).fill(-1);
  for (let at = patched.program.length - 1; at >= 0; at--) {
    const original = serves[at] ?? -1;
    if (original >= 0) resumeAt[original] = at;
  }
  return { ok: true, clone: { program: patched.program, resumeAt, callAt: toPrepared, serves } };
}

function editAt(program: Program, pc: number): Edit | undefined {
  if (rowAt(program, pc)?.shape === 'may_goto') {
    return { do: 'replace', pc, insns: [{ insn: insn('ja'), target: targetAt(program, pc) ?? 0 }] };
  }
  const name = callableAt(program, pc);
  if (name === undefined) return undefined;
  const row = CALLABLES[name];
  if (row.throws === true || row.returns.is === 'element') return { do: 'replace', pc, insns: [ZERO] };
  if (!row.acquires) return undefined;
  const resource = row.returns.is === 'scalar' ? stackResource(row) : undefined;
  if (resource === undefined) return { do: 'replace', pc, insns: [ZERO] };
  return { do: 'before', pc, insns: FAILING[resource.kind] };
}
