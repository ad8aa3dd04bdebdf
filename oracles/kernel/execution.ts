/**
 * Execution parity: a program that the kernel accepts is run there and on our machine, with the same context words. R0 (or
 * the cookie of a throw), its lower half, and the context words afterwards must agree.
 *
 * Of a world the kernel lets us choose the context only. Which attempts to acquire fail is its own affair: our run is told
 * what the same call with the same arguments comes to in a program of its own (`attempts.ts`). A run that depends on more
 * is not compared, for a named reason.
 */
import type { RunningKernel } from '../../src/bridge/kernel/load.js';
import { type CallableName, helperById, kfuncById } from '../../src/isa/callables.js';
import { type Program, rowAt } from '../../src/isa/program.js';
import { Machine } from '../machine/machine.js';
import type { WorldSource } from '../world.js';
import type { Attempts } from './attempts.js';

/** Why a run cannot be compared. */
export type NotComparableRun =
  /** It draws a random number or asks for the time. */
  | 'draws'
  /** What an attempt to acquire comes to is not known. */
  | 'attempt'
  /** It reads memory that nobody has written. */
  | 'unwritten'
  /** It iterates over tasks: the machine has three, the kernel its own. */
  | 'tasks'
  /** It does not end in time. */
  | 'fuel'
  /** The kernel would not run it. */
  | 'kernel';

/** How a run ended, as a test run shows it. */
export interface RunEnd {
  /** Lower half of R0, or of the cookie, unsigned. */
  readonly retval: number;
  /** `__sk_buff.cb[0..4]`. */
  readonly cb: readonly number[];
}

export type ExecutionResult =
  | { readonly result: 'agree' }
  | { readonly result: 'not-comparable'; readonly reason: NotComparableRun }
  | { readonly result: 'disagree'; readonly cb: readonly number[]; readonly ours: RunEnd; readonly kernel: RunEnd };

const WORDS = 5;
const UNWRITTEN = 0xbd;

/** Runs a program once for each context, there and here; `undefined` if the kernel does not take it. */
export function compareRuns(
  kernel: RunningKernel,
  attempts: Attempts,
  program: Program,
  contexts: readonly (readonly number[])[],
  fuel: number,
): readonly ExecutionResult[] | undefined {
  const theirs = kernel.run(program, contexts);
  if (theirs === undefined) return undefined;
  const machine = new Machine();
  machine.load({ program });
  return contexts.map((cb, index) => {
    const ours = runHere(machine, program, attempts, cb, fuel);
    if (typeof ours === 'string') return { result: 'not-comparable', reason: ours };
    const answer = theirs[index];
    if (answer === undefined || !answer.ok) return { result: 'not-comparable', reason: 'kernel' };
    const there: RunEnd = { retval: answer.retval, cb: answer.cb };
    const same = ours.retval === there.retval && ours.cb.every((word, at) => word === there.cb[at]);
    return same ? { result: 'agree' } : { result: 'disagree', cb, ours, kernel: there };
  });
}

/** A run on our machine with what the kernel does at each attempt; or why it cannot be compared. */
function runHere(
  machine: Machine,
  program: Program,
  attempts: Attempts,
  cb: readonly number[],
  fuel: number,
): RunEnd | NotComparableRun {
  let problem: NotComparableRun | undefined;
  let calling: CallableName | undefined;
  let loaded = -1;
  let loadedBytes = 0;
  machine.observer = (pc) => {
    if (loaded >= 0 && hasUnwritten(machine.register(loaded), loadedBytes)) problem ??= 'unwritten';
    loaded = loadedRegister(program, pc);
    if (loaded >= 0) loadedBytes = SIZES[((program.code[pc] ?? 0) >> 3) & 3] ?? 8;
    calling = calleeAt(program, pc);
    if (calling === 'bpf_iter_task_next') problem ??= 'tasks';
  };
  const source: WorldSource = {
    context: (word) => (cb[word] ?? 0) >>> 0,
    draw: () => {
      problem ??= 'draws';
      return 0n;
    },
    acquireFails: () => {
      const succeeds = calling === undefined ? undefined : attempts.succeeds(calling, (n) => machine.register(n));
      if (succeeds === undefined) problem ??= 'attempt';
      return succeeds === false;
    },
  };
  machine.run(source, fuel);
  machine.observer = undefined;
  if (problem !== undefined) return problem;
  const { outcome } = machine;
  if (outcome.how !== 'exit' && outcome.how !== 'throw') return 'fuel';
  const words = Array.from({ length: WORDS }, (_, word) => machine.contextWord(word) ?? (cb[word] ?? 0) >>> 0);
  return { retval: Number(BigInt.asUintN(32, outcome.value)), cb: words };
}

/** The register that an instruction loads from memory, or -1. */
function loadedRegister(program: Program, pc: number): number {
  switch (rowAt(program, pc)?.shape) {
    case 'load':
    case 'load-acquire':
      return program.dst[pc] ?? -1;
    case 'fetch':
    case 'xchg':
      return program.src[pc] ?? -1;
    case 'cmpxchg':
      return 0;
    default:
      return -1;
  }
}

/** Bytes of an access by the size bits of its code: W, H, B, DW. */
const SIZES = [4, 2, 1, 8];

/** Whether a byte just loaded may be one that nobody has written. */
function hasUnwritten(value: bigint, bytes: number): boolean {
  for (let byte = 0; byte < bytes; byte++) {
    if (Number((value >> BigInt(8 * byte)) & 0xffn) === UNWRITTEN) return true;
  }
  return false;
}

function calleeAt(program: Program, pc: number): CallableName | undefined {
  const shape = rowAt(program, pc)?.shape;
  const imm = program.imm[pc] ?? 0;
  if (shape === 'call-helper') return helperById(imm);
  return shape === 'call-kfunc' ? kfuncById(imm) : undefined;
}
