/** Tests of the worlds in which every byte is drawn for itself. */
import { describe, expect, it } from 'vitest';
import { bytewiseWorlds } from '../../../oracles/kernel/worlds.js';
import { programOf } from './fixtures.js';

const program = programOf(`main:
    r1 = *(u8 *)(r1 + 50)
    if r1 == 77 goto l1
    r0 = 0
    exit
l1:
    r0 = 1
    exit
`);

describe('bytewiseWorlds', () => {
  it('bytewiseWorlds gives the same worlds for the same seed', () => {
    expect(bytewiseWorlds(program, 's', 5, 100)).toEqual(bytewiseWorlds(program, 's', 5, 100));
    expect(bytewiseWorlds(program, 's', 5, 100)).not.toEqual(bytewiseWorlds(program, 't', 5, 100));
  });

  it('bytewiseWorlds puts a constant that is compared with into each byte of a context word', () => {
    const words = bytewiseWorlds(program, 's', 500, 100).map(({ cb }) => cb[0] ?? 0);
    for (const shift of [0, 8, 16, 24]) expect(words.some((word) => ((word >>> shift) & 0xff) === 77)).toBe(true);
    expect(words.every((word) => word >= 0 && word < 2 ** 32)).toBe(true);
  });

  it('bytewiseWorlds lists attempts that fail in ascending order, none in some worlds', () => {
    const fails = bytewiseWorlds(program, 's', 200, 100).map(({ fail }) => fail);
    expect(fails.every((fail) => fail.every((attempt, at) => attempt > (fail[at - 1] ?? 0)))).toBe(true);
    expect(fails.some((fail) => fail.length === 0)).toBe(true);
    expect(fails.some((fail) => fail.length > 5)).toBe(true);
  });
});
