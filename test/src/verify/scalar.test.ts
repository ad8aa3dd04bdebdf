/** Scalars: views agree, nothing that a scalar holds is lost. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Bounds,
  constant,
  constantOf,
  holds,
  isUnbounded,
  S32_MIN,
  S64_MIN,
  settle,
  synchronise,
  UNKNOWN,
  within,
  zeroExtend,
} from '../../../src/verify/scalar.js';
import { sample, unsignedRange } from './scalars.js';

describe('synchronise', () => {
  it('synchronise keeps every value and never widens', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const met = synchronise({ ...a.bounds, umin: b.bounds.umin, umax: b.bounds.umax });
        const inside = a.value >= b.bounds.umin && a.value <= b.bounds.umax;
        if (inside) expect(met !== undefined && holds(met, a.value)).toBe(true);
        if (met !== undefined) expect(met.umin >= b.bounds.umin && met.smax <= a.bounds.smax).toBe(true);
      }),
    );
  });

  it('synchronise finds contradictions', () => {
    expect(synchronise({ ...UNKNOWN, umin: 5n, umax: 4n })).toBeUndefined();
    expect(synchronise({ ...UNKNOWN, umin: 1n, umax: 1n, bits: { value: 2n, mask: 0n } })).toBeUndefined();
  });

  it('synchronise derives signed from unsigned ranges, narrow from wide ones, and bits from both', () => {
    expect(unsignedRange(3n, 9n)).toEqual({
      bits: { value: 0n, mask: 15n },
      umin: 3n,
      umax: 9n,
      smin: 3n,
      smax: 9n,
      u32min: 3n,
      u32max: 9n,
      s32min: 3n,
      s32max: 9n,
    });
    expect(settle({ smin: -2n, smax: -1n }).umin).toBe(0xffff_ffff_ffff_fffen);
  });
});

describe('synchronise derives', () => {
  const HIGH = 1n << 32n;
  const wide = { value: 1n << 40n, mask: (1n << 63n) | 7n };
  const narrow = { value: 1n << 20n, mask: 0xffff_ffff_0000_0000n | (1n << 31n) | 7n };

  it.each<[string, Partial<Bounds>, Partial<Bounds>]>([
    ['umin from known bits', { bits: wide }, { umin: 1n << 40n }],
    ['umax from known bits', { bits: wide }, { umax: (1n << 63n) + (1n << 40n) + 7n }],
    ['smin from known bits', { bits: wide }, { smin: S64_MIN + (1n << 40n) }],
    ['smax from known bits', { bits: wide }, { smax: (1n << 40n) + 7n }],
    ['u32min from known bits', { bits: narrow }, { u32min: 1n << 20n }],
    ['u32max from known bits', { bits: narrow }, { u32max: (1n << 31n) + (1n << 20n) + 7n }],
    ['s32min from known bits', { bits: narrow }, { s32min: S32_MIN + (1n << 20n) }],
    ['s32max from known bits', { bits: narrow }, { s32max: (1n << 20n) + 7n }],
    [
      '32-bit ranges from a range with one upper half',
      { umin: 5n * HIGH + 3n, umax: 5n * HIGH + 9n },
      { u32min: 3n, u32max: 9n },
    ],
    ['32-bit from 64-bit signed ranges', { smin: -5n, smax: 7n }, { s32min: -5n, s32max: 7n }],
    ['64-bit from 32-bit signed ranges', { smin: -50n, smax: 70n, s32min: -5n, s32max: 7n }, { smin: -5n, smax: 7n }],
    [
      'signed from unsigned ranges, 32 bits',
      { u32min: 3n, u32max: 0x7fff_0000n },
      { s32min: 3n, s32max: 0x7fff_0000n },
    ],
    [
      'unsigned from signed ranges, 32 bits',
      { s32min: 3n, s32max: 0x7fff_0000n },
      { u32min: 3n, u32max: 0x7fff_0000n },
    ],
    [
      'signed from unsigned ranges, 64 bits',
      { umin: 3n * HIGH + 5n, umax: 5n * HIGH + 1n },
      { smin: 3n * HIGH + 5n, smax: 5n * HIGH + 1n },
    ],
    [
      'unsigned from signed ranges, 64 bits',
      { smin: 3n * HIGH + 5n, smax: 5n * HIGH + 1n },
      { umin: 3n * HIGH + 5n, umax: 5n * HIGH + 1n },
    ],
    ['umin from the lower half', { umin: 5n * HIGH, u32min: 7n }, { umin: 5n * HIGH + 7n }],
    ['umax from the lower half', { umax: (1n << 63n) + 100n, u32max: 7n }, { umax: (1n << 63n) + 7n }],
    ['smin from the lower half', { smin: -5n * HIGH, u32min: 7n }, { smin: -5n * HIGH + 7n }],
    ['smax from the lower half', { smax: 5n * HIGH + 100n, u32max: 7n }, { smax: 5n * HIGH + 7n }],
    ['bits from a 64-bit range', { umin: 1n << 40n, umax: (1n << 40n) + 1n }, { bits: { value: 1n << 40n, mask: 1n } }],
    ['bits from a 32-bit range', { u32max: 7n }, { bits: { value: 0n, mask: 0xffff_ffff_0000_0007n } }],
  ])('%s', (_, facts, expected) => {
    expect(settle(facts)).toMatchObject(expected);
  });
});

describe('within', () => {
  it.each<[keyof Bounds, Partial<Bounds>]>([
    ['umin', { umin: 5n }],
    ['umax', { umax: 5n }],
    ['smin', { smin: 5n }],
    ['smax', { smax: 5n }],
    ['u32min', { u32min: 5n }],
    ['u32max', { u32max: 5n }],
    ['s32min', { s32min: 5n }],
    ['s32max', { s32max: 5n }],
    ['bits', { bits: { value: 0n, mask: 7n } }],
  ])('compares %s', (_, facts) => {
    const outer = { ...UNKNOWN, ...facts };
    expect([within(outer, UNKNOWN), within(UNKNOWN, outer)]).toEqual([true, false]);
  });

  it('compares known bits', () => {
    const known = (value: bigint) => ({ ...UNKNOWN, bits: { value, mask: 0n } });
    expect([within(known(5n), known(5n)), within(known(5n), known(4n))]).toEqual([true, false]);
  });
});

describe('scalar queries', () => {
  it('constantOf, isUnbounded, holds', () => {
    expect(constantOf(constant(-1n))).toBe(0xffff_ffff_ffff_ffffn);
    expect(constantOf(UNKNOWN)).toBeUndefined();
    expect(isUnbounded(UNKNOWN)).toBe(true);
    expect(isUnbounded(unsignedRange(0n, 0xffff_ffff_ffff_fffen))).toBe(false);
    expect(holds(constant(7n), 7n)).toBe(true);
    expect(holds(constant(7n), 8n)).toBe(false);
    expect(constant(1n << 63n).smin).toBe(S64_MIN);
  });

  it('zeroExtend keeps a range whose upper part does not change', () => {
    const low = zeroExtend(unsignedRange(0x1_0000_0005n, 0x1_0000_0009n), 32);
    expect([low.umin, low.umax]).toEqual([5n, 9n]);
    const byte = zeroExtend(unsignedRange(0x105n, 0x109n), 8);
    expect([byte.umin, byte.umax]).toEqual([5n, 9n]);
  });

  it('zeroExtend to 32 bits keeps what is known of the lower half', () => {
    const low = zeroExtend(settle({ u32min: 3n, u32max: 9n }), 32);
    expect([low.umin, low.umax]).toEqual([3n, 9n]);
  });
});
