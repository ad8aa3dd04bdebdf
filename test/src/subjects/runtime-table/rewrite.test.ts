/** The inserted code, in text. */
import { describe, expect, test } from 'vitest';
import { isIntrinsic } from '../../../../src/isa/callables.js';
import { opAt, type Program } from '../../../../src/isa/program.js';
import { layOutTables } from '../../../../src/subjects/runtime-table/layout.js';
import { insertTableCode } from '../../../../src/subjects/runtime-table/rewrite.js';
import type { Analysis } from '../../../../src/verify/analysis.js';
import { analysisOf, programOf } from '../states.js';
import { PER_FRAME, SHARED } from './frames.js';

const program = programOf(`
main:
    call get
    if r0 == 0 goto done
    r1 = r0
    call bpf_task_release
done:
    r0 = 0
    exit
get:
    r1 = 1
    call bpf_task_from_pid
    exit
`);
const OWNERSHIP = [
  { pc: 3, does: 'release', kind: 'task', type: -1 },
  { pc: 7, does: 'acquire', kind: 'task', type: -1 },
] as const;

function rewrite(analysis: Analysis, design = PER_FRAME) {
  const { program } = analysis;
  const laidOut = layOutTables(program, analysis, true, design);
  if (!laidOut.ok) throw new Error(laidOut.refusal.message);
  const rewritten = insertTableCode(program, analysis, laidOut.layout);
  if (!rewritten.ok) throw new Error(rewritten.refusal.message);
  return rewritten;
}

/** Inserted slots as `pc op`, `!` for intrinsics. */
function insertedIn(rewritten: {
  readonly program: Program;
  readonly pcMap: { readonly toOriginal: ArrayLike<number> };
}) {
  return Array.from({ length: rewritten.program.length }, (_, pc) => pc).flatMap((pc) => {
    if (rewritten.pcMap.toOriginal[pc] !== -1) return [];
    const intrinsic = opAt(rewritten.program, pc) === 'call_helper' && isIntrinsic(rewritten.program.imm[pc] ?? 0);
    return [`${pc} ${intrinsic ? '!' : opAt(rewritten.program, pc)}`];
  });
}

describe('insertTableCode', () => {
  test('insertTableCode zeroes at entry, pushes after, deletes before, hands over before exits', () => {
    const rewritten = rewrite(analysisOf(program, [], { ownership: OWNERSHIP, maxOwned: [1, 1] }));
    expect(insertedIn(rewritten)).toEqual(['0 st64', '4 !', '8 st64', '11 !', '12 !']);
    expect(rewritten.intrinsics.map(({ pc, name }) => `${pc} ${name}`)).toEqual([
      '4 table_delete',
      '11 table_push',
      '12 table_hand_over',
    ]);
    expect(rewritten.added).toBe(5);
    expect(rewritten.program.off[0]).toBe(-16);
  });

  test('insertTableCode hands nothing over to callers that never own anything', () => {
    const rewritten = rewrite(analysisOf(program, [], { ownership: OWNERSHIP, maxOwned: [0, 1] }));
    expect(rewritten.intrinsics.map(({ name }) => name)).toEqual(['table_delete', 'table_push']);
  });

  test('insertTableCode lets main keep what it has at its exits', () => {
    const rewritten = rewrite(analysisOf(program, [], { ownership: OWNERSHIP, maxOwned: [1, 0] }));
    expect(rewritten.intrinsics.map(({ name }) => name)).toEqual(['table_delete', 'table_push']);
  });

  test('insertTableCode hands over where something is owned and an exit is reached', () => {
    const three = programOf(
      'main:\n    call one\n    call two\n    exit\none:\n    r0 = 0\n    exit\ntwo:\n    r0 = 0\n    exit',
    );
    const served = (reached: readonly number[]) => {
      const maxOwned = [1, 0, 1];
      const { intrinsics, pcMap } = rewrite({
        ...analysisOf(three, [], { maxOwned }),
        reached: Uint8Array.from(reached),
      });
      return intrinsics.map(({ pc, name }) => `${name} ${pcMap.serves?.[pc]}`);
    };
    expect(served([1, 1, 1, 1, 1, 1, 1])).toEqual(['table_hand_over 6']);
    expect(served([1, 1, 1, 1, 1, 0, 0])).toEqual([]);
  });

  test('insertTableCode zeroes one region in main, and looks at exits only where a clone may go with the frame', () => {
    const sums = { maxHeld: 2, stackDepth: [0, 16] };
    const plain = rewrite(analysisOf(program, [], { ...sums, ownership: OWNERSHIP }), SHARED);
    expect(insertedIn(plain)).toEqual(['0 st64', '1 st64', '5 !', '11 !']);
    const clone = { pc: 6, does: 'clone', kind: 'dynptr', type: -1 } as const;
    const names = (stackDepth: readonly number[]) =>
      rewrite(
        analysisOf(program, [], { ...sums, stackDepth, ownership: [...OWNERSHIP, clone] }),
        SHARED,
      ).intrinsics.map(({ name }) => name);
    expect(names([0, 16])).toEqual(['table_delete', 'table_clone', 'table_push', 'table_hand_over']);
    expect(names([16, 0])).toEqual(['table_delete', 'table_clone', 'table_push']);
  });
});
