/** Soundness of scalar arithmetic: whatever concrete operands make lies in what the abstract ones make. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OP_NAMES, OPS, type OpName } from '../../../src/isa/op.js';
import { SCALAR_OPS, type ScalarOp, signExtend, swapBytes } from '../../../src/verify/alu.js';
import { constant, holds, UNKNOWN, zeroExtend } from '../../../src/verify/scalar.js';
import { sample, unsignedRange } from './scalars.js';

const u = (bits: number, x: bigint) => BigInt.asUintN(bits, x);
const s = (bits: number, x: bigint) => BigInt.asIntN(bits, x);

/** RFC 9669, once more and as plainly as possible; operands and results are unsigned 64-bit. */
function concrete(name: OpName, a: bigint, b: bigint): bigint {
  const { width, symbol, shape } = OPS[name];
  const [x, y] = [u(width, a), u(width, b)];
  const by = y & BigInt(width - 1);
  if (shape === 'neg') return u(width, -a);
  if (shape === 'swap') return symbol.startsWith('le') ? x : swapBytes(x, width === 8 ? 16 : width);
  if (shape === 'movsx') return u(width, s(Number(symbol.slice(1)), b));
  if (shape !== 'alu') return symbol.startsWith('s') ? u(64, s(width, a)) : x;
  switch (symbol) {
    case '+=':
      return u(width, x + y);
    case '-=':
      return u(width, x - y);
    case '*=':
      return u(width, x * y);
    case '/=':
      return y === 0n ? 0n : x / y;
    case '%=':
      return y === 0n ? x : x % y;
    case 's/=':
      return y === 0n ? 0n : u(width, s(width, x) / s(width, y));
    case 's%=':
      return y === 0n ? x : u(width, s(width, x) % s(width, y));
    case '|=':
      return x | y;
    case '&=':
      return x & y;
    case '^=':
      return x ^ y;
    case '<<=':
      return u(width, x << by);
    case '>>=':
      return x >> by;
    case 's>>=':
      return u(width, s(width, x) >> by);
    case '=':
      return y;
    default:
      throw new Error(symbol);
  }
}

const ROWS = OP_NAMES.flatMap((name): { name: OpName; op: ScalarOp }[] => {
  const op: ScalarOp | undefined = SCALAR_OPS[name];
  return op === undefined ? [] : [{ name, op }];
});

describe('SCALAR_OPS', () => {
  it.each(ROWS)('$name holds what concrete operands make', ({ name, op }) => {
    fc.assert(
      fc.property(sample, sample, (a, b) => holds(op(a.bounds, b.bounds), concrete(name, a.value, b.value))),
      { numRuns: 150 },
    );
  });

  it.each(['lsh64', 'rsh64', 'arsh64', 'lsh32', 'rsh32', 'arsh32'] as const)(
    '%s holds shifts by a known amount',
    (name) => {
      fc.assert(
        fc.property(sample, fc.bigInt({ min: 0n, max: 31n }), (a, by) =>
          holds(SCALAR_OPS[name](a.bounds, constant(by)), concrete(name, a.value, by)),
        ),
        { numRuns: 200 },
      );
    },
  );

  it('SCALAR_OPS of constants are exact', () => {
    const exact = ROWS.filter(({ name }) => !/^s?(div|mod)/.test(name));
    fc.assert(
      fc.property(
        fc.constantFrom(...exact),
        fc.bigInt({ min: 0n, max: 31n }),
        sample,
        ({ name, op }, b, { value: a }) => {
          expect(op(constant(a), constant(b))).toEqual(constant(concrete(name, a, b)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('add64 keeps ranges that do not wrap', () => {
    const sum = SCALAR_OPS.add64(unsignedRange(0n, 10n), unsignedRange(5n, 6n));
    expect([sum.umin, sum.umax, sum.smin, sum.smax]).toEqual([5n, 16n, 5n, 16n]);
  });

  it('a byte swap moves known bits', () => {
    const swapped = SCALAR_OPS.be64(unsignedRange(0n, 255n), UNKNOWN);
    expect([swapped.bits.mask, swapped.u32max, swapped.umax]).toEqual([0xffn << 56n, 0n, 0xffn << 56n]);
    expect(SCALAR_OPS.bswap16(unsignedRange(0n, 255n), UNKNOWN).bits).toEqual({ value: 0n, mask: 0xff00n });
  });

  it('and64 with a mask bounds the result', () => {
    const masked = SCALAR_OPS.and64(unsignedRange(0n, 0xffff_ffff_ffff_ffffn), constant(7n));
    expect([masked.umax, masked.bits.mask]).toEqual([7n, 7n]);
  });
});

describe('zeroExtend and signExtend', () => {
  it.each([8, 16, 32] as const)('signExtend, zeroExtend of %i bits hold the concrete result', (bits) => {
    fc.assert(
      fc.property(
        sample,
        ({ bounds, value }) =>
          holds(zeroExtend(bounds, bits), u(bits, value)) && holds(signExtend(bounds, bits), u(64, s(bits, value))),
      ),
      { numRuns: 300 },
    );
  });
});
