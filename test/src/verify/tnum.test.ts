/** Known bits: results hold what concrete members make. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Tnum,
  tnumAdd,
  tnumAnd,
  tnumArsh,
  tnumCast,
  tnumHolds,
  tnumIntersect,
  tnumLsh,
  tnumMul,
  tnumOfRange,
  tnumOr,
  tnumRsh,
  tnumSignExtend,
  tnumSub,
  tnumText,
  tnumWithLow,
  tnumXor,
} from '../../../src/verify/tnum.js';

const U64 = 0xffff_ffff_ffff_ffffn;
const any = fc.bigInt({ min: 0n, max: U64 });
/** A tnum and one of its members. */
const member = fc
  .tuple(any, any)
  .map(([value, mask]) => ({ tnum: { value: value & ~mask, mask } satisfies Tnum, value }));

const BINARY: readonly [string, (a: Tnum, b: Tnum) => Tnum, (a: bigint, b: bigint) => bigint][] = [
  ['tnumAdd', tnumAdd, (a, b) => a + b],
  ['tnumSub', tnumSub, (a, b) => a - b],
  ['tnumMul', tnumMul, (a, b) => a * b],
  ['tnumAnd', tnumAnd, (a, b) => a & b],
  ['tnumOr', tnumOr, (a, b) => a | b],
  ['tnumXor', tnumXor, (a, b) => a ^ b],
];

describe('tnum operators', () => {
  it.each(BINARY)('%s holds the result of members', (_, abstract, concrete) => {
    fc.assert(
      fc.property(member, member, (a, b) =>
        tnumHolds(abstract(a.tnum, b.tnum), BigInt.asUintN(64, concrete(a.value, b.value))),
      ),
    );
  });

  it('tnumLsh, tnumRsh, tnumArsh, tnumCast, tnumSignExtend hold the result of a member', () => {
    fc.assert(
      fc.property(member, fc.bigInt({ min: 0n, max: 63n }), ({ tnum, value }, by) => {
        expect(tnumHolds(tnumLsh(tnum, by), BigInt.asUintN(64, value << by))).toBe(true);
        expect(tnumHolds(tnumRsh(tnum, by), value >> by)).toBe(true);
        expect(tnumHolds(tnumArsh(tnum, by, 64), BigInt.asUintN(64, BigInt.asIntN(64, value) >> by))).toBe(true);
        expect(tnumHolds(tnumCast(tnum, 16), BigInt.asUintN(16, value))).toBe(true);
        expect(tnumHolds(tnumSignExtend(tnum, 8), BigInt.asUintN(64, BigInt.asIntN(8, value)))).toBe(true);
      }),
    );
  });
});

describe('tnumText', () => {
  it('is what the kernel prints', () => {
    const tnums = [
      { value: 65535n, mask: 0n },
      { value: 65536n, mask: 0n },
      { value: 0n, mask: U64 },
    ];
    expect(tnums.map(tnumText)).toEqual(['65535', '0x10000', '(0x0; 0xffffffffffffffff)']);
  });
});

describe('tnum sets', () => {
  it('tnumOfRange holds the ends and what lies between', () => {
    fc.assert(
      fc.property(any, any, any, (...ends) => {
        const [min = 0n, middle = 0n, max = 0n] = [...ends].sort((a, b) => (a < b ? -1 : 1));
        const tnum = tnumOfRange(min, max);
        return [min, middle, max].every((value) => tnumHolds(tnum, value));
      }),
    );
  });

  it('tnumIntersect keeps common members and finds contradictions', () => {
    fc.assert(
      fc.property(any, any, any, (value, first, second) => {
        const both = tnumIntersect({ value: value & ~first, mask: first }, { value: value & ~second, mask: second });
        return both !== undefined && tnumHolds(both, value) && both.mask === (first & second);
      }),
    );
    expect(tnumIntersect({ value: 1n, mask: 2n }, { value: 0n, mask: 2n })).toBeUndefined();
  });

  it('tnumWithLow takes the low half of its second operand', () => {
    expect(tnumWithLow({ value: 1n << 40n, mask: U64 << 41n }, { value: 5n, mask: 2n })).toEqual({
      value: (1n << 40n) | 5n,
      mask: ((U64 << 41n) & ~0xffff_ffffn) | 2n,
    });
  });
});
