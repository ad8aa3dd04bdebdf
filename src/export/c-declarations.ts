/**
 * What C has to be told about helpers, kfuncs and maps: one row each, so that the compiler asks for those of a new one.
 *
 * Source: the prototypes in kernel/bpf/helpers.c and include/uapi/linux/bpf.h (Linux 6.18), map types in the latter.
 */
import { CALLABLES, type CallableName, type MapType } from '../isa/callables.js';
import type { MapDefinition } from '../isa/program.js';

/** The prototype of a helper or kfunc. A struct it names gets a body of its own in the file. */
export interface Prototype {
  readonly returns: string;
  /** Type and name of each parameter. */
  readonly parameters: readonly string[];
  /**
   * What a call comes to in a test run on an idle kernel: `same` as on the machine, whatever the world; `succeeds`, but its
   * result may be a pointer or depend on what memory holds; `varies`.
   */
  readonly atRun: 'same' | 'succeeds' | 'varies';
}

const U64 = 'unsigned long long';
const TASK = 'struct task_struct *';
const CGROUP = 'struct cgroup *';
const SOCK = 'struct bpf_sock *';
const DYNPTR = 'struct bpf_dynptr *';
const NUMBERS = 'struct bpf_iter_num *';
const TASKS = 'struct bpf_iter_task *';
const LOOKUP = ['void *ctx', 'struct bpf_sock_tuple *tuple', 'unsigned int tuple_size', `${U64} netns`, `${U64} flags`];

const PROTOTYPES: Readonly<Record<CallableName, Prototype>> = {
  bpf_ktime_get_ns: { returns: `${U64} `, parameters: [], atRun: 'varies' },
  bpf_get_prandom_u32: { returns: 'unsigned int ', parameters: [], atRun: 'varies' },
  bpf_ringbuf_reserve: {
    returns: 'void *',
    parameters: ['void *ringbuf', `${U64} size`, `${U64} flags`],
    atRun: 'succeeds',
  },
  bpf_ringbuf_submit: { returns: 'void ', parameters: ['void *data', `${U64} flags`], atRun: 'same' },
  bpf_ringbuf_discard: { returns: 'void ', parameters: ['void *data', `${U64} flags`], atRun: 'same' },
  bpf_get_current_task_btf: { returns: TASK, parameters: [], atRun: 'succeeds' },
  bpf_throw: { returns: 'void ', parameters: [`${U64} cookie`], atRun: 'same' },
  bpf_task_from_pid: { returns: TASK, parameters: ['int pid'], atRun: 'varies' },
  bpf_task_acquire: { returns: TASK, parameters: [`${TASK}p`], atRun: 'succeeds' },
  bpf_task_release: { returns: 'void ', parameters: [`${TASK}p`], atRun: 'same' },
  bpf_cgroup_from_id: { returns: CGROUP, parameters: [`${U64} cgid`], atRun: 'varies' },
  bpf_cgroup_acquire: { returns: CGROUP, parameters: [`${CGROUP}cgrp`], atRun: 'succeeds' },
  bpf_cgroup_ancestor: { returns: CGROUP, parameters: [`${CGROUP}cgrp`, 'int level'], atRun: 'varies' },
  bpf_cgroup_release: { returns: 'void ', parameters: [`${CGROUP}cgrp`], atRun: 'same' },
  bpf_obj_new_impl: {
    returns: 'void *',
    parameters: [`${U64} local_type_id__k`, 'void *meta__ign'],
    atRun: 'succeeds',
  },
  bpf_obj_drop_impl: { returns: 'void ', parameters: ['void *p__alloc', 'void *meta__ign'], atRun: 'same' },
  bpf_sk_lookup_tcp: { returns: SOCK, parameters: LOOKUP, atRun: 'varies' },
  bpf_skc_lookup_tcp: { returns: SOCK, parameters: LOOKUP, atRun: 'varies' },
  bpf_sk_release: { returns: 'long ', parameters: ['void *sock'], atRun: 'same' },
  bpf_sk_fullsock: { returns: SOCK, parameters: [`${SOCK}sk`], atRun: 'varies' },
  bpf_tcp_sock: { returns: 'struct bpf_tcp_sock *', parameters: [`${SOCK}sk`], atRun: 'varies' },
  bpf_skc_to_tcp_sock: { returns: 'struct tcp_sock *', parameters: ['void *sk'], atRun: 'varies' },
  bpf_ringbuf_reserve_dynptr: {
    returns: 'long ',
    parameters: ['void *ringbuf', 'unsigned int size', `${U64} flags`, `${DYNPTR}ptr`],
    atRun: 'succeeds',
  },
  bpf_ringbuf_submit_dynptr: { returns: 'void ', parameters: [`${DYNPTR}ptr`, `${U64} flags`], atRun: 'same' },
  bpf_ringbuf_discard_dynptr: { returns: 'void ', parameters: [`${DYNPTR}ptr`, `${U64} flags`], atRun: 'same' },
  bpf_dynptr_data: {
    returns: 'void *',
    parameters: [`const ${DYNPTR}ptr`, 'unsigned int offset', 'unsigned int len'],
    atRun: 'succeeds',
  },
  bpf_dynptr_slice: {
    returns: 'void *',
    parameters: [`const ${DYNPTR}p`, 'unsigned int offset', 'void *buffer__opt', 'unsigned int buffer__szk'],
    atRun: 'succeeds',
  },
  bpf_dynptr_clone: {
    returns: 'int ',
    parameters: [`const ${DYNPTR}p`, `${DYNPTR}clone__uninit`],
    atRun: 'succeeds',
  },
  bpf_iter_num_new: { returns: 'int ', parameters: [`${NUMBERS}it`, 'int start', 'int end'], atRun: 'succeeds' },
  bpf_iter_num_next: { returns: 'int *', parameters: [`${NUMBERS}it`], atRun: 'succeeds' },
  bpf_iter_num_destroy: { returns: 'void ', parameters: [`${NUMBERS}it`], atRun: 'same' },
  bpf_iter_task_new: {
    returns: 'int ',
    parameters: [`${TASKS}it`, `${TASK}task__nullable`, 'unsigned int flags'],
    atRun: 'varies',
  },
  bpf_iter_task_next: { returns: TASK, parameters: [`${TASKS}it`], atRun: 'varies' },
  bpf_iter_task_destroy: { returns: 'void ', parameters: [`${TASKS}it`], atRun: 'same' },
};

/** The prototype of a helper or kfunc. */
export function prototypeOf(name: CallableName): Prototype {
  return PROTOTYPES[name];
}

/** The declaration as one line of C: a kfunc as an extern that libbpf resolves, a helper as a constant by its number. */
export function declaration(name: CallableName): string {
  const { returns, parameters } = PROTOTYPES[name];
  const list = parameters.length === 0 ? 'void' : parameters.join(', ');
  const { as, id } = CALLABLES[name].call;
  if (as === 'kfunc') return `extern ${returns}${name}(${list}) __ksym;`;
  return `static ${returns}(*const ${name})(${list}) = (void *)${id};`;
}

/** Tags of the structs that prototypes name, each once, in the order of their first mention. */
export function structsNamedBy(names: readonly CallableName[]): readonly string[] {
  const words = names.flatMap((name) => [PROTOTYPES[name].returns, ...PROTOTYPES[name].parameters]);
  return [...new Set(words.flatMap((text) => /\bstruct (\w+)/.exec(text)?.[1] ?? []))];
}

/** One member of a map definition: `__uint(name, value)`, which C spells as a pointer to an array of so many ints. */
export interface MapMember {
  readonly name: string;
  readonly value: number;
}

/** BPF_MAP_TYPE_… of include/uapi/linux/bpf.h, and what the size of the definition means. */
const MAP_MEMBERS: Readonly<Record<MapType, (map: MapDefinition) => readonly MapMember[]>> = {
  ringbuf: ({ size }) => [
    { name: 'type', value: 27 },
    { name: 'max_entries', value: size },
  ],
};

/** The members of a map's definition in `.maps`. */
export function mapMembers(map: MapDefinition): readonly MapMember[] {
  return MAP_MEMBERS[map.type](map);
}
