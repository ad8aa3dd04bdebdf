/** Tests of the listing with comments and notes. */
import { describe, expect, it } from 'vitest';
import type { Refusal } from '../../../src/contract/refusal.js';
import { type ListedLine, listCase, sideText } from '../../../src/report/explain-listing.js';
import { caseOf, TWO_KINDS } from './explained.js';

const of = caseOf(TWO_KINDS);

const MERGE: Refusal = {
  code: 'merge-failure',
  pc: 9,
  message: 'failed to merge',
  subprogram: 0,
  location: { in: 'register', register: 6 },
  left: { what: 'cgroup', acquiredAt: 3 },
  right: { what: 'task', acquiredAt: 7 },
};

function instruction(lines: readonly ListedLine[], pc: number) {
  const line = lines.find((each) => each.is === 'instruction' && each.pc === pc);
  if (line?.is !== 'instruction') throw new Error(`no line for ${pc}`);
  return line;
}

describe('listCase', () => {
  it('listCase keeps the comments of the program, without refusals that are expected', () => {
    const lines = listCase(of, []);
    expect(lines.slice(0, 3)).toEqual([
      { is: 'blank', comment: '' },
      { is: 'comment', comment: 'where it begins' },
      { is: 'label', pc: 0, text: 'main:', comment: 'the entry' },
    ]);
    expect(instruction(lines, 3)).toMatchObject({ text: 'call bpf_cgroup_from_id', comment: 'one way' });
    expect(lines.filter(({ is }) => is === 'comment').map((line) => line.is === 'comment' && line.comment)).toEqual([
      'where it begins',
      'the throw itself',
    ]);
    expect(instruction(lines, 12)).not.toHaveProperty('comment');
  });

  it('listCase says what calls do to resources', () => {
    const lines = listCase(
      caseOf(`;! case: calls
;! map: events ringbuf 4096

main:
    r1 = map[events] ll
    r2 = 8
    r3 = 0
    r4 = r10
    r4 += -16
    call bpf_ringbuf_reserve_dynptr
    r1 = r10
    r1 += -16
    r2 = r10
    r2 += -32
    call bpf_dynptr_clone
    r1 = r10
    r1 += -16
    r2 = 0
    call bpf_ringbuf_discard_dynptr
    call bpf_ktime_get_ns
    r1 = 0
    call bpf_throw
    exit
`),
      [],
    );
    const deeds = lines.flatMap((line) =>
      line.is === 'instruction' && line.does !== undefined ? [[line.pc, line.does]] : [],
    );
    expect(deeds).toEqual([
      [6, 'acquire'],
      [11, 'clone'],
      [15, 'release'],
      [18, 'throw'],
    ]);
  });

  it('listCase marks both sides of a failed merge and the place where it fails, once for subjects that agree', () => {
    const lines = listCase(of, [
      { by: 'one', refusal: MERGE },
      { by: 'two', refusal: MERGE },
    ]);
    expect(instruction(lines, 3).notes).toEqual([
      { by: ['one', 'two'], is: 'left', text: 'left side of the merge that fails at 9: cgroup in r6 of main' },
    ]);
    expect(instruction(lines, 7).notes).toEqual([
      { by: ['one', 'two'], is: 'right', text: 'right side of the merge that fails at 9: task in r6 of main' },
    ]);
    expect(instruction(lines, 9).notes).toEqual([
      { by: ['one', 'two'], is: 'refusal', text: 'merge-failure in r6 of main: cgroup@3 against task@7' },
    ]);
  });

  it('listCase marks a refusal without sides by its message, and a side that nothing acquired not at all', () => {
    const scalar = listCase(of, [{ by: 'one', refusal: { ...MERGE, right: { what: 'scalar' } } }]);
    expect(instruction(scalar, 9).notes[0]?.text).toBe('merge-failure in r6 of main: cgroup@3 against scalar');
    expect(instruction(scalar, 7).notes).toEqual([]);
    const held = listCase(of, [{ by: 'mainline', refusal: { code: 'held-reference', pc: 12, message: 'id=1' } }]);
    expect(instruction(held, 12).notes).toEqual([{ by: ['mainline'], is: 'refusal', text: 'held-reference: id=1' }]);
  });
});

describe('sideText', () => {
  it('sideText names the call that acquired', () => {
    expect([sideText({ what: 'task', acquiredAt: 7 }), sideText({ what: 'scalar' })]).toEqual(['task@7', 'scalar']);
  });
});
