/** What instructions do to registers. */
import { describe, expect, it } from 'vitest';
import { walkText } from './programs.js';

function r7After(body: string) {
  const { throws, refusal } = walkText(`main:\n    ${body}\n    r1 = 0\n    call bpf_throw\n    exit`);
  const value = throws[0]?.state.register(0, 7);
  if (value?.is === 'scalar') return `${value.umin}..${value.umax}`;
  return value?.is === 'pointer' ? `${value.type.to}${value.off}` : refusal?.message;
}

describe('TRANSFERS', () => {
  it.each([
    ['r7 = 5', '5..5'],
    ['w7 = -1', '4294967295..4294967295'],
    ['r7 = -1', `${2n ** 64n - 1n}..${2n ** 64n - 1n}`],
    ['r7 = 0x1122334455667788 ll', '1234605616436508552..1234605616436508552'],
    ['r7 = type[pair] ll', '2..2'],
    ['r7 = map[rb] ll', 'map0'],
    ['r7 = r10\n    r7 += -8', 'stack-8'],
    ['r7 = r1\n    r7 -= 8', 'ctx-8'],
    ['r7 = 8\n    r7 += r1', 'ctx8'],
    ['r7 = r1\n    r7 -= r10', `0..${2n ** 64n - 1n}`],
    ['r7 = r10\n    w7 -= 4', `0..${2n ** 64n - 1n}`],
    ['r7 = *(u8 *)(r1 + 48)\n    r8 = r7\n    if r8 > 9 goto on\non:', '0..9'],
    ['r7 = *(u8 *)(r1 + 48)\n    r8 = (s32)r7\n    if r8 > 9 goto on\non:', '0..9'],
    [
      'r7 = *(u8 *)(r1 + 48)\n    *(u64 *)(r10 - 8) = r7\n    r8 = *(u64 *)(r10 - 8)\n    if r8 > 9 goto on\non:',
      '0..9',
    ],
    ['r7 = *(u8 *)(r1 + 48)\n    r8 = r7\n    r8 += 1\n    if r8 > 9 goto on\non:', '0..255'],
    ['r7 = 1\n    if r1 == 0 goto two\n    gotol on\ntwo:\n    r7 = 2\non:', '1..1'],
    ['*(u64 *)(r10 - 8) = 5\n    r7 = 4\n    r7 = load_acquire((u64 *)(r10 - 8))', '5..5'],
    ['r2 = 5\n    store_release((u64 *)(r10 - 8), r2)\n    r7 = *(u64 *)(r10 - 8)', '5..5'],
    ['w7 = w1', '0..4294967295'],
    ['r7 = 0x8011 ll\n    r7 = bswap16 r7', '4480..4480'],
    ['r7 = *(u16 *)(r1 + 48)', '0..65535'],
    ['r7 = 200\n    r7 = (s8)r7', `${2n ** 64n - 56n}..${2n ** 64n - 56n}`],
    ['r2 = 3\n    *(u64 *)(r10 - 8) = r2\n    r7 = 4\n    r7 = xchg_64(r10 - 8, r7)', '3..3'],
    ['r0 = 1\n    *(u64 *)(r10 - 8) = 3\n    r7 = 4\n    r0 = cmpxchg_64(r10 - 8, r0, r7)\n    r7 = r0', '3..3'],
    ['*(u64 *)(r10 - 8) = r1\n    r7 = 4\n    r7 = xchg_64(r10 - 8, r7)', 'ctx0'],
    ['gotol on\non:\n    r7 = 1', '1..1'],
  ])('%s', (body, expected) => {
    expect(r7After(body)).toBe(expected);
  });

  it('the difference of pointers is any scalar, in callees too', () => {
    const { throws } = walkText(
      'main:\n    call sub\n    exit\nsub:\n    r7 = r1\n    r7 -= r10\n    r1 = 0\n    call bpf_throw\n    exit',
    );
    expect(throws[0]?.state.register(1, 7)).toMatchObject({ is: 'scalar', umin: 0n, umax: 2n ** 64n - 1n });
  });

  it('a may_goto is taken first', () => {
    const { throws } = walkText(
      'main:\n    r6 = 1\n    may_goto on\n    r6 = 2\non:\n    r1 = 0\n    call bpf_throw\n    exit',
    );
    expect(throws.map(({ state }) => state.register(0, 6))).toMatchObject([{ umin: 1n }, { umin: 2n }]);
  });
});
