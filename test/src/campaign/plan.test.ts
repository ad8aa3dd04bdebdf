/** Tests of index ranges and profiles. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROFILE_NAMES } from '../../../generators/profile.js';
import { batchesOf, isProfile, profileAt } from '../../../src/campaign/plan.js';

describe('batchesOf', () => {
  it('batchesOf covers the range without gap or overlap', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(500), fc.integer({ min: 1, max: 64 }), (from, runs, size) => {
        const indices = [...batchesOf(from, runs, size)].flatMap((batch) =>
          Array.from({ length: batch.count }, (_, offset) => batch.from + offset),
        );
        expect(indices).toEqual(Array.from({ length: runs }, (_, offset) => from + offset));
      }),
    );
  });

  it('batchesOf without an end goes on', () => {
    const endless = batchesOf(5, undefined, 10);
    expect(endless.next().value).toEqual({ from: 5, count: 10 });
    expect(endless.next().value).toEqual({ from: 15, count: 10 });
  });
});

describe('profileAt', () => {
  it('profileAt all gives every profile its turn', () => {
    const seen = PROFILE_NAMES.map((_, index) => profileAt('all', index));
    expect(seen).toEqual(PROFILE_NAMES);
    expect(profileAt('all', PROFILE_NAMES.length)).toBe(PROFILE_NAMES[0]);
    expect(profileAt('deep-calls', 3)).toBe('deep-calls');
  });
});

describe('isProfile', () => {
  it('isProfile knows the profiles only', () => {
    expect(isProfile('merge-heavy')).toBe(true);
    expect(isProfile('toString')).toBe(false);
    expect(isProfile('all')).toBe(false);
  });
});
