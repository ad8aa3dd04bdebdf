/** Branches: which sides are walked and what is known on them. */
import { describe, expect, it } from 'vitest';
import { verdictOf, walkText } from './programs.js';

/** What R7 is at the throws of a program that tests R7 and throws on both sides, fall-through first. */
function sides(setup: string, test: string): unknown[] {
  const text = `main:\n${setup}\n    if ${test} goto on\n    r1 = 1\n    call bpf_throw\non:\n    r1 = 2\n    call bpf_throw\n    exit`;
  return walkText(text, 'off').throws.map(({ state }) => {
    const value = state.register(0, 7);
    if (value.is === 'scalar') return `${value.umin}..${value.umax}`;
    return value.is === 'pointer' ? (value.mayBeNull ? 'maybe' : 'object') : value.is;
  });
}

const BYTE = '    r7 = *(u8 *)(r1 + 48)';
const TASK = '    r1 = 1\n    call bpf_task_from_pid\n    r7 = r0';

describe('take', () => {
  it.each([
    [BYTE, 'r7 > 9', ['0..9', '10..255']],
    [BYTE, 'r7 == 9', ['0..255', '9..9']],
    [BYTE, 'w7 < 9', ['9..255', '0..8']],
    [`${BYTE}\n    r8 = r7`, 'r8 > 9', ['0..9', '10..255']],
    [`${BYTE}\n    r8 = 9`, 'r8 < r7', ['0..9', '10..255']],
    [`${BYTE}\n    r8 = r7`, 'r8 < r7', ['0..255', '0..255']],
    [TASK, 'r0 == 0', ['object', '0..0']],
    [TASK, 'r0 != 0', ['0..0', 'object']],
    [TASK, 'w0 == 0', ['maybe', 'maybe']],
    [TASK, 'r0 > 0', ['maybe', 'maybe']],
    [`${TASK}\n    r2 = 0`, 'r0 == r2', ['maybe', 'maybe']],
  ])('%s; %s', (setup, test, expected) => {
    expect(sides(setup, test)).toEqual(expected);
  });

  it('drops the reference on the NULL side and resolves copies in callers', () => {
    const text = `main:\n${TASK}\n    r1 = r7\n    call leaf\n    r0 = 0\n    exit\nleaf:\n    r6 = 1\n    if r1 == 0 goto on\n    r6 = 2\non:\n    r1 = 0\n    call bpf_throw\n    r0 = 0\n    exit`;
    const states = walkText(text, 'off').throws.map(({ state }) => state);
    expect(states.map((state) => [state.references.length, state.register(0, 7).is])).toEqual([
      [1, 'pointer'],
      [0, 'scalar'],
    ]);
  });
});

describe('take on the NULL side', () => {
  it('does not count the acquire that failed', () => {
    const text = `main:\n${TASK}\n    if r0 != 0 goto on\n${TASK}\non:\n    r1 = 0\n    call bpf_throw\n    exit`;
    const ordinals = walkText(text, 'off').throws.map(({ state }) => state.references.map(({ ordinal }) => ordinal));
    expect(ordinals).toEqual([[1], [1]]);
  });
});

describe('take on the NULL side of an earlier acquire', () => {
  it('counts later ones without it', () => {
    const text = `main:\n${TASK}\n    r1 = 1\n    call bpf_task_from_pid\n    if r7 == 0 goto on\n    r6 = 0\non:\n    r1 = 0\n    call bpf_throw\n    exit`;
    const ordinals = walkText(text, 'off').throws.map(({ state }) => state.references.map(({ ordinal }) => ordinal));
    expect(ordinals).toEqual([[1, 2], [1]]);
  });
});

describe('sidesOf', () => {
  it('follows one side where the known low half is compared with itself', () => {
    expect(sides('    r7 = *(u64 *)(r1 + 56)\n    r7 <<= 32', 'w7 < w7')).toHaveLength(1);
    expect(sides('    r7 = *(u64 *)(r1 + 56)\n    r7 <<= 32', 'r7 < r7')).toHaveLength(2);
  });

  it('follows one side of a decided test', () => {
    expect(sides('    r7 = 3', 'r7 > 3')).toEqual(['3..3']);
    expect(sides('    r7 = 3', 's> 3'.replace('s>', 'r7 s>='))).toEqual(['3..3']);
  });

  it('knows that objects are not NULL, not that stack pointers are not', () => {
    expect(sides('    call bpf_get_current_task_btf\n    r7 = r0', 'r7 == 0')).toEqual(['object']);
    expect(sides('    call bpf_get_current_task_btf\n    r7 = r0', 'r7 != 0')).toEqual(['object']);
    expect(sides('    r7 = r10', 'r7 == 0')).toHaveLength(2);
  });

  it('never walks the impossible side into a refusal', () => {
    expect(verdictOf('main:\n    r2 = 1\n    if r2 == 1 goto on\n    r10 = 0\non:\n    r0 = 0\n    exit')).toBe(
      'accepted',
    );
  });
});
