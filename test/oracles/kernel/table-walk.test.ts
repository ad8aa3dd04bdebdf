/** Tests of what a table's inserted calls are seen to do along all paths. */
import { describe, expect, it } from 'vitest';
import { parseSite, type TableCase, walkTables } from '../../../oracles/kernel/table-walk.js';
import { analyse } from '../../../src/verify/walk.js';
import { programOf, subjectOf, TWO_FRAMES } from './fixtures.js';

/** By name of the inserted calls, in the order of their pcs: what each did on each path. */
function seen(body: string): readonly (readonly [string, readonly TableCase[]])[] {
  const program = programOf(body);
  const analysis = analyse(program, { pruning: 'exact' });
  const prepared = subjectOf('runtime-table/per-frame').prepare({ program, analysis, stopAt: 'throw' });
  if (!prepared.ok) throw new Error(prepared.refusal.message);
  const walked = walkTables(prepared);
  if (!walked.ok) throw new Error('too many paths');
  return prepared.intrinsics.map(({ pc, name }) => [name, walked.cases.get(pc) ?? []]);
}

describe('walkTables', () => {
  it('walkTables follows an acquire that fails and one that does not, as far as the program may believe either', () => {
    const [task, record, , ...rest] = seen(TWO_FRAMES);
    // A task, or none: one entry or nothing.
    expect(task?.[1].map(({ stores }) => stores.length).sort()).toEqual([0, 2]);
    // With and without a task, a record or none.
    expect(record?.[1].map(({ before, stores }) => `${before.length > 0} ${stores.length}`).sort()).toEqual([
      'false 0',
      'false 2',
      'true 0',
      'true 2',
    ]);
    // What is given back was there: each delete frees one entry on each of its paths.
    const deletes = rest.filter(([name]) => name === 'table_delete').flatMap(([, cases]) => cases);
    expect(deletes.length).toBeGreaterThan(2);
    for (const { stores } of deletes) expect(stores.map(({ up, value }) => [up, value])).toEqual([[0, 0n]]);
  });

  it('walkTables sees one place for what a loop holds, however often it is passed', () => {
    const loop = `main:
    r6 = r1
    r1 = r10
    r1 += -8
    r2 = 0
    r3 = 9
    call bpf_iter_num_new
l1:
    r1 = r10
    r1 += -8
    call bpf_iter_num_next
    if r0 == 0 goto l2
    r1 = 1
    call bpf_task_from_pid
    if r0 == 0 goto l1
    r2 = *(u32 *)(r6 + 48)
    if r2 != 3 goto l3
    r1 = 4
    call bpf_throw
l3:
    r1 = r0
    call bpf_task_release
    goto l1
l2:
    r1 = r10
    r1 += -8
    call bpf_iter_num_destroy
    r0 = 0
    exit
`;
    const places = (cases: readonly TableCase[]) => new Set(cases.flatMap(({ stores }) => stores[0]?.offset ?? []));
    expect(seen(loop).map(([name, cases]) => [name, places(cases).size])).toEqual([
      ['table_push', 1],
      ['table_push', 1],
      ['table_delete', 1],
      ['table_delete', 1],
    ]);
  });
});

describe('parseSite', () => {
  it('parseSite reads the pc and where slots that were handed over are', () => {
    expect(parseSite('12')).toEqual({ pc: 12, handed: undefined });
    expect(parseSite('12@-16')).toEqual({ pc: 12, handed: -16 });
    expect(parseSite('12@far')).toEqual({ pc: 12, handed: 'far' });
  });
});
