/**
 * One row per helper and kfunc: what the kernel *declares* about it. The machine does not read these rows; its own
 * behaviour of every callable is in oracles/machine, and a law test compares the two.
 *
 * Source: kernel/bpf/helpers.c, ringbuf.c, bpf_iter.c, task_iter.c, net/core/filter.c, include/uapi/linux/bpf.h (Linux 6.18).
 */
import type { IteratorKind, ObjectKind, SocketForm, StackKind } from './kinds.js';

/** What an argument must be. Arguments are R1, R2, … in order. */
export type ArgType =
  /** Any initialised scalar. */
  | { readonly is: 'scalar' }
  /** A scalar that is a known constant, e.g. a size in bytes. */
  | { readonly is: 'constant' }
  /** The constant id of a struct type declared by the program. */
  | { readonly is: 'local-type' }
  /** The hidden meta argument (`__ign`): the verifier does not look at it, nor need it be initialised. */
  | { readonly is: 'ignored' }
  /** Pointer to a map of this type. */
  | { readonly is: 'map'; readonly map: MapType }
  /** The unmodified context. */
  | { readonly is: 'ctx' }
  /** Pointer to readable memory; how many bytes is the next argument, a constant. */
  | { readonly is: 'memory' }
  /** NULL: a buffer that may be left out, or an object that may be. */
  | { readonly is: 'null' }
  /** Non-NULL, unmodified pointer to a live object of this kind; `owned` if a reference must be held on it. */
  | { readonly is: 'object'; readonly kind: ObjectKind; readonly owned: boolean }
  /** Non-NULL, unmodified socket pointer; `btf` if that of bpf_skc_to_*() will do as well. */
  | { readonly is: 'socket'; readonly owned: boolean; readonly btf: boolean }
  /** Pointer to 16 stack bytes: `uninit` where the call makes a dynptr on ring memory of them, else one already made. */
  | { readonly is: 'dynptr'; readonly state: 'uninit' | 'init' }
  /** Pointer to the stack slots of an iterator: `uninit` where the call makes it, else `init`. */
  | { readonly is: 'iterator'; readonly kind: IteratorKind; readonly state: 'uninit' | 'init' };

export type MapType = 'ringbuf';

export type ReturnType =
  | { readonly is: 'void' }
  /** A scalar of which the verifier knows nothing (RET_INTEGER). */
  | { readonly is: 'scalar' }
  /** Pointer to an object; `sizeFrom` is the index of the constant argument that gives its size in bytes (kind memory). */
  | {
      readonly is: 'object';
      readonly kind: ObjectKind;
      readonly mayBeNull: boolean;
      readonly sizeFrom?: number;
    }
  /** A socket pointer that may be NULL; `castOf` is the argument whose socket, and reference, it is. */
  | { readonly is: 'socket'; readonly form: SocketForm; readonly castOf?: number }
  /** Memory of the dynptr in R1, or NULL; `sizeFrom` as above. `readonly`: a slice, which carries no reference. */
  | { readonly is: 'data'; readonly sizeFrom: number; readonly readonly: boolean }
  /** What the iterator in R1 is at, or NULL when it has ended: the walk goes on with either. */
  | { readonly is: 'element'; readonly kind: IteratorKind };

export interface CallableRow {
  /** `helper`: the number in include/uapi/linux/bpf.h. `kfunc`: our own BTF id, resolved by name for a real kernel. */
  readonly call: { readonly as: 'helper'; readonly id: number } | { readonly as: 'kfunc'; readonly id: number };
  readonly args: readonly ArgType[];
  readonly returns: ReturnType;
  /** The returned pointer, if not NULL, carries a new reference; so does a dynptr or iterator that the call makes. */
  readonly acquires: boolean;
  /** Index of the argument whose reference is released. */
  readonly releases?: number;
  /** R2 becomes a copy of the dynptr in R1, with the same reference. */
  readonly clones?: true;
  /** Unwinds the whole program instead of returning. */
  readonly throws?: true;
  /** Other names under which C sources know it. */
  readonly aliases?: readonly string[];
}

const helper = (id: number) => ({ as: 'helper', id }) as const;
const kfunc = (id: number) => ({ as: 'kfunc', id }) as const;
const scalar = { is: 'scalar' } as const;
const ignored = { is: 'ignored' } as const;
const VOID = { is: 'void' } as const;
const owned = (kind: ObjectKind) => ({ is: 'object', kind, owned: true }) as const;
const borrowed = (kind: ObjectKind) => ({ is: 'object', kind, owned: false }) as const;
const maybe = (kind: ObjectKind) => ({ is: 'object', kind, mayBeNull: true }) as const;
const ctx = { is: 'ctx' } as const;
const constant = { is: 'constant' } as const;
const ring = { is: 'map', map: 'ringbuf' } as const;
const dynptr = { is: 'dynptr', state: 'init' } as const;
const newDynptr = { is: 'dynptr', state: 'uninit' } as const;
const iterator = (kind: IteratorKind) => ({ is: 'iterator', kind, state: 'init' }) as const;
const newIterator = (kind: IteratorKind) => ({ is: 'iterator', kind, state: 'uninit' }) as const;
const socket = (form: SocketForm) => ({ is: 'socket', form }) as const;
const cast = (form: SocketForm) => ({ is: 'socket', form, castOf: 0 }) as const;
const LOOKUP = [ctx, { is: 'memory' }, constant, scalar, scalar] as const;
const SOCK_COMMON = { is: 'socket', owned: false, btf: false } as const;

const rows = {
  bpf_ktime_get_ns: { call: helper(5), args: [], returns: scalar, acquires: false },
  bpf_get_prandom_u32: { call: helper(7), args: [], returns: scalar, acquires: false },
  bpf_ringbuf_reserve: {
    call: helper(131),
    args: [ring, constant, scalar],
    returns: { is: 'object', kind: 'ring', mayBeNull: true, sizeFrom: 1 },
    acquires: true,
  },
  bpf_ringbuf_submit: { call: helper(132), args: [owned('ring'), scalar], returns: VOID, acquires: false, releases: 0 },
  bpf_ringbuf_discard: {
    call: helper(133),
    args: [owned('ring'), scalar],
    returns: VOID,
    acquires: false,
    releases: 0,
  },
  bpf_get_current_task_btf: {
    call: helper(158),
    args: [],
    returns: { is: 'object', kind: 'task', mayBeNull: false },
    acquires: false,
  },
  bpf_throw: { call: kfunc(1), args: [scalar], returns: VOID, acquires: false, throws: true },
  bpf_task_from_pid: { call: kfunc(2), args: [scalar], returns: maybe('task'), acquires: true },
  bpf_task_acquire: { call: kfunc(3), args: [borrowed('task')], returns: maybe('task'), acquires: true },
  bpf_task_release: { call: kfunc(4), args: [owned('task')], returns: VOID, acquires: false, releases: 0 },
  bpf_cgroup_from_id: { call: kfunc(5), args: [scalar], returns: maybe('cgroup'), acquires: true },
  bpf_cgroup_acquire: { call: kfunc(6), args: [borrowed('cgroup')], returns: maybe('cgroup'), acquires: true },
  bpf_cgroup_ancestor: { call: kfunc(7), args: [borrowed('cgroup'), scalar], returns: maybe('cgroup'), acquires: true },
  bpf_cgroup_release: { call: kfunc(8), args: [owned('cgroup')], returns: VOID, acquires: false, releases: 0 },
  bpf_obj_new_impl: {
    call: kfunc(9),
    args: [{ is: 'local-type' }, ignored],
    returns: maybe('object'),
    acquires: true,
    aliases: ['bpf_obj_new'],
  },
  bpf_obj_drop_impl: {
    call: kfunc(10),
    args: [owned('object'), ignored],
    returns: VOID,
    acquires: false,
    releases: 0,
    aliases: ['bpf_obj_drop'],
  },
  bpf_sk_lookup_tcp: { call: helper(84), args: LOOKUP, returns: socket('sock'), acquires: true },
  bpf_skc_lookup_tcp: { call: helper(99), args: LOOKUP, returns: socket('sock_common'), acquires: true },
  bpf_sk_release: {
    call: helper(86),
    args: [{ is: 'socket', owned: true, btf: true }],
    returns: scalar,
    acquires: false,
    releases: 0,
  },
  bpf_sk_fullsock: { call: helper(95), args: [SOCK_COMMON], returns: cast('sock'), acquires: false },
  bpf_tcp_sock: { call: helper(96), args: [SOCK_COMMON], returns: cast('tcp_sock'), acquires: false },
  bpf_skc_to_tcp_sock: {
    call: helper(137),
    args: [{ is: 'socket', owned: false, btf: true }],
    returns: cast('btf'),
    acquires: false,
  },
  bpf_ringbuf_reserve_dynptr: {
    call: helper(198),
    args: [ring, scalar, scalar, newDynptr],
    returns: scalar,
    acquires: true,
  },
  bpf_ringbuf_submit_dynptr: {
    call: helper(199),
    args: [dynptr, scalar],
    returns: VOID,
    acquires: false,
    releases: 0,
  },
  bpf_ringbuf_discard_dynptr: {
    call: helper(200),
    args: [dynptr, scalar],
    returns: VOID,
    acquires: false,
    releases: 0,
  },
  bpf_dynptr_data: {
    call: helper(203),
    args: [dynptr, scalar, constant],
    returns: { is: 'data', sizeFrom: 2, readonly: false },
    acquires: false,
  },
  bpf_dynptr_slice: {
    call: kfunc(11),
    args: [dynptr, scalar, { is: 'null' }, constant],
    returns: { is: 'data', sizeFrom: 3, readonly: true },
    acquires: false,
  },
  bpf_dynptr_clone: { call: kfunc(12), args: [dynptr, newDynptr], returns: scalar, acquires: false, clones: true },
  bpf_iter_num_new: {
    call: kfunc(13),
    args: [newIterator('iter_num'), scalar, scalar],
    returns: scalar,
    acquires: true,
  },
  bpf_iter_num_next: {
    call: kfunc(14),
    args: [iterator('iter_num')],
    returns: { is: 'element', kind: 'iter_num' },
    acquires: false,
  },
  bpf_iter_num_destroy: {
    call: kfunc(15),
    args: [iterator('iter_num')],
    returns: VOID,
    acquires: false,
    releases: 0,
  },
  bpf_iter_task_new: {
    call: kfunc(16),
    args: [newIterator('iter_task'), { is: 'null' }, scalar],
    returns: scalar,
    acquires: true,
  },
  bpf_iter_task_next: {
    call: kfunc(17),
    args: [iterator('iter_task')],
    returns: { is: 'element', kind: 'iter_task' },
    acquires: false,
  },
  bpf_iter_task_destroy: {
    call: kfunc(18),
    args: [iterator('iter_task')],
    returns: VOID,
    acquires: false,
    releases: 0,
  },
} as const satisfies Record<string, CallableRow>;

export type CallableName = keyof typeof rows;
export const CALLABLES: Readonly<Record<CallableName, CallableRow>> = rows;
export const CALLABLE_NAMES: readonly CallableName[] = Object.keys(rows) as CallableName[];

const byHelper = new Map<number, CallableName>();
const byKfunc = new Map<number, CallableName>();
const byName = new Map<string, CallableName>();
for (const name of CALLABLE_NAMES) {
  const row: CallableRow = rows[name];
  (row.call.as === 'helper' ? byHelper : byKfunc).set(row.call.id, name);
  for (const known of [name, ...(row.aliases ?? [])]) byName.set(known, name);
}

/** The callable of a helper number. */
export function helperById(id: number): CallableName | undefined {
  return byHelper.get(id);
}

/** The callable of a kfunc's BTF id. */
export function kfuncById(id: number): CallableName | undefined {
  return byKfunc.get(id);
}

/** The callable of a name or alias. */
export function callableByName(name: string): CallableName | undefined {
  return byName.get(name);
}

/**
 * Helper numbers from here on are calls that a subject inserted (`Prepared.intrinsics`); no kernel helper has them.
 * The verifier accepts them only where the caller says so.
 */
export const INTRINSIC_BASE = 0x7f00_0000;

/** Whether a helper number names an inserted call. */
export function isIntrinsic(helperId: number): boolean {
  return helperId >= INTRINSIC_BASE;
}

/** The kind of resource that a call makes or takes over on the stack, and the index of the argument that points to it. */
export function stackResource(row: CallableRow): { readonly kind: StackKind; readonly arg: number } | undefined {
  const arg = row.releases ?? row.args.findIndex((type) => 'state' in type && type.state === 'uninit');
  const type = row.args[arg];
  if (type?.is === 'dynptr') return { kind: 'dynptr', arg };
  return type?.is === 'iterator' ? { kind: type.kind, arg } : undefined;
}
