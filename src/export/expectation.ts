/** What mainline Linux is expected to do with a case: refuse it in which words, or accept it and return which value. */
import { Machine } from '../../oracles/machine/machine.js';
import { fixedWorld } from '../../oracles/world.js';
import type { Case, ExpectedRun } from '../case/case.js';
import type { Refusal } from '../contract/refusal.js';
import { helperById, kfuncById } from '../isa/callables.js';
import { SOURCE_X } from '../isa/op.js';
import { opAt, type Program, rowAt } from '../isa/program.js';
import { mainline } from '../subjects/mainline/mainline.js';
import { analyse } from '../verify/walk.js';
import { prototypeOf } from './c-declarations.js';

/** `retval` is what a test run with an empty context returns (32 bits, signed), where that can be known. */
export type Expectation =
  | { readonly accepts: true; readonly retval: number | undefined }
  | { readonly accepts: false; readonly messages: readonly string[] };

/** The verdict of the subject `mainline` on a case; the value comes from the first of its runs that a test run repeats. */
export function expectationOf(of: Case): Expectation {
  const refusal = mainlineRefusal(of.program);
  if (refusal !== undefined) return { accepts: false, messages: messagesOf(refusal) };
  return {
    accepts: true,
    retval: of.runs.map((run) => returnValue(of.program, run)).find((value) => value !== undefined),
  };
}

function mainlineRefusal(program: Program): Refusal | undefined {
  const analysis = analyse(program, { pruning: 'exact' });
  if (analysis.refusal !== undefined) return analysis.refusal;
  const prepared = mainline.prepare({ program, analysis, stopAt: 'throw' });
  return prepared.ok ? undefined : prepared.refusal;
}

/**
 * The parts of a refusal's words that a kernel's log has too: without what we add, and without ids and pcs, which depend
 * on how the kernel counts references and where the loader puts subprograms.
 */
function messagesOf({ code, message }: Refusal): readonly string[] {
  if (code === 'held-reference') return ['Unreleased reference', 'bpf_throw would lead to reference leak'];
  if (code === 'too-complex') return ['BPF program is too large'];
  return message.split('\n').map((line) => line.replace(/ (id=|at insn ).*$/, ''));
}

/**
 * The value of a run if a test run of a kernel must return it too. Such a run has an empty context and lets no acquire
 * fail. Not known: a value after calls whose results vary; one that may have been computed from a pointer, whose bits are
 * not those of our machine; one behind a branch on anything but NULL once there are pointers.
 */
function returnValue(program: Program, { world, stop, outcome }: ExpectedRun): number | undefined {
  if (stop !== undefined || (outcome.how !== 'exit' && outcome.how !== 'throw')) return undefined;
  if (world.cb.some((word) => word !== 0) || world.fail.length > 0) return undefined;
  const machine = new Machine();
  const path: number[] = [];
  machine.load({ program });
  machine.observer = (pc) => path.push(pc);
  machine.run(fixedWorld(world), world.fuel);
  let pointers = false;
  for (const pc of path) {
    const call = resultOf(program, pc);
    if (call === 'varies' || (pointers && branchesOnValue(program, pc))) return undefined;
    if (call === 'succeeds') pointers = true;
  }
  if (machine.outcome.how !== outcome.how || machine.outcome.value !== outcome.value) return undefined;
  if (pointers && !isConstant(program, path, outcome.how === 'exit' ? 0 : 1)) return undefined;
  return Number(BigInt.asIntN(32, outcome.value));
}

function resultOf(program: Program, pc: number) {
  const op = opAt(program, pc);
  if (op !== 'call_helper' && op !== 'call_kfunc') return 'same';
  const name = (op === 'call_helper' ? helperById : kfuncById)(program.imm[pc] ?? 0);
  return name === undefined ? 'varies' : prototypeOf(name).atRun;
}

/** A jump that is no test for NULL: `may_goto` counts, its budget is the kernel's own. */
function branchesOnValue(program: Program, pc: number): boolean {
  const row = rowAt(program, pc);
  if (row?.shape === 'may_goto') return true;
  if (row?.shape !== 'jump') return false;
  const withZero = ((program.code[pc] ?? 0) & SOURCE_X) === 0 && program.imm[pc] === 0;
  return !(withZero && (row.symbol === '==' || row.symbol === '!='));
}

/** Whether the last instruction of a path that wrote a register gave it a constant. Calls are taken to write it. */
function isConstant(program: Program, path: readonly number[], register: number): boolean {
  const writer = path.slice(0, -1).findLast((pc) => writes(program, pc, register));
  const row = writer === undefined ? undefined : rowAt(program, writer);
  if (writer === undefined || row === undefined) return false;
  const immediate = ((program.code[writer] ?? 0) & SOURCE_X) === 0;
  return row.symbol === 'plain' || (row.shape === 'alu' && row.symbol === '=' && immediate);
}

function writes(program: Program, pc: number, register: number): boolean {
  switch (rowAt(program, pc)?.shape) {
    case 'jump':
    case 'goto':
    case 'gotol':
    case 'may_goto':
    case 'exit':
    case 'store':
    case 'store-imm':
    case 'atomic':
    case 'store-release':
      return false;
    case 'call-helper':
    case 'call-kfunc':
    case 'call-local':
      return true;
    case 'fetch':
    case 'xchg':
      return program.src[pc] === register;
    case 'cmpxchg':
      return register === 0;
    default:
      return program.dst[pc] === register;
  }
}
