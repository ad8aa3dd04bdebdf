/**
 * A program with a runtime table whose inserted calls are real loads and stores, so that a verifier can follow them. What
 * differs from the design, because no verifier follows it: an entry is free when its type word is 0 (not its pointer, which may
 * be unknown to be NULL), a type word says which call pushed it, nothing is pushed for a NULL, and a delete does not search for the pointer:
 * it tests the type words of those entries that it deletes on some path, in an order that is right on every path. Where there
 * is no such order the program cannot be written so.
 */
import type { TableKnowledge } from '../../src/contract/knowledge.js';
import type { Intrinsic } from '../../src/contract/prepared.js';
import { type Insn, insn } from '../../src/isa/insn.js';
import type { Program } from '../../src/isa/program.js';
import { type Edit, patch } from '../../src/patch/patch.js';
import type { Prepared } from '../../src/subjects/subject.js';
import type { Analysis } from '../../src/verify/analysis.js';
import { type ChainClaims, destructorOf, type TableClaim, throwingChains } from './claims.js';
import { outer, SCRATCH, TableLayout } from './table-layout.js';
import { parseSite, type TableCase, type TableWalk, walkTables } from './table-walk.js';

/** Why a table cannot be written as loads and stores that a verifier can follow. */
export type UntabledReason =
  /** More paths than are followed. */
  | 'too-many-paths'
  /** A delete picks its entry by the pointer: what else is known on its paths does not say which. */
  | 'delete-searches'
  /** A delete reaches a table further out, and between there are frames of different layouts. */
  | 'far-delete'
  /** An inserted call pushes what is in different registers, or of different types, on different paths. */
  | 'push-varies'
  /** A subprogram that reaches the caller's table has callers with tables of different sizes, or no free argument for it. */
  | 'callers-table'
  /** An entry handed over is of slots that are neither in that frame nor in the one that it came from. */
  | 'far-slots'
  /** What an inserted call does has no form here. */
  | 'unknown-call';

export type TablePrograms =
  | {
      readonly ok: true;
      readonly program: Program;
      /** Bytes of each subprogram's frame. */
      readonly stack: readonly number[];
      readonly chains: readonly ChainClaims[];
    }
  | { readonly ok: false; readonly reason: UntabledReason; readonly detail: string };

type No = Extract<TablePrograms, { readonly ok: false }>;

/** Writes the table of a prepared program as real instructions; claims are the rows of its tables. */
export function tableProgram(analysis: Analysis, prepared: Prepared, knowledge: TableKnowledge): TablePrograms {
  const walked = walkTables(prepared);
  if (!walked.ok) return no('too-many-paths', '');
  const layout = new TableLayout(prepared, knowledge);
  const writer = new TableWriter(layout, prepared.program, knowledge, walked.cases);
  const edits: Edit[] = [];
  for (const intrinsic of prepared.intrinsics) {
    const code = writer.codeOf(intrinsic);
    if (!Array.isArray(code)) return code;
    edits.push({ do: 'replace', pc: intrinsic.pc, insns: code.length === 0 ? [insn('ja')] : code });
  }
  const linked = layout.links();
  if (!linked.ok) return no('callers-table', `${linked.name} reads all arguments`);
  const patched = patch(prepared.program, [...edits, ...layout.zeroing(), ...linked.edits]);
  if (!patched.ok) return no('unknown-call', patched.refusal.message);
  const { toPrepared } = patched.pcMap;
  const rows = writer.rows();
  const claimsOf = (subprogram: number): readonly TableClaim[] =>
    layout.entries(subprogram).map((entry) => ({ entry, rows }));
  const chains = throwingChains(analysis).map(({ subprograms, pcs }) => ({
    pcs: pcs.map((pc) => toPrepared[prepared.pcMap.toPrepared[pc] ?? -1] ?? -1),
    claims: subprograms.map(claimsOf),
  }));
  return { ok: true, program: patched.program, stack: layout.stack(), chains };
}

const ZERO_SCRATCH = { dst: SCRATCH, operand: { imm: 0 } } as const;

function no(reason: UntabledReason, detail: string): No {
  return { ok: false, reason, detail };
}

type Cases = Extract<TableWalk, { readonly ok: true }>['cases'];

/** Entries that a delete frees, each as `up` frames out and its number; the first is the one that it looks for. */
type Freed = readonly { readonly up: number; readonly index: number }[];

class TableWriter {
  readonly #program: Program;
  readonly #layout: TableLayout;
  readonly #knowledge: TableKnowledge;
  readonly #cases: Cases;
  /** By pc of an inserted call that pushes: the destructor of what it pushes; `undefined` for a further place. */
  readonly #pushed = new Map<number, string | undefined>();
  readonly #words = new Map<string, number>();

  constructor(layout: TableLayout, program: Program, knowledge: TableKnowledge, cases: Cases) {
    this.#layout = layout;
    this.#program = program;
    this.#knowledge = knowledge;
    this.#cases = cases;
  }

  codeOf({ pc, name }: Intrinsic): Insn[] | No {
    const cases = this.#cases.get(pc) ?? [];
    const subprogram = this.#program.subprogramOf[pc] ?? 0;
    switch (name) {
      case 'table_push':
      case 'table_clone':
        return this.#push(subprogram, cases, pc, name === 'table_clone');
      case 'table_delete':
        return this.#delete(subprogram, cases, pc);
      case 'table_hand_over':
        return this.#handOver(subprogram, cases);
      default:
        return no('unknown-call', name);
    }
  }

  /** What is run on entries, by their type words. */
  rows(): TableClaim['rows'] {
    return [...this.#words].flatMap(([site, word]) => {
      const { pc, handed } = parseSite(site);
      const text = this.#pushed.get(pc);
      const known = text === undefined ? undefined : destructorOf(this.#program, text);
      if (known === undefined) return [];
      return [{ ...known, word, ...(typeof handed === 'number' ? { slot: handed } : {}) }];
    });
  }

  /** The type word of entries that came into their table in one way. */
  #wordOf(site: string): number {
    const word = this.#words.get(site) ?? this.#words.size + 1;
    this.#words.set(site, word);
    return word;
  }

  #push(subprogram: number, cases: readonly TableCase[], pc: number, clone: boolean): Insn[] | No {
    const pushes = cases.flatMap(({ stores, registers }) => {
      const [pointer, word] = [stores[0]?.value, stores[1]?.value];
      if (pointer === undefined || word === undefined) return [];
      const { type } = this.#knowledge.read(pointer, word, 0n);
      return [{ register: clone ? 2 : registers.indexOf(pointer), type }];
    });
    const [first] = pushes;
    if (first === undefined) return cases.some(({ overflow }) => overflow) ? fail() : [];
    const { register, type: pushed } = first;
    if (pushes.some((each) => each.register !== register || each.type !== pushed)) return no('push-varies', '');
    this.#pushed.set(pc, clone ? undefined : this.#knowledge.types[pushed]?.destructor);
    const word = this.#wordOf(`${pc}`);
    let code: Insn[] = fail();
    for (const { pointer, type } of this.#layout.entries(subprogram).toReversed()) {
      code = [
        insn('ldx64', { dst: SCRATCH, src: 10, off: type }),
        insn('jne64', { dst: SCRATCH, operand: { imm: 0 }, off: 3 }),
        insn('stx64', { dst: 10, off: pointer, src: register }),
        insn('st64', { dst: 10, off: type, operand: { imm: word } }),
        insn('ja', { off: code.length }),
        ...code,
      ];
    }
    return register === 0 ? [insn('jeq64', { dst: 0, operand: { imm: 0 }, off: code.length }), ...code] : code;
  }

  #delete(subprogram: number, cases: readonly TableCase[], pc: number): Insn[] | No {
    const deletes = cases.map((each) => ({ each, freed: this.#freedBy(subprogram, each) }));
    if (deletes.some(({ freed }) => freed.some(({ index }) => index < 0))) return no('far-delete', '');
    const furthest = Math.max(0, ...deletes.flatMap(({ freed }) => freed.map(({ up }) => up)));
    if (furthest > 0 && !this.#layout.reaches(subprogram, furthest)) return no('far-delete', '');
    const order = this.#orderOf(subprogram, deletes);
    if (order === undefined) return no('delete-searches', `pc ${pc}`);
    let code: Insn[] = [];
    for (const { freed, words } of order.toReversed()) {
      const [wanted] = freed;
      if (wanted === undefined) continue;
      const free = freed.flatMap(({ up, index }) => this.#layout.write(subprogram, up, index));
      let test: Insn[] = [insn('ja', { off: free.length + 1 })];
      for (const word of words) {
        test = [insn('jeq64', { dst: SCRATCH, operand: { imm: word }, off: test.length }), ...test];
      }
      const load = this.#layout.load(subprogram, wanted.up, wanted.index);
      code = [...load, ...test, ...free, insn('ja', { off: code.length }), ...code];
    }
    return code;
  }

  /** The entries that a delete frees; a negative index stands for one too far out. */
  #freedBy(subprogram: number, { stores }: TableCase): Freed {
    return stores.map(({ up, offset }) => {
      if (up === 0)
        return { up, index: this.#layout.entries(subprogram).findIndex(({ pointer }) => pointer === offset) };
      return { up, index: this.#layout.outerIndex(subprogram, up, offset) };
    });
  }

  /** What to test in which order, each with the type words under which it is freed; `undefined` if no order is right. */
  #orderOf(
    subprogram: number,
    deletes: readonly { readonly each: TableCase; readonly freed: Freed }[],
  ): readonly { readonly freed: Freed; readonly words: readonly number[] }[] | undefined {
    const keyOf = (freed: Freed) => freed.map(({ up, index }) => `${up} ${index}`).join();
    let open = [...deletes];
    const order: { freed: Freed; words: readonly number[] }[] = [];
    const candidates = new Map(
      deletes.filter(({ freed }) => freed.length > 0).map(({ freed }) => [keyOf(freed), freed]),
    );
    while (candidates.size > 0) {
      const right = [...candidates].find(([key, freed]) => {
        const words = this.#wordsOf(subprogram, open, freed, key, keyOf);
        return open.every(({ each, freed: own }) => {
          const word = this.#wordAt(subprogram, each, freed[0]);
          return keyOf(own) === key || word === undefined || !words.includes(word);
        });
      });
      if (right === undefined) return undefined;
      const [key, freed] = right;
      order.push({ freed, words: this.#wordsOf(subprogram, open, freed, key, keyOf) });
      open = open.filter(({ freed: own }) => keyOf(own) !== key);
      candidates.delete(key);
    }
    return order;
  }

  /** The type words that an entry has on those paths on which it is the one to be freed. */
  #wordsOf(
    subprogram: number,
    open: readonly { readonly each: TableCase; readonly freed: Freed }[],
    freed: Freed,
    key: string,
    keyOf: (freed: Freed) => string,
  ): readonly number[] {
    const words = open
      .filter(({ freed: own }) => keyOf(own) === key)
      .map(({ each }) => this.#wordAt(subprogram, each, freed[0]));
    return [...new Set(words.filter((word) => word !== undefined))];
  }

  /** Type word, as it is written here, of an entry before an inserted call; `undefined` if it is free. */
  #wordAt(subprogram: number, { before }: TableCase, at: Freed[number] | undefined): number | undefined {
    if (at === undefined) return undefined;
    const pointer = before.find(
      ({ up, offset }) =>
        up === at.up &&
        (up === 0
          ? this.#layout.entries(subprogram)[at.index]?.pointer === offset
          : this.#layout.outerIndex(subprogram, up, offset) === at.index),
    );
    return pointer?.site === undefined ? undefined : this.#wordOf(pointer.site);
  }

  /** R1–R9 are free before an exit. */
  #handOver(subprogram: number, cases: readonly TableCase[]): Insn[] | No {
    const moves = this.#layout.entries(subprogram).map((entry) => {
      const words = { moved: new Map<number, number>(), dropped: new Set<number>(), far: false };
      for (const { stores, before } of cases) {
        const at = stores.findIndex(({ up, offset }) => up === 0 && offset === entry.pointer);
        if (at === -1) continue;
        const held = before.find(({ up, offset }) => up === 0 && offset === entry.pointer);
        const from = this.#wordOf(held?.site ?? '-1');
        const into = stores[at + 1];
        if (into?.up !== 1) words.dropped.add(from);
        else if (into.site === undefined) words.moved.set(from, from);
        else if (parseSite(into.site).handed === 'far') words.far = true;
        else words.moved.set(from, this.#wordOf(into.site));
      }
      return { entry, ...words };
    });
    if (moves.some(({ far }) => far)) return no('far-slots', '');
    if (cases.some(({ stores }) => stores.some(({ up }, at) => up > 1 || (up === 1 && at === 0)))) {
      return no('unknown-call', 'another place takes over');
    }
    if (moves.some(({ moved, dropped }) => [...moved.keys()].some((word) => dropped.has(word)))) {
      return no('unknown-call', 'an entry is handed over or not');
    }
    const moved = moves.filter((each) => each.moved.size > 0);
    if (moved.length === 0) return [];
    this.#layout.reach(subprogram);
    const sizes = new Set(this.#layout.callersOf(subprogram).map((caller) => this.#layout.entries(caller).length));
    const [size = 0] = sizes;
    if (sizes.size > 1) return no('callers-table', 'of different sizes');
    const code: Insn[] = [insn('ldx64', { dst: 3, src: 10, off: this.#layout.link(subprogram) })];
    for (const { entry, dropped, moved: words } of moved) {
      const { pointer, type } = entry;
      let into: Insn[] = fail();
      for (let index = size - 1; index >= 0; index--) {
        const to = outer(index);
        into = [
          insn('ldx64', { dst: 4, src: 3, off: to.type }),
          insn('jne64', { dst: 4, operand: { imm: 0 }, off: 3 }),
          insn('stx64', { dst: 3, off: to.pointer, src: 1 }),
          insn('stx64', { dst: 3, off: to.type, src: 2 }),
          insn('ja', { off: into.length }),
          ...into,
        ];
      }
      const rename = [...words].flatMap(([from, to]) =>
        from === to
          ? []
          : [
              insn('jne64', { dst: 2, operand: { imm: from }, off: 2 }),
              insn('mov64', { dst: 1, operand: { imm: 0 } }),
              insn('mov64', { dst: 2, operand: { imm: to } }),
            ],
      );
      const move = [insn('ldx64', { dst: 1, src: 10, off: pointer }), ...rename, ...into];
      // A free entry stays, and so does one for slots of this frame.
      const skip = [0, ...dropped].map((word, at) =>
        insn('jeq64', { dst: 2, operand: { imm: word }, off: dropped.size - at + move.length }),
      );
      code.push(insn('ldx64', { dst: 2, src: 10, off: type }), ...skip, ...move);
    }
    return code;
  }
}

/** No entry is free: what no verifier accepts. */
function fail(): Insn[] {
  return [insn('mov64', ZERO_SCRATCH), insn('ldx64', { dst: SCRATCH, src: SCRATCH, off: 0 })];
}
