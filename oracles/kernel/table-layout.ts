/** Where the tables of a program are, and the code that gets at an entry: of the frame itself or of one further out. */
import { callGraphOf } from '../../src/cfg/calls.js';
import type { TableKnowledge } from '../../src/contract/knowledge.js';
import { type Insn, insn } from '../../src/isa/insn.js';
import type { Program } from '../../src/isa/program.js';
import type { Edit } from '../../src/patch/patch.js';
import type { Prepared } from '../../src/subjects/subject.js';
import { scratchLiveness } from '../../src/verify/liveness.js';
import type { TableClaim } from './claims.js';

type Entry = TableClaim['entry'];

/** Edits that hand out addresses of tables, or the name of a subprogram that has no register left for one. */
type Links = { readonly ok: true; readonly edits: readonly Edit[] } | { readonly ok: false; readonly name: string };

/** The register that table code works in. */
export const SCRATCH = 5;

export class TableLayout {
  /** Subprograms that reach the table of their caller. */
  readonly #reaching = new Set<number>();
  readonly #program: Program;
  readonly #prepared: Prepared;
  readonly #knowledge: TableKnowledge;
  readonly #callers: readonly (readonly number[])[];
  readonly #calls: ReturnType<typeof callGraphOf>['calls'];

  constructor(prepared: Prepared, knowledge: TableKnowledge) {
    this.#prepared = prepared;
    this.#program = prepared.program;
    this.#knowledge = knowledge;
    const graph = callGraphOf(prepared.program);
    this.#callers = graph.callers;
    this.#calls = graph.calls;
  }

  /** Subprograms that call one. */
  callersOf(subprogram: number): readonly number[] {
    return this.#callers[subprogram] ?? [];
  }

  /** A subprogram needs the address of its caller's table. */
  reach(subprogram: number): void {
    this.#reaching.add(subprogram);
  }

  /** Entries of the table of a subprogram. */
  entries(subprogram: number): readonly Entry[] {
    return this.#knowledge.tables.find((table) => table.subprogram === subprogram)?.entries ?? [];
  }

  /** Type words have to be 0 at first; the design itself zeroes the pointers. */
  zeroing(): readonly Edit[] {
    return this.#program.subprograms.map((_, subprogram) => ({
      do: 'entry',
      subprogram,
      insns: this.entries(subprogram).map(({ type }) => insn('st64', { dst: 10, off: type, operand: { imm: 0 } })),
    }));
  }

  /** Bytes of each frame: tables, and in those that reach their caller's a slot for its address. */
  stack(): readonly number[] {
    return this.#program.subprograms.map((_, index) => this.#depth(index) + (this.#reaching.has(index) ? 8 : 0));
  }

  #depth(subprogram: number): number {
    return 8 * Math.ceil((this.#prepared.cost.stack[subprogram] ?? 0) / 8);
  }

  /** How a subprogram that needs it gets the address of its caller's table: in an argument register that it does not read. */
  links(): Links {
    const live = scratchLiveness(this.#program);
    const edits: Edit[] = [];
    for (const subprogram of this.#reaching) {
      const { start = 0, name = '?' } = this.#program.subprograms[subprogram] ?? {};
      const register = [4, 5, 3, 2, 1].find((each) => ((live[start] ?? 0) & (1 << each)) === 0);
      if (register === undefined) return { ok: false, name };
      edits.push({
        do: 'entry',
        subprogram,
        insns: [insn('stx64', { dst: 10, off: this.link(subprogram), src: register })],
      });
      for (const { pc, caller, callee } of this.#calls) {
        if (callee !== subprogram) continue;
        const address = [
          insn('mov64', { dst: register, operand: { reg: 10 } }),
          insn('add64', { dst: register, operand: { imm: this.#top(caller) } }),
        ];
        edits.push({ do: 'before', pc, insns: address });
      }
    }
    return { ok: true, edits };
  }

  /** Offset of the slot that has the address of the caller's table. */
  link(subprogram: number): number {
    return -(this.#depth(subprogram) + 8);
  }

  /** Offset of the upper end of a table, from which all tables are laid out alike. */
  #top(subprogram: number): number {
    return (this.entries(subprogram)[0]?.pointer ?? -16) + 16;
  }

  /** Loads the type word of an entry. */
  load(subprogram: number, up: number, index: number): readonly Insn[] {
    const own = this.entries(subprogram)[index];
    if (up === 0) return [insn('ldx64', { dst: SCRATCH, src: 10, off: own?.type ?? 0 })];
    return [...this.#reach(subprogram, up), insn('ldx64', { dst: SCRATCH, src: SCRATCH, off: outer(index).type })];
  }

  /** Frees an entry. */
  write(subprogram: number, up: number, index: number): readonly Insn[] {
    const own = this.entries(subprogram)[index];
    const zero = (dst: number, { pointer, type }: Entry) => [
      insn('st64', { dst, off: pointer, operand: { imm: 0 } }),
      insn('st64', { dst, off: type, operand: { imm: 0 } }),
    ];
    if (up === 0) return own === undefined ? [] : zero(10, own);
    return [...this.#reach(subprogram, up), ...zero(SCRATCH, outer(index))];
  }

  /** Loads the address of a table further out. */
  #reach(subprogram: number, up: number): readonly Insn[] {
    const code = [insn('ldx64', { dst: SCRATCH, src: 10, off: this.link(subprogram) })];
    for (let out = 1; out < up; out++) {
      const [frame = 0] = this.#outward(subprogram, out);
      code.push(insn('ldx64', { dst: SCRATCH, src: SCRATCH, off: this.link(frame) - this.#top(frame) }));
    }
    return code;
  }

  /** The subprograms that may be so many frames further out. */
  #outward(subprogram: number, up: number): readonly number[] {
    let frames = [subprogram];
    for (let out = 0; out < up; out++) frames = [...new Set(frames.flatMap((frame) => this.#callers[frame] ?? []))];
    return frames;
  }

  /** Whether tables further out can be reached: what lies between is laid out alike, whoever called. */
  reaches(subprogram: number, up: number): boolean {
    for (let out = 1; out < up; out++) {
      const frames = this.#outward(subprogram, out);
      if (frames.includes(0)) return false;
      if (new Set(frames.map((frame) => this.link(frame) - this.#top(frame))).size !== 1) return false;
      for (const frame of frames) this.#reaching.add(frame);
    }
    this.#reaching.add(subprogram);
    return true;
  }

  /** Number of an entry of a table further out, by its offset there; -1 if that is another one for another caller. */
  outerIndex(subprogram: number, up: number, offset: number): number {
    const indexes = new Set(
      this.#outward(subprogram, up)
        .map((caller) => this.entries(caller).findIndex(({ pointer }) => pointer === offset))
        .filter((index) => index >= 0),
    );
    return indexes.size === 1 ? ([...indexes][0] ?? -1) : -1;
  }
}

/** Where an entry is from the upper end of its table. */
export function outer(index: number): Entry {
  return { pointer: -16 * (index + 1), type: -16 * (index + 1) + 8 };
}
