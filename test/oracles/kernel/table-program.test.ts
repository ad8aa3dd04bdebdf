/** Tests of tables as real loads and stores, judged by our own verifier. */
import { describe, expect, it } from 'vitest';
import { cleanupPrograms } from '../../../oracles/kernel/cleanup-program.js';
import { tableProgram } from '../../../oracles/kernel/table-program.js';
import type { Prepared } from '../../../src/subjects/subject.js';
import { analyse } from '../../../src/verify/walk.js';
import { MAYBE_DYNPTR, programOf, subjectOf, TWO_FRAMES } from './fixtures.js';

/** What our verifier says of the table of a program, or why it cannot be written. */
function said(body: string, change: (prepared: Prepared) => Prepared = (same) => same): string {
  const program = programOf(body);
  const subject = subjectOf('runtime-table/per-frame');
  const input = { program, analysis: analyse(program, { pruning: 'exact' }), stopAt: 'throw' } as const;
  const prepared = subject.prepare(input);
  const knowledge = subject.know?.(input);
  if (!prepared.ok || knowledge?.is !== 'tables') throw new Error('no table');
  const made = tableProgram(input.analysis, change(prepared), knowledge);
  if (!made.ok) return made.reason;
  const written = cleanupPrograms(made.program, made.stack, made.chains);
  if (!written.ok) return written.reason;
  return written.programs.map((each) => analyse(each, { pruning: 'exact' }).refusal?.code ?? 'ok').join();
}

/** Without the inserted call of a name that comes at a position among those of that name. */
const without =
  (name: string, position: number) =>
  (prepared: Prepared): Prepared => {
    const left = prepared.intrinsics.filter((each) => each.name === name)[position];
    return {
      ...prepared,
      intrinsics: prepared.intrinsics.map((each) => (each === left ? { ...each, run: () => {} } : each)),
    };
  };

const MAKES = `main:
    r6 = r1
    call make
    r7 = r0
    r1 = *(u32 *)(r6 + 48)
    if r1 != 3 goto l1
    r1 = 4
    call bpf_throw
l1:
    r1 = r7
    call drop
    r0 = 0
    exit
make:
    r1 = 1
    call bpf_task_from_pid
    exit
drop:
    r6 = r1
    if r6 == 0 goto l2
    r1 = r6
    call bpf_task_release
l2:
    r0 = 0
    exit
`;

describe('tableProgram', () => {
  it.each([
    ['pushes and deletes in two frames', TWO_FRAMES],
    ['slots that are there or not', MAYBE_DYNPTR],
    ['an entry that is handed over to the caller and deleted by a callee', MAKES],
  ])('tableProgram is right with %s', (_, body) => {
    expect(said(body)).toMatch(/^ok/);
  });

  it('tableProgram is refused if a push, a delete or a hand-over does nothing', () => {
    expect(said(TWO_FRAMES, without('table_push', 0))).toMatch(/unreleased-reference/);
    expect(said(MAKES, without('table_hand_over', 0))).toMatch(/unreleased-reference/);
    const later = TWO_FRAMES.replace(
      'l2:\n    r0 = 0\n',
      'l2:\n    r0 = 0\n    r1 = 9\n    if r7 == 0 goto l5\n    call bpf_throw\nl5:\n',
    );
    expect(said(later)).toMatch(/^ok/);
    expect(said(later, without('table_delete', 1))).not.toMatch(/^ok,ok$/);
  });

  it('tableProgram cannot be written where only the pointer says which entry is deleted', () => {
    const either = `main:
    r6 = r1
    r7 = 0
    r8 = 0
l1:
    r1 = 1
    call bpf_task_from_pid
    if r0 == 0 goto l2
    if r7 != 0 goto l3
    r7 = r0
    goto l1
l3:
    r8 = r0
    r1 = *(u32 *)(r6 + 48)
    if r1 != 3 goto l4
    r2 = r7
    r7 = r8
    r8 = r2
l4:
    r1 = r7
    call bpf_task_release
    r1 = 4
    call bpf_throw
    r0 = 0
    exit
l2:
    if r7 == 0 goto l5
    r1 = r7
    call bpf_task_release
l5:
    r0 = 0
    exit
`;
    expect(said(either)).toBe('delete-searches');
  });
});
