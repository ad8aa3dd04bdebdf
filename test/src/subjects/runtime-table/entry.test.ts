/** What an entry says, in its words. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Entry, isAlias, PACKED, WIDE } from '../../../../src/subjects/runtime-table/entry.js';

const STACK = 0xffff_c900_0000_0000n;
/** Kernel addresses of 57 bits, at multiples of 8; not in the first page. */
const address = fc.bigInt({ min: 512n, max: 2n ** 54n - 1n }).map((number) => (0x7fn << 57n) | (number << 3n));
const slot = fc.bigInt({ min: 1n, max: 2n ** 27n - 1n }).map((number) => STACK + (number << 3n));
const type = fc.integer({ min: 0, max: 511 });

describe.each([
  ['WIDE', WIDE],
  ['PACKED', PACKED],
])('%s', (_, format) => {
  const written = (entry: Entry): Entry => {
    const [first = 0n, second = 0n] = format.words(entry);
    expect(first).not.toBe(0n);
    expect(format.words(entry)).toHaveLength(format.bytes / 8);
    expect(format.words(entry).every((word) => word === BigInt.asUintN(64, word))).toBe(true);
    return format.read(first, () => second, STACK + 0x1_8200n);
  };

  test('says of an address and a type what was written', () => {
    fc.assert(
      fc.property(address, type, (pointer, type) => {
        const entry = { pointer, type, key: 0n };
        expect(written(entry)).toEqual(entry);
        expect(isAlias(format, entry)).toBe(false);
      }),
    );
  });

  test('says of slots which stand for them', () => {
    fc.assert(
      fc.property(slot, slot, type, (pointer, other, type) => {
        const entry = { pointer, type, key: format.keyOf(other) };
        expect(written(entry)).toEqual(entry);
        expect(isAlias(format, entry)).toBe(pointer !== other);
        expect(format.keyOf(pointer)).not.toBe(0n);
      }),
    );
  });
});
