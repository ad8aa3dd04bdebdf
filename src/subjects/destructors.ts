/**
 * Kind -> destructor, as the designs under test see it (domain: "Destructor by type"). The ledger has a table of its own.
 * The claim is the word under which a design reports what it believed to release; kinds that rfc-v1 cannot tell apart,
 * because they share a verifier type number, share a claim.
 */
import type { Kind, SocketForm } from '../isa/kinds.js';
import type { Program } from '../isa/program.js';
import type { Pointer } from '../verify/value.js';

/** What a design believes to hold somewhere; `type` is a struct type number for local objects, else -1. */
export interface Holding {
  readonly kind: Kind;
  readonly type: number;
  /** For sockets: under which pointer type. */
  readonly form?: SocketForm;
}

export interface DestructorRow {
  /** One word per verifier type number: no blanks, no slashes. */
  claim(form: SocketForm | undefined): string;
  /** Name of the destructor, or `undefined` if the program declares no such struct type. */
  destructor(program: Program, type: number): string | undefined;
}

const SOCKET_CLAIMS: Readonly<Record<SocketForm, string>> = {
  sock: 'socket',
  sock_common: 'sock-common',
  tcp_sock: 'tcp-sock',
  btf: 'kernel-object',
};

export const DESTRUCTORS: Readonly<Record<Kind, DestructorRow>> = {
  ring: { claim: () => 'ring-record', destructor: () => 'bpf_ringbuf_discard' },
  task: { claim: () => 'kernel-object', destructor: () => 'bpf_task_release' },
  cgroup: { claim: () => 'kernel-object', destructor: () => 'bpf_cgroup_release' },
  object: {
    claim: () => 'local-object',
    destructor: (program, type) => {
      const struct = program.types[type];
      return struct === undefined ? undefined : `bpf_obj_drop_impl(${struct.name})`;
    },
  },
  socket: { claim: (form = 'sock') => SOCKET_CLAIMS[form], destructor: () => 'bpf_sk_release' },
  dynptr: { claim: () => 'ring-dynptr', destructor: () => 'bpf_ringbuf_discard_dynptr' },
  iter_num: { claim: () => 'iterator', destructor: () => 'bpf_iter_num_destroy' },
  iter_task: { claim: () => 'iterator', destructor: () => 'bpf_iter_task_destroy' },
};

/** The word for what a design believes to hold. */
export function claimOf({ kind, form }: Holding): string {
  return DESTRUCTORS[kind].claim(form);
}

/**
 * What a pointer with a reference refers to; `undefined` for a pointer into ctx, stack or a map, which owns nothing, and for
 * what lies inside a dynptr or iterator.
 */
export function holdingOf(pointer: Pointer): Holding | undefined {
  switch (pointer.type.to) {
    case 'memory':
      return { kind: 'ring', type: -1 };
    case 'kernel':
      return { kind: pointer.type.kind, type: -1 };
    case 'local':
      return { kind: 'object', type: pointer.type.type };
    case 'socket':
      return { kind: 'socket', type: -1, form: pointer.type.form };
    default:
      return undefined;
  }
}
