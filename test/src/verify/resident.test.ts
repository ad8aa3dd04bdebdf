/** Dynptrs and iterators in stack slots: made, found again, cloned, overwritten, released, left behind. */
import { describe, expect, it } from 'vitest';
import { verdictOf, walkText } from './programs.js';

const at = (register: number, offset: number) => `    r${register} = r10\n    r${register} += ${offset}\n`;
const RESERVE = `    r1 = map[rb] ll\n    r2 = 16\n    r3 = 0\n${at(4, -16)}    call bpf_ringbuf_reserve_dynptr\n`;
const DISCARD = `${at(1, -16)}    r2 = 0\n    call bpf_ringbuf_discard_dynptr\n`;
const CLONE = `${at(1, -16)}${at(2, -40)}    call bpf_dynptr_clone\n`;
const DATA = `${at(1, -16)}    r2 = 0\n    r3 = 8\n    call bpf_dynptr_data\n`;
const NUMBERS = `${at(1, -24)}    r2 = 0\n    r3 = 2\n    call bpf_iter_num_new\n`;
const THROW = '    r1 = 0\n    call bpf_throw\n';
const DONE = '    r0 = 0\n    exit';
const main = (...parts: readonly string[]) => `main:\n${parts.join('')}`;
const stateAt = (...parts: readonly string[]) => {
  const { throws, refusal } = walkText(main(...parts, THROW, DONE));
  if (throws[0] === undefined) throw new Error(refusal?.message);
  return throws[0].state;
};

describe('makeResident', () => {
  it('a dynptr has its reference in both slots, the first being the lowest-addressed', () => {
    const state = stateAt(RESERVE);
    expect([0, 1, 2].map((slot) => state.slot(0, slot).resident)).toEqual([
      { kind: 'dynptr', first: false, ref: 1, drained: false },
      { kind: 'dynptr', first: true, ref: 1, drained: false },
      undefined,
    ]);
    expect(state.slot(0, 0).bytes).toEqual(Array(8).fill('dynptr'));
    expect(state.references).toMatchObject([{ kind: 'dynptr', ordinal: 1 }]);
  });

  it('an iterator has it in its first slot only', () => {
    const tasks = `${at(1, -24)}    r2 = 0\n    r3 = 0\n    call bpf_iter_task_new\n`;
    const state = stateAt(tasks);
    expect([0, 1, 2].map((slot) => state.slot(0, slot).resident?.ref)).toEqual([0, 0, 1]);
    expect(state.frame(0).allocated).toBe(24);
  });

  it('a callee makes them in its caller', () => {
    const made = `main:
${at(1, -16)}    call sub
${THROW}${DONE}
sub:
    r4 = r1
    r1 = map[rb] ll
    r2 = 16
    r3 = 0
    call bpf_ringbuf_reserve_dynptr
${DONE}`;
    const state = walkText(made).throws[0]?.state;
    expect(state?.slot(0, 1).resident).toMatchObject({ kind: 'dynptr', first: true });
    expect(state?.references).toMatchObject([{ frame: 0 }]);
  });
});

describe('referenceAt', () => {
  it.each([
    ['a dynptr that is not there', main(DISCARD, DONE), 'bad-argument 3 arg 1 is an unacquired reference'],
    ['its second slot', main(RESERVE, DISCARD.replace('-16', '-8'), DONE), 'cannot pass in dynptr at an offset=-8'],
    [
      'a clone of nothing',
      main(`${at(1, -16)}${at(2, -40)}    call bpf_dynptr_clone\n`, DONE),
      'Expected an initialized dynptr as arg #0',
    ],
    ['no stack pointer', main('    r2 = 0\n    call bpf_ringbuf_discard_dynptr\n', DONE), 'R1 type=ctx expected=fp'],
    [
      'an iterator that is not there',
      main(`${at(1, -8)}    call bpf_iter_num_next\n`, DONE),
      'expected an initialized iter_num as arg #0',
    ],
    [
      'an iterator of another type',
      main(NUMBERS, `${at(1, -24)}    call bpf_iter_task_next\n`, DONE),
      'expected an initialized iter_task as arg #0',
    ],
    ['an iterator where one is', main(NUMBERS, NUMBERS, DONE), 'expected uninitialized iter_num as arg #0'],
    ['a dynptr over a dynptr', main(RESERVE, RESERVE, DONE), 'cannot overwrite referenced dynptr'],
  ])('refuses %s', (_, text, words) => {
    expect(verdictOf(text)).toContain(words);
  });
});

describe('slots of dynptrs and iterators', () => {
  it.each([
    ['read a dynptr', main(RESERVE, '    r1 = *(u64 *)(r10 - 16)\n', DONE), 'invalid read from stack off -16+0 size 8'],
    ['write a dynptr', main(RESERVE, '    *(u8 *)(r10 - 5) = 0\n', DONE), 'cannot overwrite referenced dynptr'],
    [
      'read an iterator',
      main(NUMBERS, '    r1 = *(u32 *)(r10 - 24)\n', DONE),
      'invalid read from stack off -24+0 size 4',
    ],
    [
      'pass a dynptr as memory',
      main(
        '    r6 = r1\n',
        RESERVE,
        `    r1 = r6\n${at(2, -20)}    r3 = 12\n    r4 = 0\n    r5 = 0\n    call bpf_sk_lookup_tcp\n`,
        DONE,
      ),
      'invalid read from stack R2 off -20+4 size 12',
    ],
  ])('refuse to %s', (_, text, words) => {
    expect(verdictOf(text)).toContain(words);
  });

  it('an iterator may be overwritten, and is lost then', () => {
    expect(verdictOf(main(NUMBERS, '    *(u64 *)(r10 - 24) = 0\n', DONE))).toContain('Unreleased reference id=1');
  });
});

describe('dropResidents', () => {
  it('a released dynptr is gone with its clones and data', () => {
    const state = stateAt(RESERVE, CLONE, DATA, '    r7 = r0\n', DISCARD);
    expect([0, 1, 3, 4].map((slot) => state.slot(0, slot).bytes[0])).toEqual(Array(4).fill('invalid'));
    expect(state.register(0, 7).is).toBe('scalar');
    expect(state.references).toEqual([]);
  });

  it('a clone will do to release by', () => {
    const byClone = DISCARD.replace('-16', '-40');
    expect(verdictOf(main(RESERVE, CLONE, byClone, DONE))).toBe('accepted');
    expect(verdictOf(main(RESERVE, CLONE, byClone, DISCARD, DONE))).toContain('arg 1 is an unacquired reference');
  });

  it('data that are NULL leave the dynptr held', () => {
    const branch = `${DATA}    if r0 == 0 goto null\n${DISCARD}${DONE}\nnull:\n${THROW}${DONE}`;
    const { throws } = walkText(main(RESERVE, branch));
    expect(throws[0]?.state.references).toMatchObject([{ kind: 'dynptr' }]);
  });
});

describe('noteClones', () => {
  it('counts places beyond the first, of all frames', () => {
    expect(walkText(main(RESERVE, CLONE, DISCARD, DONE)).maxClones).toEqual([1]);
    expect(walkText(main(RESERVE, DISCARD, DONE)).maxClones).toEqual([0]);
  });
});

describe('referenceAt of two dynptrs', () => {
  const reserve = (offset: number) =>
    `    r1 = map[rb] ll\n    r2 = 8\n    r3 = 0\n    r4 = r10\n    r4 += ${offset}\n    call bpf_ringbuf_reserve_dynptr\n`;
  const verdictAt = (offset: number, callable: string) =>
    verdictOf(
      `main:\n${reserve(-32)}${reserve(-16)}    r1 = r10\n    r1 += ${offset}\n    r2 = 0\n    call ${callable}\n    r0 = 0\n    exit`,
    );

  it('is that of the dynptr that begins there, not of one that is passed', () => {
    expect(verdictAt(-24, 'bpf_ringbuf_submit_dynptr')).toMatch(/arg 1 is an unacquired reference$/);
    expect(verdictAt(-32, 'bpf_ringbuf_submit_dynptr')).toMatch(/^unreleased-reference/);
  });

  it('is none of another kind', () => {
    expect(verdictAt(-16, 'bpf_iter_num_destroy')).toMatch(/expected an initialized iter_num as arg #0$/);
  });
});
