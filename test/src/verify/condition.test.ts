/** Soundness of branches: a concrete pair stays in what is known on the side that it takes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OPS } from '../../../src/isa/op.js';
import { CONDITIONS, type ConditionName, refine } from '../../../src/verify/condition.js';
import {
  type Bounds,
  constant,
  holds,
  larger,
  settle,
  smaller,
  synchronise,
  UNKNOWN,
} from '../../../src/verify/scalar.js';
import { sample, unsignedRange } from './scalars.js';

function isTaken(name: ConditionName, a: bigint, b: bigint): boolean {
  const { width, symbol } = OPS[name];
  const signed = symbol.startsWith('s');
  const view = (x: bigint) => (signed ? BigInt.asIntN(width, x) : BigInt.asUintN(width, x));
  const [x, y] = [view(a), view(b)];
  switch (signed ? symbol.slice(1) : symbol) {
    case '==':
      return x === y;
    case '!=':
      return x !== y;
    case '>':
      return x > y;
    case '>=':
      return x >= y;
    case '<':
      return x < y;
    case '<=':
      return x <= y;
    case '&':
      return (x & y) !== 0n;
    default:
      throw new Error(symbol);
  }
}

/** A value of which the bits of `mask` are not known. */
function partly(value: bigint, mask: bigint): Bounds {
  const bounds = synchronise({ ...UNKNOWN, bits: { value: value & ~mask, mask } });
  if (bounds === undefined) throw new Error(`synchronise lost ${value}`);
  return bounds;
}

const NAMES = Object.keys(CONDITIONS).filter((name): name is ConditionName => Object.hasOwn(CONDITIONS, name));

describe('refine', () => {
  it.each(NAMES)('%s keeps every pair on the side it takes', (name) => {
    fc.assert(
      fc.property(sample, sample, fc.boolean(), (a, b, known) => {
        const right = known ? constant(b.value) : b.bounds;
        const learnt = refine(name, a.bounds, right, isTaken(name, a.value, b.value));
        return learnt !== undefined && holds(learnt[0], a.value) && holds(learnt[1], b.value);
      }),
      { numRuns: 300 },
    );
  });

  it.each(NAMES)('%s of constants leaves one side', (name) => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const [x, y] = [constant(a.value), constant(b.value)];
        const taken = isTaken(name, a.value, b.value);
        expect(refine(name, x, y, !taken)).toBeUndefined();
        expect(refine(name, x, y, taken)).toEqual([x, y]);
      }),
      { numRuns: 60 },
    );
  });

  it.each(NAMES.filter((name) => CONDITIONS[name].width === 32))('%s says nothing about upper halves', (name) => {
    const uppers = [0n, 1n, 0x8000_0000n, 0xffff_ffffn].map((upper) => upper << 32n);
    const lowers = [0n, 5n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn];
    const values = uppers.flatMap((upper) => lowers.map((lower) => upper | lower));
    /** What may be known of a value: nothing, all of it, its lower half, its upper half. */
    const views = [
      () => UNKNOWN,
      constant,
      (value: bigint) => unsignedRange(0n, value),
      (value: bigint) => partly(value, 0xffff_ffff_0000_0000n),
      (value: bigint) => partly(value, 0xffff_ffffn),
    ];
    const lost: string[] = [];
    const check = (a: bigint, b: bigint, left: number, right: number) => {
      const [x, y] = [views[left]?.(a) ?? UNKNOWN, views[right]?.(b) ?? UNKNOWN];
      const [first, second] = refine(name, x, y, isTaken(name, a, b)) ?? [];
      const kept = first !== undefined && second !== undefined && holds(first, a) && holds(second, b);
      if (!kept) lost.push(`${a.toString(16)} against ${b.toString(16)}, known as ${left} and ${right}`);
    };
    for (const a of values) {
      for (const b of values) {
        for (const left of views.keys()) for (const right of views.keys()) check(a, b, left, right);
      }
    }
    expect(lost).toEqual([]);
  });

  it('jgt64 bounds both sides', () => {
    expect(refine('jgt64', UNKNOWN, constant(10n), true)?.[0].umin).toBe(11n);
    expect(refine('jgt64', UNKNOWN, constant(10n), false)?.[0].umax).toBe(10n);
  });

  it('jset64 of one bit makes it known on both sides', () => {
    expect(refine('jset64', UNKNOWN, constant(4n), true)?.[0].bits.value).toBe(4n);
    expect(refine('jset64', UNKNOWN, constant(4n), false)?.[0].bits.mask).toBe(0xffff_ffff_ffff_fffbn);
  });

  it('jne64 takes an edge off a range', () => {
    expect(refine('jne64', unsignedRange(0n, 9n), constant(9n), true)?.[0].umax).toBe(8n);
  });

  /** What is known of numbers from -20 to 20 of which only these are left, of so many bits. */
  const hull = (left: readonly bigint[], width: 32 | 64) => {
    const [unsigned, signed] = [BigInt.asUintN, BigInt.asIntN].map((view) => left.map((value) => view(width, value)));
    const ends = (values: readonly bigint[] = []) => [values.reduce(smaller), values.reduce(larger)];
    return [...ends(unsigned), ...ends(signed)];
  };
  const numbers = (from: bigint, to: bigint) =>
    Array.from({ length: Number(to - from) + 1 }, (_, index) => from + BigInt(index));
  const RANGES = [numbers(0n, 20n), numbers(-20n, -1n)];

  it.each(NAMES.filter((name) => OPS[name].symbol !== '&'))('%s leaves of a range what goes that way', (name) => {
    const width = OPS[name].width === 64 ? 64 : 32;
    for (const range of RANGES) {
      const [first = 0n, last = 0n] = [range[0], range.at(-1)];
      const known = settle(
        width === 64 ? { smin: first, smax: last } : { s32min: first, s32max: last, umax: 0xffff_ffffn },
      );
      for (const against of [first, first + 10n, last]) {
        for (const taken of [true, false]) {
          for (const swapped of [true, false]) {
            const goes = (a: bigint) => isTaken(name, ...(swapped ? ([against, a] as const) : ([a, against] as const)));
            const left = range.filter((value) => goes(BigInt.asUintN(64, value)) === taken);
            const learnt = swapped
              ? refine(name, constant(against), known, taken)?.[1]
              : refine(name, known, constant(against), taken)?.[0];
            const told =
              learnt &&
              (width === 64
                ? [learnt.umin, learnt.umax, learnt.smin, learnt.smax]
                : [learnt.u32min, learnt.u32max, learnt.s32min, learnt.s32max]);
            expect(told, `${name} ${against} ${taken} ${swapped}`).toEqual(
              left.length === 0 ? undefined : hull(left, width),
            );
          }
        }
      }
    }
  });

  it.each(['jset32', 'jset64'] as const)('%s knows the bit of a single candidate, and the clear ones', (name) => {
    const upper = name === 'jset64' ? 1n << 40n : 1n << 20n;
    const known = unsignedRange(0n, 7n);
    expect(refine(name, partly(0n, upper | 1n), constant(upper), true)?.[0].bits).toEqual({ value: upper, mask: 1n });
    expect(refine(name, known, constant(6n), true)?.[0].bits).toEqual({ value: 0n, mask: 7n });
    expect(refine(name, known, constant(6n), false)?.[0].bits).toEqual({ value: 0n, mask: 1n });
    expect(refine(name, known, constant(8n), true)).toBeUndefined();
    expect(refine(name, constant(2n), constant(6n), false)).toBeUndefined();
  });
});
