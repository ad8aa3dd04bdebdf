/**
 * One row per helper and kfunc: what the kernel *declares* about it. The machine does not read these rows; its own
 * behaviour of every callable is in oracles/machine, and a law test compares the two.
 *
 * Source: kernel/bpf/helpers.c, kernel/bpf/ringbuf.c, include/uapi/linux/bpf.h (Linux 6.18).
 */
import type { Kind } from './kinds.js';

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
  /** Non-NULL, unmodified pointer to a live object of this kind; `owned` if a reference must be held on it. */
  | { readonly is: 'object'; readonly kind: Kind; readonly owned: boolean };

export type MapType = 'ringbuf';

export type ReturnType =
  | { readonly is: 'void' }
  /** A scalar of which the verifier knows nothing (RET_INTEGER). */
  | { readonly is: 'scalar' }
  /** Pointer to an object; `sizeFrom` is the index of the constant argument that gives its size in bytes (kind memory). */
  | { readonly is: 'object'; readonly kind: Kind; readonly mayBeNull: boolean; readonly sizeFrom?: number };

export interface CallableRow {
  /** `helper`: the number in include/uapi/linux/bpf.h. `kfunc`: our own BTF id, resolved by name for a real kernel. */
  readonly call: { readonly as: 'helper'; readonly id: number } | { readonly as: 'kfunc'; readonly id: number };
  readonly args: readonly ArgType[];
  readonly returns: ReturnType;
  /** The returned pointer, if not NULL, carries a new reference. */
  readonly acquires: boolean;
  /** Index of the argument whose reference is released. */
  readonly releases?: number;
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
const owned = (kind: Kind) => ({ is: 'object', kind, owned: true }) as const;
const borrowed = (kind: Kind) => ({ is: 'object', kind, owned: false }) as const;
const maybe = (kind: Kind) => ({ is: 'object', kind, mayBeNull: true }) as const;

const rows = {
  bpf_ktime_get_ns: { call: helper(5), args: [], returns: scalar, acquires: false },
  bpf_get_prandom_u32: { call: helper(7), args: [], returns: scalar, acquires: false },
  bpf_ringbuf_reserve: {
    call: helper(131),
    args: [{ is: 'map', map: 'ringbuf' }, { is: 'constant' }, scalar],
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
