/**
 * Kind -> destructor, as the designs under test see it (domain: "Destructor by type"). The ledger has a table of its own.
 * The claim is the word under which a design reports what it believed to release; kinds that rfc-v1 cannot tell apart,
 * because they share a verifier type number, share a claim.
 */
import type { Kind } from '../isa/kinds.js';
import type { Program } from '../isa/program.js';
import type { Pointer } from '../verify/value.js';

/** What a design believes to hold somewhere; `type` is a struct type number for local objects, else -1. */
export interface Holding {
  readonly kind: Kind;
  readonly type: number;
}

export interface DestructorRow {
  /** One word per verifier type number: no blanks, no slashes. */
  readonly claim: string;
  /** Name of the destructor, or `undefined` if the program declares no such struct type. */
  destructor(program: Program, type: number): string | undefined;
}

export const DESTRUCTORS: Readonly<Record<Kind, DestructorRow>> = {
  ring: { claim: 'ring-record', destructor: () => 'bpf_ringbuf_discard' },
  task: { claim: 'kernel-object', destructor: () => 'bpf_task_release' },
  cgroup: { claim: 'kernel-object', destructor: () => 'bpf_cgroup_release' },
  object: {
    claim: 'local-object',
    destructor: (program, type) => {
      const struct = program.types[type];
      return struct === undefined ? undefined : `bpf_obj_drop_impl(${struct.name})`;
    },
  },
};

/** What an owned pointer points to; `undefined` for a pointer into ctx, stack or a map, which owns nothing. */
export function holdingOf(pointer: Pointer): Holding | undefined {
  switch (pointer.type.to) {
    case 'memory':
      return { kind: 'ring', type: -1 };
    case 'kernel':
      return { kind: pointer.type.kind, type: -1 };
    case 'local':
      return { kind: 'object', type: pointer.type.type };
    default:
      return undefined;
  }
}
