import { describe, expect, it } from 'vitest';
import { zeroBytes, zeroInts } from '../../../src/isa/slab.js';

describe('zeroInts', () => {
  it('zeroInts is all zero and shares no word with what was carved before or after', () => {
    const carved = Array.from({ length: 400 }, (_, index) => {
      const length = index % 2 === 0 ? (index * 37) % 1500 : 3;
      const column = index % 3 === 0 ? zeroBytes(length) : zeroInts(length);
      expect(column).toHaveLength(length);
      expect(column.every((word) => word === 0)).toBe(true);
      return column.fill((index % 100) + 1);
    });
    for (const [index, column] of carved.entries()) {
      expect(column.every((word) => word === (index % 100) + 1)).toBe(true);
    }
  });

  it('zeroInts gives what is too large for a slab a buffer of its own', () => {
    const large = zeroInts(1 << 16);
    expect(large).toHaveLength(1 << 16);
    expect(large.buffer.byteLength).toBe(1 << 18);
    expect(zeroInts(8).buffer).not.toBe(large.buffer);
  });
});
