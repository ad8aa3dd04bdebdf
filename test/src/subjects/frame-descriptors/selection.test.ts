/** The choice of keys, against brute force. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { selectKeys } from '../../../../src/subjects/frame-descriptors/selection.js';

const KEYS = 6;
const duties = fc.array(fc.uniqueArray(fc.nat({ max: KEYS - 1 }), { minLength: 1, maxLength: 4 }), { maxLength: 6 });

function meets(chosen: ReadonlySet<number>, all: readonly (readonly number[])[]): boolean {
  return all.every((keys) => keys.filter((key) => chosen.has(key)).length === 1);
}

function subset(bits: number): Set<number> {
  return new Set(Array.from({ length: KEYS }, (_, key) => key).filter((key) => (bits >> key) & 1));
}

describe('selectKeys', () => {
  test('selectKeys meets every duty in exactly one key, or none can', () => {
    fc.assert(
      fc.property(duties, (all) => {
        const selection = selectKeys(all);
        const possible = Array.from({ length: 1 << KEYS }, (_, bits) => subset(bits)).some((set) => meets(set, all));
        expect(selection.ok).toBe(possible);
        if (selection.ok) expect(meets(selection.chosen, all)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('selectKeys names a duty without keys', () => {
    expect(selectKeys([[1], []])).toEqual({ ok: false, duty: 1, why: 'no-key' });
  });

  test('selectKeys names an overlap that propagation finds', () => {
    expect(selectKeys([[1], [2], [1, 2]])).toEqual({ ok: false, duty: 2, why: 'overlap' });
  });

  test('selectKeys finds by search what propagation cannot', () => {
    const parity = [
      [1, 2],
      [2, 3],
      [1, 3],
    ];
    expect(selectKeys(parity)).toMatchObject({ ok: false, why: 'overlap' });
    const solvable = [
      [1, 2],
      [2, 3],
      [3, 4],
    ];
    expect(selectKeys(solvable)).toMatchObject({ ok: true });
  });

  test('selectKeys gives up after the given number of steps', () => {
    const hard = Array.from({ length: 9 }, (_, i) => [i, 9 + i, 18 + i]);
    expect(selectKeys(hard, 2)).toMatchObject({ ok: false, why: 'gave-up' });
  });
});
