/** Which values decide something: where an arm's value is needed, another value is not dropped. */
import { expect, it } from 'vitest';
import { isDropped, joinText } from './joins.js';
import { verdictOf } from './programs.js';

const isNeeded = (after: string) => !isDropped({ left: 'r7 = 1', right: 'r7 = 2', after });

it.each([
  ['a jump that it decides', 'if r7 == 9 goto far'],
  ['a jump that it decides from the right', 'r2 = 9; if r2 == r7 goto far'],
  ['what is added to a pointer', 'r2 = r10; r2 += r7'],
  ['what a pointer is added to', 'r7 += r10'],
  ['a size', 'r1 = map[rb] ll; r2 = r7; r3 = 0; call bpf_ringbuf_reserve'],
  ['the id of a type', 'r1 = r7; r2 = 0; call bpf_obj_new_impl'],
])('neededRegisters has %s', (_, after) => {
  expect(isNeeded(after)).toBe(true);
});

it.each([
  ['an argument of any value', 'r1 = r7; call bpf_task_from_pid'],
  ['what is stored', '*(u64 *)(r10 - 8) = r7'],
  ['what is copied and computed with', 'r2 = r7; r2 += 4; r8 += r7'],
])('neededRegisters has not %s', (_, after) => {
  expect(isNeeded(after)).toBe(false);
});

it('neededRegisters has no value that leaves a jump open, but one whose range decides it', () => {
  const ranges = (after: string) =>
    isDropped({ left: 'r7 = *(u8 *)(r6 + 52)', right: 'r7 = *(u32 *)(r6 + 52)', after });
  expect(ranges('if r7 == 9 goto far')).toBe(true);
  expect(ranges('if r7 > 255 goto far')).toBe(false);
});

it('neededRegisters has what has to be NULL', () => {
  const after = 'r1 = r10; r1 += -32; r2 = r7; r3 = 0; call bpf_iter_task_new';
  const text = joinText({ left: 'r7 = 0', right: 'r7 = 2', after });
  expect(verdictOf(text, 'kernel-like-every')).toContain('is expected to be NULL');
});
