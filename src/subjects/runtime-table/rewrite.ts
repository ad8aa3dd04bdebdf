/**
 * Rewrites a program so that its frames keep their tables: entries zeroed at each subprogram's entry by real stores, a push
 * after every acquiring call, a delete before every releasing call, a hand-over before the exits of subprograms that may
 * return something. The proposal deletes after the release; by then R1 is dead and the pointer lost, so we delete before:
 * both belong to the releasing instruction, and no stop comes between them. What lives on the stack is pushed before the call
 * that makes it, for the same reason.
 *
 * With one region for all frames nothing is handed over, but a frame that is left takes the places of dynptrs with it. Who
 * looks after them? If a dynptr has no other place, it is lost and the program is refused; so only programs that clone
 * any need a call before their exits.
 */
import type { Intrinsic, IntrinsicView } from '../../contract/prepared.js';
import {
  CALLABLES,
  type CallableName,
  helperById,
  isIntrinsic,
  kfuncById,
  stackResource,
} from '../../isa/callables.js';
import { callIntrinsic, type Insn, insn } from '../../isa/insn.js';
import { livesOnStack } from '../../isa/kinds.js';
import { opAt, type Program } from '../../isa/program.js';
import { type Edit, type Patched, patch } from '../../patch/patch.js';
import type { Analysis, OwnershipMark } from '../../verify/analysis.js';
import { sharedCallGraph } from '../cost.js';
import { entryOffset, type Layout, type TableLayout, type Tables } from './layout.js';
import { clone, handOver, push, pushSlots, remove } from './table.js';

/** The rewritten program and what its inserted calls do. */
export type Rewritten = (Patched & { readonly ok: true }) & {
  readonly intrinsics: readonly Intrinsic[];
  readonly added: number;
};

interface Action {
  readonly name: string;
  run(view: IntrinsicView): void;
}

/** Inserts what the layout asks for. A refusal means that the patcher could not do it (a jump got too long). */
export function insertTableCode(
  program: Program,
  analysis: Analysis,
  layout: Layout,
): Rewritten | (Patched & { readonly ok: false }) {
  const { tables } = layout;
  const edits: Edit[] = [];
  const actions: Action[] = [];
  const serve = (action: Action): readonly Insn[] => {
    actions.push(action);
    return [callIntrinsic(actions.length - 1)];
  };
  tables.layouts.forEach((table, subprogram) => {
    if (table.entries > 0) edits.push({ do: 'entry', subprogram, insns: zeroing(tables, table) });
  });
  for (const mark of analysis.ownership) {
    const { pc } = mark;
    const action = ACTIONS[mark.does](program, tables, mark, layout.typeOf.get(pc) ?? 0);
    edits.push({ do: action.do, pc, insns: serve(action) });
  }
  for (const pc of handingExits(program, analysis, tables)) {
    edits.push({ do: 'before', pc, insns: serve({ name: 'table_hand_over', run: (view) => handOver(tables, view) }) });
  }
  // Stores and calls that fall through leave a program a program.
  const patched = patch(program, edits, 'trusted');
  if (!patched.ok) return patched;
  const intrinsics: Intrinsic[] = [];
  for (let pc = 0; pc < patched.program.length; pc++) {
    const number = patched.program.imm[pc] ?? 0;
    if (opAt(patched.program, pc) !== 'call_helper' || !isIntrinsic(number)) continue;
    const action = actions[number - callIntrinsic(0).imm];
    if (action !== undefined) intrinsics.push({ pc, ...action });
  }
  return { ...patched, intrinsics, added: patched.program.length - program.length };
}

/** Only the first words need zeroing: a second one is read only beside it. */
function zeroing({ format }: Tables, table: TableLayout): readonly Insn[] {
  return Array.from({ length: table.entries }, (_, entry) =>
    insn('st64', { dst: 10, off: entryOffset(table, format, entry), operand: { imm: 0 } }),
  );
}

/** What is inserted at a marked call, and on which side of it. */
type MarkAction = Action & { readonly do: 'before' | 'after' };

const ACTIONS: Readonly<
  Record<OwnershipMark['does'], (program: Program, tables: Tables, mark: OwnershipMark, type: number) => MarkAction>
> = {
  acquire(program, tables, { pc, kind }, type) {
    if (!livesOnStack(kind)) return { do: 'after', name: 'table_push', run: (view) => push(tables, view, type) };
    // Made whatever the call returns, and afterwards the argument with its address is lost.
    const register = 1 + (stackResource(CALLABLES[calledAt(program, pc)])?.arg ?? 0);
    return { do: 'before', name: 'table_push', run: (view) => pushSlots(tables, view, register, type) };
  },
  release(program, tables, { pc }) {
    const register = 1 + (CALLABLES[calledAt(program, pc)].releases ?? 0);
    return { do: 'before', name: 'table_delete', run: (view) => remove(tables, view, register) };
  },
  clone: (_program, tables) => ({ do: 'before', name: 'table_clone', run: (view) => clone(tables, view) }),
};

/** The helper or kfunc called at a marked pc. */
function calledAt(program: Program, pc: number): CallableName {
  const id = program.imm[pc] ?? 0;
  const name = opAt(program, pc) === 'call_helper' ? helperById(id) : kfuncById(id);
  if (name === undefined) throw new Error(`no call of a helper or kfunc at pc ${pc}`);
  return name;
}

/** Exits of subprograms that are reached, of those that `of` picks. */
function exitsOf(program: Program, { reached }: Analysis, of: (subprogram: number) => boolean): readonly number[] {
  const exits: number[] = [];
  program.subprograms.forEach(({ start, end }, index) => {
    if (!of(index)) return;
    for (let pc = start; pc < end; pc++) if (opAt(program, pc) === 'exit' && reached[pc] === 1) exits.push(pc);
  });
  return exits;
}

/**
 * Exits before which entries may have to be handed over: those of a subprogram that owns something and has a caller that
 * owns something. What is returned is owned by the caller afterwards, so without such a caller nothing is ever returned.
 * In one region: those of every subprogram that can have a clone on its stack.
 */
function handingExits(program: Program, analysis: Analysis, { layouts, region }: Tables): readonly number[] {
  if (region === 'main') {
    if (!analysis.ownership.some(({ does }) => does === 'clone')) return [];
    return exitsOf(program, analysis, (index) => index > 0 && (analysis.stackDepth[index] ?? 0) > 0);
  }
  const owns = (subprogram: number) => (layouts[subprogram]?.entries ?? 0) > 0;
  if (!layouts.some((_, index) => index > 0 && owns(index))) return [];
  const { callers } = sharedCallGraph(program);
  return exitsOf(program, analysis, (index) => owns(index) && (callers[index] ?? []).some(owns));
}
