/**
 * What every helper and kfunc does, written from docs/machine.md and not from the rows in src/isa/callables.ts: only
 * names and ids come from there. A law test compares the two.
 */
import { CALLABLE_NAMES, CALLABLES, type CallableName, helperById, kfuncById } from '../../src/isa/callables.js';
import type { Kind } from '../../src/isa/kinds.js';
import { CTX_HIGH, classifyValue, FILL_BYTE, MAP_HIGH, mapOfLow, POISONED } from './address.js';
import { acquired, acquiresFail, type Behaviour, bad, returnNull, returnNumber, returnObject } from './behaviour.js';
import { HALT } from './code.js';
import type { Core } from './core.js';
import { STACK_OBJECTS } from './stack-objects.js';

/** The current task: it exists before the program runs and nobody releases it. */
export const CURRENT_TASK = 0;

/** Number of the object whose first address a register holds, dead ones included; -1: none. */
function objectIn(core: Core, register: number): number {
  const place = classifyValue(core.file.low(register), core.file.high(register), core.memory.objects, 0);
  return place.is === 'object' && place.off === 0 ? place.object : -1;
}

/** Looks up a kernel object by number: a fresh one, or NULL. */
const lookup =
  (kind: 'task' | 'cgroup' | 'socket'): Behaviour['run'] =>
  (core, pc) =>
    acquiresFail(core) ? returnNull(core) : acquired(core, pc, kind, core.memory.addKernelObject(kind));

/** The live object of this kind in R1; a fault and -1 if there is none. */
function requireLive(core: Core, pc: number, kind: Kind): number {
  const object = objectIn(core, 1);
  if (object < 0 || core.memory.kindOf(object) !== kind) {
    core.fault('bad-argument', pc, `R1 is no ${kind}`);
    return -1;
  }
  if (!core.memory.isLive(object)) {
    core.fault('use-after-release', pc, `the ${kind} in R1 has been released`);
    return -1;
  }
  return object;
}

/** Another reference to the same object. */
const acquireAgain =
  (kind: 'task' | 'cgroup'): Behaviour['run'] =>
  (core, pc) => {
    const object = requireLive(core, pc, kind);
    if (object < 0) return 'over';
    return acquiresFail(core) ? returnNull(core) : acquired(core, pc, kind, object);
  };

/** Gives up the reference in R1. */
const release =
  (kind: Kind, destructor: (core: Core, object: number) => string): Behaviour['run'] =>
  (core, pc) => {
    const object = objectIn(core, 1);
    if (core.padRelease !== undefined) {
      core.padRelease(core.file.value(1), destructor(core, object), pc);
      if (object >= 0 && !core.ledger.holds(object)) core.memory.kill(object);
      return 'void';
    }
    if (object < 0 || !core.ledger.release(kind, object)) {
      core.fault('bad-release', pc, `R1 holds no reference to a ${kind}`);
      return 'over';
    }
    if (!core.ledger.holds(object)) core.memory.kill(object);
    return 'void';
  };

const releaseSocket = release('socket', () => 'bpf_sk_release');

/** A socket found by its tuple. */
const lookupSocket: Behaviour['run'] = (core, pc) =>
  core.file.high(1) === CTX_HIGH ? lookup('socket')(core, pc) : bad(core, pc, 'R1 is not the context');

/** The same socket under another type. The sockets here are full TCP sockets; whether one is, the world decides as of an attempt. */
const castSocket: Behaviour['run'] = (core, pc) => {
  const object = requireLive(core, pc, 'socket');
  if (object < 0) return 'over';
  return acquiresFail(core) ? returnNull(core) : returnObject(core, object);
};

const typeName = (core: Core, object: number): string => core.names.types[core.memory.typeOf(object)]?.name ?? '?';

const BEHAVIOURS: Readonly<Record<CallableName, Behaviour>> = {
  bpf_ktime_get_ns: { args: 0, run: (core) => returnNumber(core, core.memory.source?.draw(64) ?? 0n) },
  bpf_get_prandom_u32: { args: 0, run: (core) => returnNumber(core, core.memory.source?.draw(32) ?? 0n) },
  bpf_ringbuf_reserve: {
    args: 3,
    run(core, pc) {
      const { file } = core;
      const map = file.high(1) === MAP_HIGH ? core.names.maps[mapOfLow(file.low(1))] : undefined;
      if (map === undefined) return bad(core, pc, 'R1 is no ring buffer');
      // Not a matter of the world: always NULL, and no attempt.
      const size = file.value(2);
      if (file.value(3) !== 0n || size > BigInt(map.size)) return returnNull(core);
      if (acquiresFail(core)) return returnNull(core);
      const record = core.memory.addObject('ring', -1, Number(size), FILL_BYTE);
      return record < 0 ? returnNull(core) : acquired(core, pc, 'ring', record);
    },
  },
  bpf_ringbuf_submit: { args: 2, run: release('ring', () => 'bpf_ringbuf_discard') },
  bpf_ringbuf_discard: { args: 2, run: release('ring', () => 'bpf_ringbuf_discard') },
  bpf_get_current_task_btf: { args: 0, run: (core) => returnObject(core, CURRENT_TASK) },
  bpf_throw: {
    args: 1,
    run(core) {
      core.outcome = { how: 'throw', value: core.file.value(1) };
      return 'over';
    },
  },
  bpf_task_from_pid: { args: 1, run: lookup('task') },
  bpf_task_acquire: { args: 1, run: acquireAgain('task') },
  bpf_task_release: { args: 1, run: release('task', () => 'bpf_task_release') },
  bpf_cgroup_from_id: { args: 1, run: lookup('cgroup') },
  bpf_cgroup_acquire: { args: 1, run: acquireAgain('cgroup') },
  bpf_cgroup_ancestor: {
    args: 2,
    run(core, pc) {
      if (requireLive(core, pc, 'cgroup') < 0) return 'over';
      return acquiresFail(core)
        ? returnNull(core)
        : acquired(core, pc, 'cgroup', core.memory.addKernelObject('cgroup'));
    },
  },
  bpf_cgroup_release: { args: 1, run: release('cgroup', () => 'bpf_cgroup_release') },
  bpf_obj_new_impl: {
    args: 1,
    run(core, pc) {
      const id = core.file.value(1);
      const type = core.names.types[Number(id) - 1];
      if (type === undefined) return bad(core, pc, `no struct type has the id ${id}`);
      if (acquiresFail(core)) return returnNull(core);
      const object = core.memory.addObject('object', Number(id) - 1, type.size, 0);
      return object < 0 ? returnNull(core) : acquired(core, pc, 'object', object, type.name);
    },
  },
  bpf_obj_drop_impl: {
    args: 1,
    run: release('object', (core, object) => `bpf_obj_drop_impl(${typeName(core, object)})`),
  },
  bpf_sk_lookup_tcp: { args: 5, run: lookupSocket },
  bpf_skc_lookup_tcp: { args: 5, run: lookupSocket },
  bpf_sk_release: {
    args: 1,
    run: (core, pc) => (releaseSocket(core, pc) === 'void' ? returnNumber(core, 0n) : 'over'),
  },
  bpf_sk_fullsock: { args: 1, run: castSocket },
  bpf_tcp_sock: { args: 1, run: castSocket },
  bpf_skc_to_tcp_sock: { args: 1, run: castSocket },
  ...STACK_OBJECTS,
};

const NUMBERS = new Map<CallableName, number>(CALLABLE_NAMES.map((name, number) => [name, number]));

/** Runs the helper or kfunc with this id; answers the next pc, or HALT. */
export function runCallable(core: Core, pc: number, name: CallableName | undefined): number {
  if (name === undefined) return core.fault('bad-instruction', pc, `call of an unknown function ${core.code.imm[pc]}`);
  // The plug-in protocol knows no kernel functions.
  if (core.bare && CALLABLES[name].call.as === 'kfunc') {
    return core.fault('bad-instruction', pc, `call of the kernel function ${core.code.imm[pc]}`);
  }
  const { args, run } = BEHAVIOURS[name];
  // Arguments belong to the trace before the call overwrites anything.
  const number = NUMBERS.get(name) ?? -1;
  core.trace(number, args, false);
  const went = run(core, pc);
  if (went === 'over') return HALT;
  if (went === 'void') core.poison(0, POISONED.byVoid);
  else core.trace(number, 0, true);
  core.clobberArguments();
  return pc + 1;
}

/** The helper called at a pc. */
export function helperAt(core: Core, pc: number): CallableName | undefined {
  return helperById(core.code.imm[pc] ?? 0);
}

/** The kfunc called at a pc. */
export function kfuncAt(core: Core, pc: number): CallableName | undefined {
  return kfuncById(core.code.imm[pc] ?? 0);
}
