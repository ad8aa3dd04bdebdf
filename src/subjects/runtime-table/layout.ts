/**
 * Where the tables are: 16-byte entries (pointer, type word) at the end of each frame, below the subprogram's deepest
 * stack use. A pointer of 0 marks a free entry; the type word is a row number of the program's list of destructors.
 *
 * Which subprograms need one? Every one whose frames ever own something, if the program can be stopped at all: with stops
 * at throws only, if the walk reaches a throw. It would be wrong to ask whether *this* subprogram reaches a throw: one
 * that only acquires and returns must hand its entry on, and one that acquires and releases an object that its caller
 * holds as well would otherwise delete the caller's entry. A frame that owns nothing needs no table; its releases still
 * delete, further out. The number of entries is what the walk found one frame to own at once, including what callees
 * hand over: an entry never outnumbers the references, because a release deletes the innermost entry of that address,
 * never one further out than the reference that the verifier releases.
 */
import type { Refusal } from '../../contract/refusal.js';
import type { Program } from '../../isa/program.js';
import type { Analysis } from '../../verify/analysis.js';
import { roundUp, STACK_LIMIT, worstChain } from '../cost.js';
import { DESTRUCTORS, type Holding } from '../destructors.js';

export const ENTRY_BYTES = 16;

/** The table of one subprogram. */
export interface TableLayout {
  readonly entries: number;
  /** Bytes of stack that the program itself uses; the table lies right below. */
  readonly above: number;
}

/** A row of the list that type words index. */
export interface TypeRow extends Holding {
  readonly destructor: string;
}

export interface Layout {
  readonly tables: readonly TableLayout[];
  readonly types: readonly TypeRow[];
  /** By pc of an acquiring call: the type word it pushes. */
  readonly typeOf: ReadonlyMap<number, number>;
  /** Bytes of frame per subprogram, table included. */
  readonly stack: readonly number[];
  /** Bytes of the worst chain. */
  readonly chain: number;
}

export type LaidOut =
  | { readonly ok: true; readonly layout: Layout }
  | { readonly ok: false; readonly refusal: Refusal };

/** Offset from the frame pointer of the pointer word of an entry; its type word is 8 bytes higher. */
export function entryOffset(table: TableLayout, entry: number): number {
  return -(table.above + ENTRY_BYTES * (entry + 1));
}

/** Lays out the tables of a program, or says why they do not fit: `table-unbounded`, `stack-limit`, `no-destructor`. */
export function layOutTables(program: Program, analysis: Analysis, stoppable: boolean): LaidOut {
  const tables = program.subprograms.map(
    (_, index): TableLayout => ({
      // A clone is one more place of a resource, and one more entry.
      entries: stoppable ? (analysis.maxOwned[index] ?? 0) + (analysis.maxClones[index] ?? 0) : 0,
      above: roundUp(analysis.stackDepth[index] ?? 0, 8),
    }),
  );
  const unbounded = tables.findIndex(({ entries }) => !Number.isSafeInteger(entries));
  if (unbounded !== -1) {
    const { name, start } = program.subprograms[unbounded] ?? { name: '?', start: 0 };
    const message = `no bound on the resources that ${name} owns at once`;
    return { ok: false, refusal: { code: 'table-unbounded', pc: start, message, subprogram: unbounded } };
  }
  const stack = tables.map(({ entries, above }) => above + ENTRY_BYTES * entries);
  const chain = worstChain(program, stack);
  if (chain.bytes > STACK_LIMIT) {
    const message = `combined stack size of ${chain.frames} calls is ${chain.bytes}. Too large`;
    return { ok: false, refusal: { code: 'stack-limit', pc: 0, message } };
  }
  const types: TypeRow[] = [];
  const typeOf = new Map<number, number>();
  for (const { pc, does, kind, type } of stoppable ? analysis.ownership : []) {
    if (does !== 'acquire') continue;
    const destructor = DESTRUCTORS[kind].destructor(program, type);
    if (destructor === undefined) {
      const message = `no destructor for the ${kind} acquired by insn ${pc}`;
      return { ok: false, refusal: { code: 'no-destructor', pc, message } };
    }
    const known = types.findIndex((row) => row.destructor === destructor);
    typeOf.set(pc, known === -1 ? types.length : known);
    if (known === -1) types.push({ kind, type, destructor });
  }
  return { ok: true, layout: { tables, types, typeOf, stack, chain: chain.bytes } };
}
