/**
 * Dynptrs and iterators, from docs/machine.md. A dynptr is 16 opaque bytes on the stack and a record of ring memory behind them;
 * one whose reservation failed has none, is empty, and is held all the same. A numeric iterator is its current number and
 * its end; a task iterator finds three tasks.
 */
import type { Kind } from '../../src/isa/kinds.js';
import { classifyValue, FILL_BYTE, MAP_HIGH, mapOfLow, objectHigh, objectLow } from './address.js';
import { acquiresFail, type Behaviour, bad, recordAcquired, returnNull, returnNumber } from './behaviour.js';
import type { Core } from './core.js';

const ENOMEM = -12n;
const EINVAL = -22n;
const E2BIG = -7n;
/** Numbers one iterator may yield (BPF_MAX_LOOPS). */
const MOST_NUMBERS = 8 * 1024 * 1024;
/** Tasks that the simulated system has. */
const TASKS = 3n;

interface Spot {
  readonly frame: number;
  readonly offset: number;
  /** Index of its lowest byte in memory. */
  readonly at: number;
}

/** Where the stack address in a register points to, with `bytes` bytes behind it. */
function spotIn(core: Core, register: number, bytes: number): Spot | undefined {
  const { file, memory } = core;
  const place = classifyValue(file.low(register), file.high(register), memory.objects, 0);
  if (place.is !== 'frame' || place.frame >= memory.depth) return undefined;
  const at = memory.frameIndex(place.frame, place.off, bytes);
  return at === undefined ? undefined : { frame: place.frame, offset: place.off, at };
}

/** The live object of a kind at the stack address in a register, or an ended run. */
function residentIn(core: Core, pc: number, register: number, kind: Kind, bytes: number) {
  const spot = spotIn(core, register, bytes);
  const object = spot === undefined ? -1 : core.memory.residents.at(spot.frame, spot.offset);
  if (spot === undefined || object < 0 || core.memory.kindOf(object) !== kind) {
    bad(core, pc, `R${register} points to no ${kind}`);
    return undefined;
  }
  return { ...spot, object };
}

/** Writes what a call has made at a place, and records it. */
function settle(core: Core, pc: number, kind: Kind, spot: Spot, object: number, words: readonly bigint[]): void {
  keep(core, spot, object, words);
  recordAcquired(core, pc, kind, object);
}

/** Writes the words of the dynptr or iterator at a place: what a destructor will look for there. */
function keep(core: Core, spot: Spot, object: number, words: readonly bigint[]): void {
  setWords(core, spot.at, words);
  core.memory.residents.put(spot.frame, spot.offset, object, words);
}

function setWords(core: Core, at: number, words: readonly bigint[]): void {
  for (const [index, word] of words.entries()) {
    core.memory.view.setBigUint64(at + 8 * index, BigInt.asUintN(64, word), true);
  }
}

/** Gives up what is at R1; `fill` is what the slots hold afterwards. */
const giveUp =
  (kind: Kind, destructor: string, words: readonly bigint[]): Behaviour['run'] =>
  (core, pc) => {
    if (core.padRelease !== undefined) {
      core.padRelease(core.file.value(1), destructor, pc);
      const spot = spotIn(core, 1, 8 * words.length);
      const object = spot === undefined ? -1 : core.memory.residents.at(spot.frame, spot.offset);
      if (spot === undefined || object < 0 || core.ledger.holds(object)) return 'void';
      setWords(core, spot.at, words);
      core.memory.residents.drop(object);
      core.memory.kill(object);
      return 'void';
    }
    const resident = residentIn(core, pc, 1, kind, 8 * words.length);
    if (resident === undefined) return 'over';
    if (!core.ledger.release(kind, resident.object)) {
      core.fault('bad-release', pc, `the ${kind} at R1 has been released`);
      return 'over';
    }
    setWords(core, resident.at, words);
    core.memory.residents.drop(resident.object);
    core.memory.kill(resident.object);
    return 'void';
  };

const reserve: Behaviour['run'] = (core, pc) => {
  const { file, memory } = core;
  const map = file.high(1) === MAP_HIGH ? core.names.maps[mapOfLow(file.low(1))] : undefined;
  if (map === undefined) return bad(core, pc, 'R1 is no ring buffer');
  const spot = spotIn(core, 4, 16);
  if (spot === undefined) return bad(core, pc, 'R4 points to no 16 bytes of stack');
  // The size is a u32. Flags and sizes that can never be served are no attempt.
  const size = file.low(2) >>> 0;
  const flags = file.value(3) !== 0n;
  const fails = flags || size > map.size || acquiresFail(core);
  const record = memory.addObject('dynptr', -1, fails ? 0 : size, FILL_BYTE);
  if (record < 0) return bad(core, pc, 'no memory for a ring record');
  const data = fails ? 0n : addressOf(record);
  settle(core, pc, 'dynptr', spot, record, [data, fails ? 0n : BigInt(size)]);
  return returnNumber(core, flags ? EINVAL : fails ? ENOMEM : 0n);
};

function addressOf(object: number): bigint {
  return (BigInt.asUintN(32, BigInt(objectHigh(object))) << 32n) | BigInt.asUintN(32, BigInt(objectLow(object)));
}

const clone: Behaviour['run'] = (core, pc) => {
  const from = residentIn(core, pc, 1, 'dynptr', 16);
  if (from === undefined) return 'over';
  const to = spotIn(core, 2, 16);
  if (to === undefined) return bad(core, pc, 'R2 points to no 16 bytes of stack');
  const { view } = core.memory;
  const words = [view.getBigUint64(from.at, true), view.getBigUint64(from.at + 8, true)];
  keep(core, to, from.object, words);
  return returnNumber(core, words[0] === 0n ? EINVAL : 0n);
};

/** `length` bytes of a dynptr's memory from R2 on, or NULL if it has not as many. */
const data =
  (lengthRegister: number): Behaviour['run'] =>
  (core, pc) => {
    const dynptr = residentIn(core, pc, 1, 'dynptr', 16);
    if (dynptr === undefined) return 'over';
    const start = core.memory.view.getBigUint64(dynptr.at, true);
    const size = core.memory.view.getUint32(dynptr.at + 8, true);
    const offset = core.file.low(2) >>> 0;
    const length = core.file.low(lengthRegister) >>> 0;
    if (start === 0n || length > size || offset > size - length) return returnNull(core);
    return returnNumber(core, start + BigInt(offset));
  };

/** The word of a numeric iterator: the current number below, the end above. */
function numbers(current: number, end: number): bigint {
  return (BigInt.asUintN(32, BigInt(end)) << 32n) | BigInt.asUintN(32, BigInt(current));
}

const newNumbers: Behaviour['run'] = (core, pc) => {
  const spot = spotIn(core, 1, 8);
  if (spot === undefined) return bad(core, pc, 'R1 points to no 8 bytes of stack');
  const start = core.file.low(2);
  const end = core.file.low(3);
  const wrong = start > end ? EINVAL : end - start > MOST_NUMBERS ? E2BIG : 0n;
  const words = [wrong === 0n ? numbers(start - 1, end) : 0n];
  settle(core, pc, 'iter_num', spot, core.memory.addKernelObject('iter_num'), words);
  return returnNumber(core, wrong);
};

const nextNumber: Behaviour['run'] = (core, pc) => {
  const iterator = residentIn(core, pc, 1, 'iter_num', 8);
  if (iterator === undefined) return 'over';
  const { view } = core.memory;
  const next = (view.getInt32(iterator.at, true) + 1) | 0;
  const end = view.getInt32(iterator.at + 4, true);
  const ended = next >= end;
  keep(core, iterator, iterator.object, ended ? NO_NUMBERS : [numbers(next, end)]);
  if (ended) return returnNull(core);
  return returnNumber(core, core.file.value(1));
};

const newTasks: Behaviour['run'] = (core, pc) => {
  const spot = spotIn(core, 1, 24);
  if (spot === undefined) return bad(core, pc, 'R1 points to no 24 bytes of stack');
  // BPF_TASK_ITER_ALL_PROCS, ALL_THREADS; PROC_THREADS wants a task.
  const flags = core.file.low(3) >>> 0;
  const works = flags <= 1;
  const words = [0n, works ? TASKS : 0n, BigInt(flags)];
  settle(core, pc, 'iter_task', spot, core.memory.addKernelObject('iter_task'), words);
  return returnNumber(core, works ? 0n : EINVAL);
};

const nextTask: Behaviour['run'] = (core, pc) => {
  const iterator = residentIn(core, pc, 1, 'iter_task', 24);
  if (iterator === undefined) return 'over';
  const { view } = core.memory;
  const left = view.getBigUint64(iterator.at + 8, true);
  if (left === 0n) return returnNull(core);
  const flags = view.getBigUint64(iterator.at + 16, true);
  keep(core, iterator, iterator.object, [0n, left - 1n, flags]);
  const task = core.memory.addKernelObject('task');
  core.memory.makePermanent(task);
  return returnNumber(core, addressOf(task));
};

const EMPTY_DYNPTR = [0n, 0n];
const NO_NUMBERS = [0n];
const NO_TASKS = [0n, 0n, 0n];

export const STACK_OBJECTS = {
  bpf_ringbuf_reserve_dynptr: { args: 4, run: reserve },
  bpf_ringbuf_submit_dynptr: { args: 2, run: giveUp('dynptr', 'bpf_ringbuf_discard_dynptr', EMPTY_DYNPTR) },
  bpf_ringbuf_discard_dynptr: { args: 2, run: giveUp('dynptr', 'bpf_ringbuf_discard_dynptr', EMPTY_DYNPTR) },
  bpf_dynptr_data: { args: 3, run: data(3) },
  bpf_dynptr_slice: { args: 4, run: data(4) },
  bpf_dynptr_clone: { args: 2, run: clone },
  bpf_iter_num_new: { args: 3, run: newNumbers },
  bpf_iter_num_next: { args: 1, run: nextNumber },
  bpf_iter_num_destroy: { args: 1, run: giveUp('iter_num', 'bpf_iter_num_destroy', NO_NUMBERS) },
  bpf_iter_task_new: { args: 3, run: newTasks },
  bpf_iter_task_next: { args: 1, run: nextTask },
  bpf_iter_task_destroy: { args: 1, run: giveUp('iter_task', 'bpf_iter_task_destroy', NO_TASKS) },
} as const satisfies Record<string, Behaviour>;

/** What a destructor that gets a slot's address finds there in an empty dynptr or ended iterator, by its name. */
export const SLOT_DESTRUCTORS: ReadonlyMap<string, number> = new Map([
  ['bpf_ringbuf_discard_dynptr', EMPTY_DYNPTR.length],
  ['bpf_iter_num_destroy', NO_NUMBERS.length],
  ['bpf_iter_task_destroy', NO_TASKS.length],
]);
