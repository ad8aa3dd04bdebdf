/**
 * A program with a runtime table whose inserted calls are real loads and stores, so that a verifier can follow them. What
 * differs from the design, because no verifier follows it: an entry is free when its type word is 0 (not its pointer, which may
 * be unknown to be NULL), a type word says which call pushed it, nothing is pushed for a NULL, and a delete does not search for the pointer:
 * it tests the type words of those entries that it deletes on some path, in an order that is right on every path. Where there
 * is no such order the program cannot be written so.
 */
import { callGraphOf } from '../../src/cfg/calls.js';
import type { TableKnowledge } from '../../src/contract/knowledge.js';
import type { Intrinsic } from '../../src/contract/prepared.js';
import { type Insn, insn } from '../../src/isa/insn.js';
import type { Program } from '../../src/isa/program.js';
import { type Edit, patch } from '../../src/patch/patch.js';
import type { Prepared } from '../../src/subjects/subject.js';
import type { Analysis } from '../../src/verify/analysis.js';
import { scratchLiveness } from '../../src/verify/liveness.js';
import { type ChainClaims, destructorOf, type TableClaim, throwingChains } from './claims.js';
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

const SCRATCH = 5;

/** Writes the table of a prepared program as real instructions; claims are the rows of its tables. */
export function tableProgram(analysis: Analysis, prepared: Prepared, knowledge: TableKnowledge): TablePrograms {
  const walked = walkTables(prepared);
  if (!walked.ok) return no('too-many-paths', '');
  const writer = new TableWriter(prepared, knowledge, walked.cases);
  const edits: Edit[] = [];
  for (const intrinsic of prepared.intrinsics) {
    const code = writer.codeOf(intrinsic);
    if (!Array.isArray(code)) return code;
    edits.push({ do: 'replace', pc: intrinsic.pc, insns: code.length === 0 ? [insn('ja')] : code });
  }
  const linked = writer.links();
  if (!Array.isArray(linked)) return linked;
  const patched = patch(prepared.program, [...edits, ...writer.zeroing(), ...linked]);
  if (!patched.ok) return no('unknown-call', patched.refusal.message);
  const { toPrepared } = patched.pcMap;
  const rows = writer.rows();
  const claimsOf = (subprogram: number): readonly TableClaim[] =>
    writer.entries(subprogram).map((entry) => ({ entry, rows }));
  const chains = throwingChains(analysis).map(({ subprograms, pcs }) => ({
    pcs: pcs.map((pc) => toPrepared[prepared.pcMap.toPrepared[pc] ?? -1] ?? -1),
    claims: subprograms.map(claimsOf),
  }));
  return { ok: true, program: patched.program, stack: writer.stack(), chains };
}

const ZERO_SCRATCH = { dst: SCRATCH, operand: { imm: 0 } } as const;

function no(reason: UntabledReason, detail: string): No {
  return { ok: false, reason, detail };
}

type Entry = TableClaim['entry'];

/** Entries that a delete frees, each as `up` frames out and its number; the first is the one that it looks for. */
type Freed = readonly { readonly up: number; readonly index: number }[];

class TableWriter {
  /** Subprograms that reach the table of their caller. */
  readonly #reaching = new Set<number>();
  readonly #program: Program;
  readonly #prepared: Prepared;
  readonly #knowledge: TableKnowledge;
  readonly #cases: Extract<TableWalk, { readonly ok: true }>['cases'];
  readonly #callers: readonly (readonly number[])[];
  readonly #calls: ReturnType<typeof callGraphOf>['calls'];
  /** By pc of an inserted call that pushes: the destructor of what it pushes; `undefined` for a further place. */
  readonly #pushed = new Map<number, string | undefined>();
  readonly #words = new Map<string, number>();

  constructor(
    prepared: Prepared,
    knowledge: TableKnowledge,
    cases: Extract<TableWalk, { readonly ok: true }>['cases'],
  ) {
    this.#prepared = prepared;
    this.#program = prepared.program;
    this.#knowledge = knowledge;
    this.#cases = cases;
    const graph = callGraphOf(prepared.program);
    this.#callers = graph.callers;
    this.#calls = graph.calls;
  }

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
  links(): Edit[] | No {
    const live = scratchLiveness(this.#program);
    const edits: Edit[] = [];
    for (const subprogram of this.#reaching) {
      const { start = 0, name = '?' } = this.#program.subprograms[subprogram] ?? {};
      const register = [4, 5, 3, 2, 1].find((each) => ((live[start] ?? 0) & (1 << each)) === 0);
      if (register === undefined) return no('callers-table', `${name} reads all arguments`);
      edits.push({
        do: 'entry',
        subprogram,
        insns: [insn('stx64', { dst: 10, off: this.#link(subprogram), src: register })],
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
    return edits;
  }

  #link(subprogram: number): number {
    return -(this.#depth(subprogram) + 8);
  }

  /** Offset of the upper end of a table, from which all tables are laid out alike. */
  #top(subprogram: number): number {
    return (this.entries(subprogram)[0]?.pointer ?? -16) + 16;
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
      const { type } = this.#knowledge.read(pointer, word);
      return [{ register: clone ? 2 : registers.indexOf(pointer), type }];
    });
    const [first] = pushes;
    if (first === undefined) return cases.some(({ overflow }) => overflow) ? fail() : [];
    const { register, type: pushed } = first;
    if (pushes.some((each) => each.register !== register || each.type !== pushed)) return no('push-varies', '');
    this.#pushed.set(pc, clone ? undefined : this.#knowledge.types[pushed]?.destructor);
    const word = this.#wordOf(`${pc}`);
    let code: Insn[] = fail();
    for (const { pointer, type } of this.entries(subprogram).toReversed()) {
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
    if (furthest > 0 && !this.#reaches(subprogram, furthest)) return no('far-delete', '');
    const order = this.#orderOf(subprogram, deletes);
    if (order === undefined) return no('delete-searches', `pc ${pc}`);
    let code: Insn[] = [];
    for (const { freed, words } of order.toReversed()) {
      const [wanted] = freed;
      if (wanted === undefined) continue;
      const free = freed.flatMap(({ up, index }) => this.#write(subprogram, up, index));
      let test: Insn[] = [insn('ja', { off: free.length + 1 })];
      for (const word of words) {
        test = [insn('jeq64', { dst: SCRATCH, operand: { imm: word }, off: test.length }), ...test];
      }
      const load = this.#load(subprogram, wanted.up, wanted.index);
      code = [...load, ...test, ...free, insn('ja', { off: code.length }), ...code];
    }
    return code;
  }

  /** Loads the type word of an entry. */
  #load(subprogram: number, up: number, index: number): readonly Insn[] {
    const own = this.entries(subprogram)[index];
    if (up === 0) return [insn('ldx64', { dst: SCRATCH, src: 10, off: own?.type ?? 0 })];
    return [...this.#reach(subprogram, up), insn('ldx64', { dst: SCRATCH, src: SCRATCH, off: outer(index).type })];
  }

  /** Frees an entry. */
  #write(subprogram: number, up: number, index: number): readonly Insn[] {
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
    const code = [insn('ldx64', { dst: SCRATCH, src: 10, off: this.#link(subprogram) })];
    for (let out = 1; out < up; out++) {
      const [frame = 0] = this.#outward(subprogram, out);
      code.push(insn('ldx64', { dst: SCRATCH, src: SCRATCH, off: this.#link(frame) - this.#top(frame) }));
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
  #reaches(subprogram: number, up: number): boolean {
    for (let out = 1; out < up; out++) {
      const frames = this.#outward(subprogram, out);
      if (frames.includes(0)) return false;
      if (new Set(frames.map((frame) => this.#link(frame) - this.#top(frame))).size !== 1) return false;
      for (const frame of frames) this.#reaching.add(frame);
    }
    this.#reaching.add(subprogram);
    return true;
  }

  /** The entries that a delete frees; a negative index stands for one too far out. */
  #freedBy(subprogram: number, { stores }: TableCase): Freed {
    return stores.map(({ up, offset }) => {
      if (up === 0) return { up, index: this.entries(subprogram).findIndex(({ pointer }) => pointer === offset) };
      return { up, index: this.#outerIndex(subprogram, up, offset) };
    });
  }

  /** Number of an entry of a table further out, by its offset there; -1 if that is another one for another caller. */
  #outerIndex(subprogram: number, up: number, offset: number): number {
    const indexes = new Set(
      this.#outward(subprogram, up)
        .map((caller) => this.entries(caller).findIndex(({ pointer }) => pointer === offset))
        .filter((index) => index >= 0),
    );
    return indexes.size === 1 ? ([...indexes][0] ?? -1) : -1;
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
          ? this.entries(subprogram)[at.index]?.pointer === offset
          : this.#outerIndex(subprogram, up, offset) === at.index),
    );
    return pointer?.site === undefined ? undefined : this.#wordOf(pointer.site);
  }

  /** R1–R9 are free before an exit. */
  #handOver(subprogram: number, cases: readonly TableCase[]): Insn[] | No {
    const moves = this.entries(subprogram).map((entry) => {
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
    this.#reaching.add(subprogram);
    const sizes = new Set((this.#callers[subprogram] ?? []).map((caller) => this.entries(caller).length));
    const [size = 0] = sizes;
    if (sizes.size > 1) return no('callers-table', 'of different sizes');
    const code: Insn[] = [insn('ldx64', { dst: 3, src: 10, off: this.#link(subprogram) })];
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

/** Where an entry is from the upper end of its table. */
function outer(index: number): Entry {
  return { pointer: -16 * (index + 1), type: -16 * (index + 1) + 8 };
}

/** No entry is free: what no verifier accepts. */
function fail(): Insn[] {
  return [insn('mov64', ZERO_SCRATCH), insn('ldx64', { dst: SCRATCH, src: SCRATCH, off: 0 })];
}
