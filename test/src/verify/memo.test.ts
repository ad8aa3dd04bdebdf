/** The memo against a Map. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Memo } from '../../../src/verify/memo.js';

describe('Memo', () => {
  it('Memo finds what was added and nothing else, also after growing', () => {
    const key = fc.tuple(fc.nat(3), fc.nat(60), fc.nat(60));
    fc.assert(
      fc.property(fc.array(key, { maxLength: 3000, minLength: 1500 }), fc.array(key), (added, asked) => {
        const memo = new Memo(2);
        const known = new Map<string, number>();
        for (const [op, a, b] of added) {
          if (known.has(`${op},${a},${b}`)) continue;
          known.set(`${op},${a},${b}`, known.size);
          const entry = memo.add(op, a, b, [known.size - 1, -1]);
          expect(memo.value(entry, 1)).toBe(-1);
        }
        for (const [op, a, b] of [...added, ...asked]) {
          const entry = memo.find(op, a, b);
          expect(entry === -1 ? undefined : memo.value(entry, 0)).toBe(known.get(`${op},${a},${b}`));
        }
      }),
      { numRuns: 20 },
    );
  });
});
