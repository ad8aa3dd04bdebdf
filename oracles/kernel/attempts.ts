/**
 * What an attempt to acquire comes to in the running kernel: a program that does nothing else is run once for each callable
 * and constant argument, and its answer remembered.
 */
import { parseProgram } from '../../src/asm/parse.js';
import type { RunningKernel } from '../../src/bridge/kernel/load.js';
import type { CallableName } from '../../src/isa/callables.js';

export interface Attempts {
  /** Whether the call succeeds; `register` reads R1, R2, … of the call. `undefined`: it depends on more than that. */
  succeeds(callable: CallableName, register: (number: number) => bigint): boolean | undefined;
}

/** How an attempt is repeated. */
type Row =
  /** It depends on a number in R1. */
  | { readonly by: 'number'; readonly release: CallableName }
  /** It depends on nothing: the text leaves 1 in R0 if it succeeds. */
  | { readonly by: 'nothing'; readonly text: string };

const LOOKUP = (name: string) => `main:
    *(u64 *)(r10 - 8) = 0
    *(u32 *)(r10 - 12) = 0
    r2 = r10
    r2 += -12
    r3 = 12
    r4 = -1
    r5 = 0
    call ${name}
    if r0 == 0 goto none
    r1 = r0
    call bpf_sk_release
    r0 = 1
none:
    exit
`;

const RESERVE = `main:
    r1 = map[events] ll
    r2 = 8
    r3 = 0
    call bpf_ringbuf_reserve
    if r0 == 0 goto none
    r1 = r0
    r2 = 0
    call bpf_ringbuf_discard
    r0 = 1
none:
    exit
`;

const ROWS: Partial<Record<CallableName, Row>> = {
  bpf_task_from_pid: { by: 'number', release: 'bpf_task_release' },
  bpf_cgroup_from_id: { by: 'number', release: 'bpf_cgroup_release' },
  bpf_sk_lookup_tcp: { by: 'nothing', text: LOOKUP('bpf_sk_lookup_tcp') },
  bpf_skc_lookup_tcp: { by: 'nothing', text: LOOKUP('bpf_skc_lookup_tcp') },
  bpf_ringbuf_reserve: { by: 'nothing', text: RESERVE },
  bpf_ringbuf_reserve_dynptr: { by: 'nothing', text: RESERVE },
  bpf_obj_new_impl: {
    by: 'nothing',
    text: `main:
    r1 = type[node] ll
    call bpf_obj_new_impl
    if r0 == 0 goto none
    r1 = r0
    call bpf_obj_drop_impl
    r0 = 1
none:
    exit
`,
  },
  bpf_task_acquire: {
    by: 'nothing',
    text: `main:
    call bpf_get_current_task_btf
    r1 = r0
    call bpf_task_acquire
    if r0 == 0 goto none
    r1 = r0
    call bpf_task_release
    r0 = 1
none:
    exit
`,
  },
};

/** Declarations that the texts above use. */
const DECLARED = {
  types: [{ name: 'node', size: 16 }],
  maps: [{ name: 'events', type: 'ringbuf', size: 4096 }],
} as const;

/** Numbers of tasks and cgroups that are asked about at most; beyond that an attempt is not known. */
const MOST_NUMBERS = 4096;

/** Attempts of this kernel, from runs of their own. */
export function attemptsOf(kernel: RunningKernel): Attempts {
  const known = new Map<string, boolean | undefined>();
  const ask = (text: string): boolean | undefined => {
    const parsed = parseProgram(text, DECLARED);
    if (!parsed.ok) throw new Error(parsed.errors.map(({ line, message }) => `${line}: ${message}`).join('\n'));
    const answer = kernel.run(parsed.program, [[]])?.[0];
    return answer?.ok === true ? answer.retval === 1 : undefined;
  };
  return {
    succeeds(callable, register) {
      const row = ROWS[callable];
      if (row === undefined) return undefined;
      const number = row.by === 'number' ? BigInt.asIntN(64, register(1)) : 0n;
      const key = `${callable} ${number}`;
      if (known.has(key)) return known.get(key);
      if (known.size >= MOST_NUMBERS) return undefined;
      const answer = ask(row.by === 'nothing' ? row.text : numbered(callable, row.release, number));
      known.set(key, answer);
      return answer;
    },
  };
}

function numbered(callable: CallableName, release: CallableName, number: bigint): string {
  return `main:
    r1 = ${number} ll
    call ${callable}
    if r0 == 0 goto none
    r1 = r0
    call ${release}
    r0 = 1
none:
    exit
`;
}
