/**
 * One row per kind of resource that a program can hold. What a kind's destructor is, is said twice, and not here:
 * src/subjects/destructors.ts (as the designs see it) and oracles/ledger.ts (as the truth sees it).
 */
export interface KindRow {
  /** Where a resource of this kind lives while it is held. */
  readonly lives: 'register';
  /** What the verifier's messages call a pointer to it: `ringbuf_mem`, or the struct of a BTF pointer. */
  readonly pointee: string;
  /** `kernel`: a plain PTR_TO_BTF_ID; `local`: an object of a struct type of the program; `memory`: raw bytes. */
  readonly pointer: 'kernel' | 'local' | 'memory';
}

const rows = {
  ring: { lives: 'register', pointee: 'ringbuf_mem', pointer: 'memory' },
  task: { lives: 'register', pointee: 'task_struct', pointer: 'kernel' },
  cgroup: { lives: 'register', pointee: 'cgroup', pointer: 'kernel' },
  object: { lives: 'register', pointee: 'local object', pointer: 'local' },
} as const satisfies Record<string, KindRow>;

export type Kind = keyof typeof rows;
export const KINDS: Readonly<Record<Kind, KindRow>> = rows;
export const KIND_NAMES: readonly Kind[] = Object.keys(rows) as Kind[];
