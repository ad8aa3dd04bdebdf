/**
 * Where the tables are: entries (entry.ts) at the end of a frame, below the subprogram's deepest stack use. A first word of 0
 * marks a free entry; the type in an entry is a row number of the program's list of destructors.
 *
 * Which subprograms need one, if each has its own? Every one whose frames ever own something, if the program can be stopped at all: with stops
 * at throws only, if the walk reaches a throw. It would be wrong to ask whether *this* subprogram reaches a throw: one
 * that only acquires and returns must hand its entry on, and one that acquires and releases an object that its caller
 * holds as well would otherwise delete the caller's entry. A frame that owns nothing needs no table; its releases still
 * delete, further out. The number of entries is what the walk found one frame to own at once, including what callees
 * hand over: an entry never outnumbers the references, because a release deletes the innermost entry of that address,
 * never one further out than the reference that the verifier releases.
 *
 * One region for all frames needs room for what is held at once in the whole program, and for the clones there are at once:
 * no more than the most of either.
 */
import type { Refusal } from '../../contract/refusal.js';
import type { Program } from '../../isa/program.js';
import type { Analysis } from '../../verify/analysis.js';
import { roundUp, STACK_LIMIT, worstChain } from '../cost.js';
import { DESTRUCTORS, type Holding } from '../destructors.js';
import type { EntryFormat } from './entry.js';

/** The table of one subprogram. */
export interface TableLayout {
  readonly entries: number;
  /** Bytes of stack that the program itself uses; the table lies right below. */
  readonly above: number;
}

/** What tells one table design from another. */
export interface TableDesign {
  readonly format: EntryFormat;
  /** `frame`: entries are in the frame that holds the resource. `main`: all are in one region, in main's frame. */
  readonly region: 'frame' | 'main';
}

/** The tables of all subprograms. */
export interface Tables extends TableDesign {
  readonly layouts: readonly TableLayout[];
}

/** A row of the list that type words index. */
export interface TypeRow extends Holding {
  readonly destructor: string;
}

export interface Layout {
  readonly tables: Tables;
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

/** Offset from the frame pointer of the first word of an entry. */
export function entryOffset({ above }: TableLayout, { bytes }: EntryFormat, entry: number): number {
  return -(above + bytes * (entry + 1));
}

/** Entries that a subprogram needs. A clone is one more place of a resource, and one more entry. */
function entriesOf(
  { maxOwned, maxHeld, maxClones }: Analysis,
  subprogram: number,
  region: TableDesign['region'],
): number {
  if (region === 'frame') return (maxOwned[subprogram] ?? 0) + (maxClones[subprogram] ?? 0);
  return subprogram === 0 ? maxHeld + Math.max(0, ...maxClones) : 0;
}

/** Lays out the tables of a program, or says why they do not fit: `table-unbounded`, `stack-limit`, `no-destructor`. */
export function layOutTables(program: Program, analysis: Analysis, stoppable: boolean, design: TableDesign): LaidOut {
  const { format, region } = design;
  const layouts = program.subprograms.map(
    (_, index): TableLayout => ({
      entries: stoppable ? entriesOf(analysis, index, region) : 0,
      above: roundUp(analysis.stackDepth[index] ?? 0, 8),
    }),
  );
  const unbounded = layouts.findIndex(({ entries }) => !Number.isSafeInteger(entries));
  if (unbounded !== -1) {
    const { name, start } = program.subprograms[unbounded] ?? { name: '?', start: 0 };
    const message = `no bound on the resources that ${name} owns at once`;
    return { ok: false, refusal: { code: 'table-unbounded', pc: start, message, subprogram: unbounded } };
  }
  const stack = layouts.map(({ entries, above }) => above + format.bytes * entries);
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
  if (types.length > format.types) {
    const message = `an entry of ${format.bytes} bytes cannot tell ${types.length} destructors apart, only ${format.types}`;
    return { ok: false, refusal: { code: 'table-unbounded', pc: 0, message } };
  }
  return { ok: true, layout: { tables: { ...design, layouts }, types, typeOf, stack, chain: chain.bytes } };
}
