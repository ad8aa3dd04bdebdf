/** The runtime table as a subject, on walked programs. */
import { describe, expect, test } from 'vitest';
import type { StopAt } from '../../../../src/contract/prepared.js';
import { perFrame } from '../../../../src/subjects/runtime-table/runtime-table.js';
import { analyse } from '../../../../src/verify/walk.js';
import { programOf } from '../states.js';

function prepare(text: string, stopAt: StopAt = 'throw') {
  const program = programOf(text);
  const analysis = analyse(program, { pruning: 'exact' });
  expect(analysis.refusal).toBeUndefined();
  return { program, result: perFrame.prepare({ program, analysis, stopAt }) };
}

const HANDED_OVER = `
main:
    r6 = r1
    call get
    r7 = r0
    if r7 == 0 goto done
    r1 = *(u32 *)(r6 + 48)
    if r1 == 0 goto release
    call bpf_throw
release:
    r1 = r7
    call bpf_task_release
done:
    r0 = 0
    exit
get:
    r1 = 1
    call bpf_task_from_pid
    exit
`;
const NO_THROW = `
main:
    r1 = 1
    call bpf_task_from_pid
    if r0 == 0 goto done
    r1 = r0
    call bpf_task_release
done:
    r0 = 0
    exit
`;
/** 990 rounds of 1009 instructions; the rewrite adds two to each. */
const NEAR_THE_LIMIT = `
main:
    r6 = 0
again:
    r1 = 1
    call bpf_task_from_pid
    if r0 == 0 goto stop
    r1 = r0
    call bpf_task_release
${'    r7 = 0\n'.repeat(1000)}
    r6 += 1
    if r6 != 990 goto again
    r0 = 0
    exit
stop:
    r1 = 1
    call bpf_throw
    exit
`;

describe('perFrame', () => {
  test('perFrame leaves a program alone that never owns anything', () => {
    const { program, result } = prepare('main:\n    r1 = 0\n    call bpf_throw\n    exit');
    expect(result.ok && [result.program === program, result.describe()]).toEqual([true, []]);
  });

  test('perFrame refuses where a conditional jump would get too long', () => {
    const distance = 32_762;
    const { result } = prepare(
      `main:\n    r6 = *(u32 *)(r1 + 48)\n    if r6 == 0 goto far\n    r1 = 1\n    call bpf_task_from_pid\n    if r0 == 0 goto far\n    r1 = r0\n    call bpf_task_release\n${'    r7 = 0\n'.repeat(distance)}far:\n    r1 = 0\n    call bpf_throw\n    exit`,
    );
    expect(!result.ok && result.refusal.code).toBe('rewrite-rejected');
  });

  test('perFrame rewrites a program whose callee hands a resource over, and the rewrite verifies', () => {
    const { result } = prepare(HANDED_OVER);
    if (!result.ok) throw new Error(result.refusal.message);
    expect(result.reserved).toEqual([16, 16]);
    expect(result.cost).toMatchObject({ stack: [16, 16], chain: 32, instructionsAdded: 5, metadataBytes: 16 });
    expect(result.intrinsics.map(({ name }) => name)).toEqual(['table_delete', 'table_push', 'table_hand_over']);
    expect(result.describe()).toEqual(['main 0: 1 entries below fp-0', 'get 11: 1 entries below fp-0']);
  });

  test('perFrame verifies its rewrite to the stack it claims', () => {
    const { result } = prepare(HANDED_OVER);
    if (!result.ok) throw new Error(result.refusal.message);
    const again = analyse(result.program, { pruning: 'exact', intrinsics: true });
    expect(again.refusal).toBeUndefined();
    expect(again.stackDepth).toEqual(result.cost.stack);
  });

  test('perFrame takes a program whose walk ends just below the limit of instructions, though the rewrite walks more', () => {
    const { result } = prepare(NEAR_THE_LIMIT);
    expect(result).toMatchObject({ ok: true });
    if (!result.ok) return;
    expect(analyse(result.program, { pruning: 'exact', intrinsics: true }).refusal?.code).toBe('too-complex');
  });

  test('perFrame leaves a program without throws alone, unless it may be stopped elsewhere', () => {
    const { program, result } = prepare(NO_THROW);
    expect(result.ok && result.program).toBe(program);
    const stoppable = prepare(NO_THROW, 'anywhere').result;
    expect(stoppable.ok && stoppable.cost.instructionsAdded).toBe(3);
  });

  test('perFrame refuses a table that does not fit', () => {
    const each = (line: (i: number) => string) => Array.from({ length: 22 }, (_, i) => line(i)).join('\n');
    const text = `main:
${each((i) => `    r1 = ${i}\n    call bpf_task_from_pid\n    if r0 != 0 goto got${i}\n    r1 = 0\n    call bpf_throw\ngot${i}:\n    *(u64 *)(r10 - ${8 * i + 8}) = r0`)}
${each((i) => `    r1 = *(u64 *)(r10 - ${8 * i + 8})\n    call bpf_task_release`)}
    r0 = 0
    exit
`;
    const { result } = prepare(text);
    expect(!result.ok && result.refusal).toMatchObject({
      code: 'stack-limit',
      message: 'combined stack size of 1 calls is 528. Too large',
    });
  });

  test('perFrame knows where entries lie and what their words say', () => {
    const program = programOf(HANDED_OVER);
    const analysis = analyse(program, { pruning: 'exact' });
    const knowledge = perFrame.know?.({ program, analysis, stopAt: 'throw' });
    if (knowledge?.is !== 'tables') throw new Error('no tables');
    expect(knowledge.tables.map(({ entries }) => entries)).toEqual([
      [{ pointer: -16, type: -8 }],
      [{ pointer: -16, type: -8 }],
    ]);
    expect(knowledge.types).toEqual([{ what: 'task', destructor: 'bpf_task_release' }]);
    const address = 0x77n;
    expect(knowledge.read(address, 0n, 0n)).toEqual({ address, type: 0, alias: false });
    expect(knowledge.read(address, (0x77n << 32n) | 1n, 0n)).toEqual({ address, type: 1, alias: false });
    expect(knowledge.read(address, (0x88n << 32n) | 1n, 0n)).toEqual({ address, type: 1, alias: true });
  });

  test('perFrame knows nothing of a table that does not fit', () => {
    const program = programOf(HANDED_OVER);
    const analysis = { ...analyse(program, { pruning: 'exact' }), maxOwned: [40, 0] };
    expect(perFrame.know?.({ program, analysis, stopAt: 'throw' })).toBeUndefined();
  });
});
