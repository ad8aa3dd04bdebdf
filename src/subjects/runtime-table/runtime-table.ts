/**
 * The runtime table, one per frame: an entry belongs to the frame that holds the resource. Nothing to merge, indifferent to
 * the compiler, a stop is possible at any instruction; paid for in stack and in instructions on every run.
 */
import { identityMap } from '../../patch/patch.js';
import { analyse } from '../../verify/walk.js';
import { unchangedCost } from '../cost.js';
import type { Prepared, PrepareInput, Refused, Subject } from '../subject.js';
import { ENTRY_BYTES, type Layout, layOutTables } from './layout.js';
import { insertTableCode } from './rewrite.js';
import { tableUnwinder } from './unwind.js';

export const perFrame: Subject = {
  name: 'runtime-table/per-frame',
  stops: 'anywhere',
  prepare(input) {
    const { program, analysis, stopAt } = input;
    const stoppable = stopAt !== 'throw' || analysis.throws.length > 0;
    const laidOut = layOutTables(program, analysis, stoppable);
    if (!laidOut.ok) return laidOut;
    if (!stoppable || analysis.ownership.length === 0) return asItIs(input, laidOut.layout);
    return rewrite(input, laidOut.layout);
  },
};

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
  // The proposal inserts after the main pass (R9), so this walk is a check of ours and not bound by the kernel's limit:
  // beside each instruction of the original at most all that was inserted is walked.
  const limit = analysis.walked * (1 + rewritten.added);
  const verdict = analyse(rewritten.program, { pruning: 'exact', intrinsics: true, limit }).refusal;
  if (verdict !== undefined) {
    const pc = Math.max(0, rewritten.pcMap.serves?.[verdict.pc] ?? 0);
    const message = `the rewrite does not verify: ${verdict.code}: ${verdict.message}`;
    return { ok: false, refusal: { code: 'rewrite-rejected', pc, message } };
  }
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
    reserved: layout.tables.map(({ entries }) => ENTRY_BYTES * entries),
    intrinsics: rewritten.intrinsics,
    unwind: tableUnwinder(layout),
    describe: () =>
      layout.tables.map(({ entries, above }, index) => {
        const { name, start } = program.subprograms[index] ?? { name: '?', start: 0 };
        return `${name} ${start}: ${entries === 0 ? '-' : `${entries} entries below fp-${above}`}`;
      }),
  };
}
