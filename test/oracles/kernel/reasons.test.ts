/** Tests of what the kernel's words mean. */
import { describe, expect, it } from 'vitest';
import { REASONS, reasonOf } from '../../../oracles/kernel/reasons.js';

const log = (...lines: readonly string[]) =>
  [
    ...lines,
    'processed 4 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0',
    '',
  ].join('\n');

describe('reasonOf', () => {
  it.each([
    ['a message', ['3: (79) r1 = *(u64 *)(r2 +0)', "R2 invalid mem access 'scalar'"], 'invalid-access', 3],
    [
      'a test for NULL',
      ['3: (79) r1 = *(u64 *)(r2 +0)', "R2 invalid mem access 'ptr_or_null_'"],
      'null-dereference',
      3,
    ],
    [
      'the last of several lines',
      ['9: (85) call bpf_throw#1', 'Unreleased reference id=1 alloc_insn=2', 'bpf_throw would lead to reference leak'],
      'held-reference',
      9,
    ],
    [
      'a loop, on the line of its instruction',
      [
        '7: (55) if r10 != 0x0 goto pc-1 infinite loop detected at insn 7',
        'cur state: R1=ctx()',
        'old state: R1=ctx()',
      ],
      'infinite-loop',
      7,
    ],
    [
      'a pointer moved, in an access',
      ['2: (61) r0 = *(u32 *)(r1 +0)', 'dereference of modified ctx ptr R1 off=8 disallowed'],
      'invalid-access',
      2,
    ],
    [
      'a pointer moved, in a call',
      ['2: (85) call x#1', 'dereference of modified ctx ptr R1 off=8 disallowed'],
      'bad-argument',
      2,
    ],
    [
      'what is about no instruction',
      ['5: (95) exit', 'combined stack size of 3 calls is 544. Too large'],
      'stack-limit',
      undefined,
    ],
    ['words without a row', ['5: (95) exit', 'something new'], 'unknown', 5],
    ['an empty log', [], 'unknown', undefined],
  ] as const)('reasonOf reads %s', (_, lines, code, pc) => {
    expect(reasonOf(log(...lines))).toMatchObject({ code, pc });
  });

  it('no two rows have the same words', () => {
    const words = REASONS.map((reason) => String(reason.words));
    expect(new Set(words).size).toBe(words.length);
  });
});
