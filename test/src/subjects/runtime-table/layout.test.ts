/** Where tables are, and when they do not fit. */
import { describe, expect, test } from 'vitest';
import { PACKED, WIDE } from '../../../../src/subjects/runtime-table/entry.js';
import { entryOffset, layOutTables } from '../../../../src/subjects/runtime-table/layout.js';
import { analysisOf, CALLER_AND_GUARD, programOf } from '../states.js';
import { COMPACT, PER_FRAME, SHARED } from './frames.js';

const program = programOf(CALLER_AND_GUARD);
const acquire = (pc: number, kind: 'task' | 'cgroup' | 'object', type = -1) =>
  ({ pc, does: 'acquire', kind, type }) as const;

describe('layOutTables', () => {
  test('tables lie below the stack of the program, 16 bytes an entry', () => {
    const analysis = analysisOf(program, [], { maxOwned: [2, 1], stackDepth: [12, 0] });
    const laidOut = layOutTables(program, analysis, true, PER_FRAME);
    if (!laidOut.ok) throw new Error(laidOut.refusal.message);
    expect(laidOut.layout.tables.layouts).toEqual([
      { entries: 2, above: 16 },
      { entries: 1, above: 0 },
    ]);
    expect(laidOut.layout.stack).toEqual([48, 16]);
    expect(laidOut.layout.chain).toBe(64);
    const [table] = laidOut.layout.tables.layouts;
    expect(table && [entryOffset(table, WIDE, 0), entryOffset(table, WIDE, 1)]).toEqual([-32, -48]);
    expect(table && [entryOffset(table, PACKED, 0), entryOffset(table, PACKED, 1)]).toEqual([-24, -32]);
  });

  test('no tables where nothing can stop the program', () => {
    const laidOut = layOutTables(program, analysisOf(program, [], { maxOwned: [9, 9] }), false, PER_FRAME);
    expect(laidOut.ok && laidOut.layout.stack).toEqual([0, 0]);
  });

  test('destructors are listed once each', () => {
    const ownership = [acquire(0, 'task'), acquire(1, 'object', 1), acquire(2, 'task'), acquire(3, 'object', 0)];
    const laidOut = layOutTables(program, analysisOf(program, [], { ownership }), true, PER_FRAME);
    if (!laidOut.ok) throw new Error(laidOut.refusal.message);
    expect(laidOut.layout.types.map(({ destructor }) => destructor)).toEqual([
      'bpf_task_release',
      'bpf_obj_drop_impl(leaf)',
      'bpf_obj_drop_impl(node)',
    ]);
    expect([...laidOut.layout.typeOf.values()]).toEqual([0, 1, 0, 2]);
  });

  test.each([
    ['one frame', [33, 0], 'combined stack size of 1 calls is 528. Too large'],
    ['a chain', [16, 17], 'combined stack size of 2 calls is 528. Too large'],
  ])('more than 512 bytes in %s is refused in the words of the kernel', (_, maxOwned, message) => {
    const laidOut = layOutTables(program, analysisOf(program, [], { maxOwned }), true, PER_FRAME);
    expect(!laidOut.ok && laidOut.refusal).toEqual({ code: 'stack-limit', pc: 0, message });
  });

  test('exactly 512 bytes fit', () => {
    expect(layOutTables(program, analysisOf(program, [], { maxOwned: [16, 16] }), true, PER_FRAME).ok).toBe(true);
  });

  test('no bound is refused', () => {
    const laidOut = layOutTables(
      program,
      analysisOf(program, [], { maxOwned: [0, Number.POSITIVE_INFINITY] }),
      true,
      PER_FRAME,
    );
    expect(!laidOut.ok && laidOut.refusal).toMatchObject({ code: 'table-unbounded', pc: 4, subprogram: 1 });
  });

  test('a struct type without destructor is refused', () => {
    const laidOut = layOutTables(
      program,
      analysisOf(program, [], { ownership: [acquire(0, 'object', 7)] }),
      true,
      PER_FRAME,
    );
    expect(!laidOut.ok && laidOut.refusal.code).toBe('no-destructor');
  });

  test('one region has room for what all frames hold at once and for the most clones, in main alone', () => {
    const sums = { maxOwned: [3, 2], maxHeld: 4, maxClones: [1, 2], stackDepth: [8, 16] };
    const laidOut = layOutTables(program, analysisOf(program, [], sums), true, SHARED);
    if (!laidOut.ok) throw new Error(laidOut.refusal.message);
    expect(laidOut.layout.tables.layouts.map(({ entries }) => entries)).toEqual([6, 0]);
    expect(laidOut.layout.stack).toEqual([104, 16]);
  });

  test('small entries take 8 bytes each', () => {
    const laidOut = layOutTables(program, analysisOf(program, [], { maxOwned: [2, 1] }), true, COMPACT);
    expect(laidOut.ok && laidOut.layout.stack).toEqual([16, 8]);
  });

  test('more destructors than an entry can tell apart are refused', () => {
    const types = Array.from({ length: 513 }, (_, index) => ({ name: `t${index}`, size: 8 }));
    const ownership = types.map((_, type) => acquire(0, 'object', type));
    const laidOut = (count: number, design = COMPACT) =>
      layOutTables(
        { ...program, types },
        analysisOf(program, [], { ownership: ownership.slice(0, count) }),
        true,
        design,
      );
    expect(laidOut(512).ok).toBe(true);
    expect(laidOut(513)).toMatchObject({ ok: false, refusal: { code: 'table-unbounded' } });
    expect(laidOut(513, PER_FRAME).ok).toBe(true);
  });
});
