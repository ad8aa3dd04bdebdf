/**
 * One row per kind of resource that a program can hold. What a kind's destructor is, is said twice, and not here:
 * src/subjects/destructors.ts (as the designs see it) and oracles/ledger.ts (as the truth sees it).
 */

/** A resource that a pointer refers to: it lives in registers and spills while it is held. */
export interface RegisterKindRow {
  readonly lives: 'register';
  /** What the verifier's messages call a pointer to it: `ringbuf_mem`, or the struct of a BTF pointer. */
  readonly pointee: string;
  /**
   * `kernel`: a plain PTR_TO_BTF_ID; `local`: an object of a struct type of the program; `memory`: raw bytes; `socket`: one of
   * the socket types, between which casts lead.
   */
  readonly pointer: 'kernel' | 'local' | 'memory' | 'socket';
}

/** A resource that *is* stack slots: an iterator or a dynptr. Its address is that of the lowest byte. */
export interface StackKindRow {
  readonly lives: 'stack';
  /** 8-byte slots. */
  readonly slots: 1 | 2 | 3;
  /** Kind of its slots: STACK_DYNPTR or STACK_ITER. */
  readonly slot: 'dynptr' | 'iter';
  /** What messages call it: `iter_num`. */
  readonly pointee: string;
}

export type KindRow = RegisterKindRow | StackKindRow;

const rows = {
  ring: { lives: 'register', pointee: 'ringbuf_mem', pointer: 'memory' },
  task: { lives: 'register', pointee: 'task_struct', pointer: 'kernel' },
  cgroup: { lives: 'register', pointee: 'cgroup', pointer: 'kernel' },
  object: { lives: 'register', pointee: 'local object', pointer: 'local' },
  socket: { lives: 'register', pointee: 'sock', pointer: 'socket' },
  dynptr: { lives: 'stack', slots: 2, slot: 'dynptr', pointee: 'dynptr' },
  iter_num: { lives: 'stack', slots: 1, slot: 'iter', pointee: 'iter_num' },
  iter_task: { lives: 'stack', slots: 3, slot: 'iter', pointee: 'iter_task' },
} as const satisfies Record<string, KindRow>;

export type Kind = keyof typeof rows;
type KindWith<Row> = { [K in Kind]: (typeof rows)[K] extends Row ? K : never }[Kind];
/** Kinds that pointers refer to. */
export type RegisterKind = KindWith<{ readonly lives: 'register' }>;
/** Kinds of which there is one pointer type each. */
export type ObjectKind = Exclude<RegisterKind, 'socket'>;
/** Kinds that live on the stack. */
export type StackKind = KindWith<{ readonly lives: 'stack' }>;
/** Open-coded iterators. */
export type IteratorKind = KindWith<{ readonly slot: 'iter' }>;

export const KINDS: { readonly [K in Kind]: (typeof rows)[K] } = rows;
export const KIND_NAMES: readonly Kind[] = Object.keys(rows) as Kind[];

const STACK: ReadonlySet<Kind> = new Set(KIND_NAMES.filter((kind) => rows[kind].lives === 'stack'));

/** Whether resources of a kind live on the stack. */
export function livesOnStack(kind: Kind): kind is StackKind {
  return STACK.has(kind);
}

/**
 * The pointer types of one socket (enum bpf_reg_type): casts lead from one to another, all with one address. `btf` is what
 * bpf_skc_to_*() return, a plain PTR_TO_BTF_ID.
 */
export const SOCKET_FORMS = ['sock', 'sock_common', 'tcp_sock', 'btf'] as const;
export type SocketForm = (typeof SOCKET_FORMS)[number];
