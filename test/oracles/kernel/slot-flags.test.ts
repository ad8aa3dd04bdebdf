/** Tests of the flags that say where slots are zero. */
import { describe, expect, it } from 'vitest';
import { slotFlags } from '../../../oracles/kernel/slot-flags.js';
import { throwPcsOf } from '../../../src/cfg/calls.js';
import type { Edit } from '../../../src/patch/patch.js';
import { MAYBE_DYNPTR, programOf } from './fixtures.js';

const claims = [
  { place: { in: 'slot', offset: -16 }, offset: 0, destructor: 'bpf_ringbuf_discard_dynptr', type: -1 },
] as const;

function flagsOf(body: string) {
  const program = programOf(body);
  const flags = slotFlags(
    program,
    throwPcsOf(program).map((pc) => ({ pcs: [pc], claims: [claims] })),
    [16],
  );
  return flags.ok ? flags : flags.detail;
}

/** What an edit stores. */
const storedBy = (edit: Edit) =>
  'insns' in edit ? edit.insns.flatMap((each) => ('target' in each ? [] : [each.imm])) : [];

describe('slotFlags', () => {
  it('slotFlags sets a flag at the entry, at a call that makes the dynptr and at one that ends it, and where all is zero', () => {
    const flags = flagsOf(MAYBE_DYNPTR);
    if (typeof flags === 'string') throw new Error(flags);
    expect(flags.bytes).toEqual([8]);
    expect(flags.flagOf(0, -16)).toBe(-24);
    expect(flags.flagOf(0, -8)).toBeUndefined();
    const at = (edit: Edit) => ('pc' in edit ? edit.pc : -1);
    const values = flags.edits.toSorted((a, b) => at(a) - at(b)).flatMap(storedBy);
    // The entry; the reservation; one half zero, both halves zero; the submission.
    expect(values).toEqual([1, 1, 1, 0, 0]);
  });

  it('slotFlags is not needed where the dynptr is there on every path', () => {
    const flags = flagsOf(MAYBE_DYNPTR.replace('goto l1', 'goto l4').replace(/ {4}goto l2\nl1:[\s\S]*l2:\n/, ''));
    if (typeof flags === 'string') throw new Error(flags);
    expect(flags.edits).toEqual([]);
    expect(flags.bytes).toEqual([0]);
  });

  it('slotFlags cannot be kept by a store that writes there on some paths only', () => {
    const either = MAYBE_DYNPTR.replace(
      '    *(u64 *)(r10 - 16) = 0\n    *(u64 *)(r10 - 8) = 0\n',
      `    *(u64 *)(r10 - 16) = 0
    r2 = r10
    r2 += -8
    if w1 > 9 goto l5
    r2 += -24
l5:
    *(u64 *)(r2 + 0) = 0
`,
    );
    expect(flagsOf(either)).toMatch(/writes to fp-16 on some paths/);
  });
});
