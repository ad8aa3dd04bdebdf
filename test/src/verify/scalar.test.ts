/** Scalars: views agree, nothing that a scalar holds is lost. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  constant,
  constantOf,
  holds,
  isUnbounded,
  S64_MIN,
  settle,
  synchronise,
  UNKNOWN,
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
  });
});
