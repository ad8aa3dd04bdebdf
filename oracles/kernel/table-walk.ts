/**
 * What the inserted calls of a runtime table do on every path: they are run, as they are, along each path of a recorded walk,
 * on symbolic words. An acquire that may have failed is followed both ways, because a table that got no entry looks different
 * to whatever comes next; what the program learns later ends one of them.
 */
import type { Intrinsic, IntrinsicView } from '../../src/contract/prepared.js';
import { type Program, rowAt } from '../../src/isa/program.js';
import type { Prepared } from '../../src/subjects/subject.js';
import type { StateView } from '../../src/verify/analysis.js';
import type { Value } from '../../src/verify/value.js';
import { analyse, type RecordedAnalysis } from '../../src/verify/walk.js';

/** A word of a table: `up` frames further out than the current one, at an offset from that frame's pointer. */
export interface TableWord {
  readonly up: number;
  readonly offset: number;
}

/** What one inserted call did on one path. */
export interface TableCase {
  /** Before it: words that are not 0, of all frames; of a pointer also how it came there. */
  readonly before: readonly (TableWord & { readonly value: bigint; readonly site: string | undefined })[];
  /** Its stores, in order; of a pointer also how it came there, if that is new. */
  readonly stores: readonly (TableWord & { readonly value: bigint; readonly site: string | undefined })[];
  /** Values of R0–R5 before it. */
  readonly registers: readonly bigint[];
  readonly overflow: boolean;
}

export type TableWalk =
  | {
      readonly ok: true;
      /** By pc of an inserted call, each case once. */
      readonly cases: ReadonlyMap<number, readonly TableCase[]>;
    }
  | { readonly ok: false };

/** Walks longer than this are not followed, nor more steps along their paths. */
const NODES = 20_000;
const STEPS = 100_000;

const OBJECTS = 0x5000n << 48n;
const FRAMES = 0x6000n << 48n;
const OTHERS = 0x7000n << 48n;

/**
 * How an entry came into its table: the pc of the call that pushed it; behind that, if it is of slots and was handed over, the
 * offset of the slots in the frame that has the entry now, or `far` if they are in another.
 */
export type Site = { readonly pc: number; readonly handed: number | 'far' | undefined };

/** A site as it is written in a case. */
export function parseSite(text: string): Site {
  const [pc = '', handed] = text.split('@');
  return { pc: Number(pc), handed: handed === undefined || handed === 'far' ? handed : Number(handed) };
}

/** A path that is followed: where it is, the words of all tables, and which acquires are taken to have failed. */
interface Path {
  readonly node: number;
  readonly memory: ReadonlyMap<string, bigint>;
  /** By pointer: how it came into its table. */
  readonly sites: ReadonlyMap<bigint, string>;
  readonly failed: ReadonlySet<number>;
  /** Acquires of which the program does not know yet. */
  readonly open: ReadonlySet<number>;
}

/** Follows all paths of a prepared program. */
export function walkTables({ program, intrinsics }: Prepared): TableWalk {
  const walk = analyse(program, { pruning: 'exact', record: true, intrinsics: true, limit: NODES });
  if (walk.refusal !== undefined) return { ok: false };
  const byPc = new Map(intrinsics.map((each) => [each.pc, each]));
  const cases = new Map<number, Map<string, TableCase>>();
  const resumed = new Set<string>();
  const pending: Path[] = [{ node: 0, memory: new Map(), sites: new Map(), failed: new Set(), open: new Set() }];
  for (let steps = 0; ; steps++) {
    const path = pending.pop();
    if (path === undefined) break;
    if (steps > STEPS) return { ok: false };
    const node = walk.nodes[path.node];
    if (node === undefined) continue;
    if (node.next.length === 0 && node.coveredBy !== undefined) {
      const renamed = continueAt(walk, path, node.coveredBy);
      if (renamed === undefined) return { ok: false };
      const key = keyOf(renamed);
      if (!resumed.has(key)) pending.push(renamed);
      resumed.add(key);
      continue;
    }
    const { pc, state } = node;
    const intrinsic = byPc.get(pc);
    for (const taken of intrinsic?.name === 'table_push' ? bothWays(path, state) : [path]) {
      let { memory, sites }: Pick<Path, 'memory' | 'sites'> = taken;
      if (intrinsic !== undefined) {
        const changed = new Map(memory);
        const entered = new Map(sites);
        const seen = runIntrinsic(intrinsic, state, taken, changed);
        memory = changed;
        sites = entered;
        for (const { value, site } of seen.stores) if (site !== undefined) entered.set(value, site);
        const known = cases.get(pc) ?? new Map<string, TableCase>();
        known.set(textOf(seen), seen);
        cases.set(pc, known);
      }
      for (const next of node.next) {
        const followed = follow(program, walk, pc, state.depth, { ...taken, memory, sites, node: next });
        if (followed !== undefined) pending.push(followed);
      }
    }
  }
  return { ok: true, cases: new Map([...cases].map(([pc, known]) => [pc, [...known.values()]])) };
}

/** How a pointer that an inserted call has stored came where it is, unless that is what it was before. */
function siteAfter(
  { up, value }: TableWord & { readonly value: bigint },
  first: boolean,
  pc: number,
  { sites }: Path,
  depth: number,
): string | undefined {
  if (first && up === 0 && value !== 0n) return `${pc}`;
  if (up !== 1 || value >> 48n !== FRAMES >> 48n) return undefined;
  const offset = BigInt.asIntN(64, value - frameAddress(depth - 2));
  const place = offset < 0n && offset >= -512n ? `${offset}` : 'far';
  return `${parseSite(sites.get(value) ?? `${pc}`).pc}@${place}`;
}

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}` : each));

function keyOf({ node, memory, sites, failed, open }: Path): string {
  return textOf([node, [...memory].filter(([, value]) => value !== 0n).sort(), [...sites], [...failed], [...open]]);
}

/** A path that was dropped, in the node whose continuations stand for its own: with the ids of references there. */
function continueAt(walk: RecordedAnalysis, path: Path, node: number): Path | undefined {
  const from = walk.nodes[path.node]?.state.references ?? [];
  const to = walk.nodes[node]?.state.references ?? [];
  if (from.length !== to.length || from.some(({ kind }, index) => kind !== to[index]?.kind)) return undefined;
  const ids = new Map(from.map(({ id }, index) => [id, to[index]?.id ?? id]));
  const rename = (word: bigint): bigint => {
    if (word >> 48n !== OBJECTS >> 48n) return word;
    const id = Number((word - OBJECTS) >> 24n);
    return word + (BigInt((ids.get(id) ?? id) - id) << 24n);
  };
  const renameAll = (refs: ReadonlySet<number>) => new Set([...refs].flatMap((id) => ids.get(id) ?? []));
  const memory = new Map([...path.memory].map(([key, word]) => [key, rename(word)]));
  const live = new Set(memory.values());
  return {
    node,
    memory,
    sites: new Map([...path.sites].map(([word, pc]) => [rename(word), pc] as const).filter(([word]) => live.has(word))),
    failed: renameAll(path.failed),
    open: renameAll(path.open),
  };
}

/** A path on which R0 may be NULL and nobody knows: two paths. */
function bothWays(path: Path, state: StateView): readonly Path[] {
  const value = state.register(state.depth - 1, 0);
  if (value.is !== 'pointer' || !value.mayBeNull || value.ref === 0 || value.id !== -value.ref) return [path];
  if (path.open.has(value.ref)) return [path];
  const open = new Set([...path.open, value.ref]);
  return [
    { ...path, open },
    { ...path, open, failed: new Set([...path.failed, value.ref]) },
  ];
}

/** The path in its next node; `undefined` if what the program knows there contradicts what was taken to have failed. */
function follow(program: Program, walk: RecordedAnalysis, pc: number, depth: number, path: Path): Path | undefined {
  const state = walk.nodes[path.node]?.state;
  if (state === undefined) return undefined;
  let { memory, open } = path;
  if (state.depth < depth) memory = new Map([...memory].filter(([key]) => Number(key.split(' ')[0]) < state.depth));
  if (rowAt(program, pc)?.shape !== 'jump') return { ...path, memory, open };
  for (const ref of open) {
    const known = !state.references.some(({ id }) => id === ref)
      ? 'failed'
      : isCertain(state, ref)
        ? 'made'
        : undefined;
    if (known === undefined) continue;
    if ((known === 'failed') !== path.failed.has(ref)) return undefined;
    open = new Set([...open].filter((other) => other !== ref));
  }
  return { ...path, memory, open };
}

/** Whether a pointer with a reference is known not to be NULL. */
function isCertain(state: StateView, ref: number): boolean {
  const certain = (value: Value | undefined) => value?.is === 'pointer' && value.ref === ref && !value.mayBeNull;
  for (let frame = 0; frame < state.depth; frame++) {
    for (let register = 0; register < 10; register++) if (certain(state.register(frame, register))) return true;
    for (let slot = 0; slot < state.frame(frame).allocated / 8; slot++) {
      if (certain(state.slot(frame, slot).spilled)) return true;
    }
  }
  return false;
}

function runIntrinsic(intrinsic: Intrinsic, state: StateView, path: Path, memory: Map<string, bigint>): TableCase {
  const top = state.depth - 1;
  const wordAt = (key: string): TableWord => {
    const [frame = 0, offset = 0] = key.split(' ').map(Number);
    return { up: top - frame, offset };
  };
  const before = [...memory]
    .filter(([, value]) => value !== 0n)
    .map(([key, value]) => ({ ...wordAt(key), value, site: path.sites.get(value) }));
  const stores: (TableWord & { readonly value: bigint })[] = [];
  let overflow = false;
  const register = (number: number): bigint =>
    number === 10 ? frameAddress(top) : wordOf(state.register(top, number), path.failed);
  const view: IntrinsicView = {
    depth: state.depth,
    subprogram: (frame) => state.frame(frame).subprogram,
    register,
    load: (frame, offset) => memory.get(`${frame} ${offset}`) ?? 0n,
    store(frame, offset, value) {
      memory.set(`${frame} ${offset}`, value);
      stores.push({ up: top - frame, offset, value });
    },
    overflow() {
      overflow = true;
    },
  };
  intrinsic.run(view);
  const sited = stores.map((each, at) => ({
    ...each,
    site: siteAfter(each, at === 0, intrinsic.pc, path, state.depth),
  }));
  return { before, stores: sited, registers: [0, 1, 2, 3, 4, 5].map(register), overflow };
}

const frameAddress = (frame: number): bigint => FRAMES + (BigInt(frame + 1) << 24n);

/** A word for what a register holds: different for different resources and stack addresses. */
function wordOf(value: Value, failed: ReadonlySet<number>): bigint {
  if (value.is === 'scalar') return value.umin === value.umax ? value.umin : OTHERS;
  if (value.is === 'not-init') return OTHERS + 1n;
  if (value.type.to === 'stack') return frameAddress(value.type.frame) + BigInt(value.off);
  if (value.ref === 0) return OTHERS + 2n;
  return failed.has(value.ref) ? 0n : OBJECTS + (BigInt(value.ref) << 24n) + BigInt(value.off);
}
