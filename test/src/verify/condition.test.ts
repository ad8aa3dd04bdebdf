/** Soundness of branches: a concrete pair stays in what is known on the side that it takes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OPS } from '../../../src/isa/op.js';
import { CONDITIONS, type ConditionName, refine } from '../../../src/verify/condition.js';
import { constant, holds, UNKNOWN } from '../../../src/verify/scalar.js';
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
});
