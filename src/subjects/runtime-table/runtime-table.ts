/**
 * The runtime table, one per frame: an entry belongs to the frame that holds the resource. Nothing to merge, indifferent to
 * the compiler, a stop is possible at any instruction; paid for in stack and in instructions on every run.
 */
import type { TableKnowledge } from '../../contract/knowledge.js';
import type { Refusal } from '../../contract/refusal.js';
import { KINDS, livesOnStack, type StackKind } from '../../isa/kinds.js';
import { identityMap } from '../../patch/patch.js';
import type { Analysis, StateView } from '../../verify/analysis.js';
import { isComplete } from '../../verify/pruning.js';
import type { Reference } from '../../verify/value.js';
import { analyse, WALK_LIMIT } from '../../verify/walk.js';
import { unchangedCost } from '../cost.js';
import { heldReference } from '../refusal.js';
import type { Prepared, PrepareInput, Refused, Subject } from '../subject.js';
import { isAlias, WIDE } from './entry.js';
import { entryOffset, type Layout, layOutTables, type TableDesign } from './layout.js';
import { insertTableCode, type Rewritten } from './rewrite.js';
import { tableUnwinder } from './unwind.js';

export const perFrame: Subject = tableSubject('runtime-table/per-frame', { format: WIDE, region: 'frame' });

/** The subject of a table design. */
export function tableSubject(name: string, design: TableDesign): Subject {
  return {
    name,
    stops: 'anywhere',
    prepare(input) {
      const { program, analysis, stopAt } = input;
      const lost = lostOnStack(analysis);
      if (lost !== undefined) return heldReference(lost.pc, lost.reference, LOST);
      const stoppable = stopAt !== 'throw' || analysis.throws.length > 0;
      const laidOut = layOutTables(program, analysis, stoppable, design);
      if (!laidOut.ok) return laidOut;
      if (!stoppable || analysis.ownership.length === 0) return asItIs(input, laidOut.layout);
      return rewrite(input, laidOut.layout);
    },
    know({ program, analysis, stopAt }) {
      const laidOut = layOutTables(program, analysis, stopAt !== 'throw' || analysis.throws.length > 0, design);
      return laidOut.ok ? knowledgeOf(laidOut.layout) : undefined;
    },
  };
}

/** Where each frame keeps its entries, and what the types in them stand for. */
function knowledgeOf({ tables: { layouts, format }, types }: Layout): TableKnowledge {
  return {
    is: 'tables',
    tables: layouts.map((table, subprogram) => ({
      subprogram,
      entries: Array.from({ length: table.entries }, (_, entry) => {
        const pointer = entryOffset(table, format, entry);
        return { pointer, type: pointer + format.bytes - 8 };
      }),
    })),
    types: types.map(({ kind, destructor }) => ({ what: kind, destructor })),
    read(pointer, word, fp) {
      const entry = format.read(pointer, () => word, fp);
      return { address: entry.pointer, type: entry.type, alias: isAlias(format, entry) };
    },
  };
}

const LOST = '; it was on the stack of a frame that has returned, or is overwritten';

/**
 * A dynptr or iterator that is held at a throw, but whose slots were those of a frame that has returned, or were overwritten:
 * no destructor can be run on it any more, whatever a table says.
 */
function lostOnStack(analysis: Analysis): Lost | undefined {
  const known = lostIn.get(analysis);
  if (known !== undefined) return known.lost;
  const lost = findLost(analysis);
  lostIn.set(analysis, { lost });
  return lost;
}

interface Lost {
  readonly pc: number;
  readonly reference: Reference;
}

/** All table designs ask the same of a walk. */
const lostIn = new WeakMap<Analysis, { readonly lost: Lost | undefined }>();

function findLost({ throws }: Analysis): Lost | undefined {
  for (const { pc, state } of throws) {
    const candidates = state.references.filter(({ kind }) => livesOnStack(kind));
    if (candidates.length === 0) continue;
    const found = new Set<number>();
    for (let frame = 0; frame < state.depth; frame++) {
      const slots = state.frame(frame).allocated / 8;
      for (let slot = 0; slot < slots; slot++) {
        const { resident } = state.slot(frame, slot);
        if (resident?.first === true && isWhole(state, frame, slot, resident.kind)) found.add(resident.ref);
      }
    }
    const reference = candidates.find(({ id }) => !found.has(id));
    if (reference !== undefined) return { pc, reference };
  }
  return undefined;
}

/** Whether all slots of the dynptr or iterator that begins in a slot are still there. */
function isWhole(state: StateView, frame: number, slot: number, kind: StackKind): boolean {
  for (let other = slot - KINDS[kind].slots + 1; other < slot; other++) {
    if (state.slot(frame, other).resident?.kind !== kind) return false;
  }
  return true;
}

/** Nothing is ever owned, or nothing can stop the program. */
function asItIs({ program, analysis }: PrepareInput, layout: Layout): Prepared {
  return {
    ok: true,
    program,
    pcMap: identityMap(program),
    cost: unchangedCost(program, analysis.stackDepth),
    reserved: program.subprograms.map(() => 0),
    intrinsics: [],
    unwind: tableUnwinder(layout),
    describe: () => [],
  };
}

function rewrite({ program, analysis }: PrepareInput, layout: Layout): Prepared | Refused {
  const rewritten = insertTableCode(program, analysis, layout);
  if (!rewritten.ok) {
    return { ok: false, refusal: { ...rewritten.refusal, code: 'rewrite-rejected' } };
  }
  const verdict = verdictOn(rewritten, analysis);
  if (verdict !== undefined) {
    const pc = Math.max(0, rewritten.pcMap.serves?.[verdict.pc] ?? 0);
    const message = `the rewrite does not verify: ${verdict.code}: ${verdict.message}`;
    return { ok: false, refusal: { code: 'rewrite-rejected', pc, message } };
  }
  const { format, layouts } = layout.tables;
  return {
    ok: true,
    program: rewritten.program,
    pcMap: rewritten.pcMap,
    cost: {
      stack: layout.stack,
      chain: layout.chain,
      // What the kernel keeps beside the program: a function pointer per destructor, and per marked call what it does
      // (the type word in the insn's aux data), 4 bytes.
      metadataBytes: 8 * layout.types.length + 4 * analysis.ownership.length,
      instructionsAdded: rewritten.added,
    },
    reserved: layouts.map(({ entries }) => format.bytes * entries),
    intrinsics: rewritten.intrinsics,
    unwind: tableUnwinder(layout),
    describe: () =>
      layouts.map(({ entries, above }, index) => {
        const { name, start } = program.subprograms[index] ?? { name: '?', start: 0 };
        return `${name} ${start}: ${entries === 0 ? '-' : `${entries} entries below fp-${above}`}`;
      }),
  };
}

/** Rewrites that verify, by the walk of the original. */
const verifies = new WeakSet<Analysis>();

/**
 * Why a rewrite does not verify, or `undefined`. The rewrites of the table designs are the same but for the number and the
 * offsets of the zeroing stores, which lie below all that the program uses, and for calls that do nothing to the
 * verifier: where one verifies they all do, and it is walked only once.
 */
function verdictOn({ program, added }: Rewritten, analysis: Analysis): Refusal | undefined {
  if (verifies.has(analysis)) return undefined;
  // The proposal inserts after the main pass (R9), so this walk is a check of ours and not bound by the kernel's limit:
  // beside each instruction of the original at most all that was inserted is walked.
  // A walk that the kernel's pruning has cut short says nothing of how long a complete one is.
  const walked = isComplete(analysis.pruning) ? analysis.walked : WALK_LIMIT;
  const limit = walked * (1 + added);
  const { refusal } = analyse(program, { pruning: 'exact', intrinsics: true, limit, throwStates: false });
  if (refusal === undefined) verifies.add(analysis);
  return refusal;
}
