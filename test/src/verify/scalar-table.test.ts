/** Shapes: equal bounds have equal numbers, answers are those of alu.ts and condition.ts. */
import { describe, expect, it } from 'vitest';
import { opNumber } from '../../../src/isa/op.js';
import { constant, UNKNOWN } from '../../../src/verify/scalar.js';
import { ScalarTable, UNKNOWN_SHAPE, ZERO_SHAPE } from '../../../src/verify/scalar-table.js';
import { unsignedRange } from './scalars.js';

describe('ScalarTable', () => {
  const table = new ScalarTable();

  it('intern gives equal bounds one shape', () => {
    expect(table.intern(UNKNOWN)).toBe(UNKNOWN_SHAPE);
    expect(table.intern(constant(0n))).toBe(ZERO_SHAPE);
    expect(table.immediate(-1)).toBe(table.intern(constant(-1n)));
    expect(table.intern(unsignedRange(1n, 2n))).toBe(table.intern(unsignedRange(1n, 2n)));
    expect(table.intern(unsignedRange(1n, 2n))).not.toBe(table.intern(unsignedRange(1n, 3n)));
  });

  it('isConstant, isUnbounded and width describe a shape', () => {
    const of = (shape: number) => [table.isConstant[shape], table.isUnbounded[shape], table.width[shape]];
    expect(of(UNKNOWN_SHAPE)).toEqual([0, 1, 64]);
    expect(of(ZERO_SHAPE)).toEqual([1, 0, 0]);
    expect(of(table.intern(unsignedRange(0n, 255n)))).toEqual([0, 0, 8]);
  });

  it('apply answers the same the second time', () => {
    const sum = table.apply(opNumber('add64'), table.immediate(2), table.immediate(3));
    expect(sum).toBe(table.immediate(5));
    expect(table.apply(opNumber('add64'), table.immediate(2), table.immediate(3))).toBe(sum);
    expect(() => table.apply(opNumber('exit'), 0, 0)).toThrow('exit is no arithmetic');
  });

  it('compare says which side is dead', () => {
    const decided = table.compare(opNumber('jgt64'), table.immediate(2), table.immediate(3));
    expect(table.refined(decided, true, 0)).toBe(-1);
    expect(table.refined(decided, false, 0)).toBe(table.immediate(2));
    expect(() => table.compare(opNumber('add64'), 0, 0)).toThrow('add64 is no condition');
  });
});
