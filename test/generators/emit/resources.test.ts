import { describe, expect, it } from 'vitest';
import type { MenuRowName } from '../../../generators/menu.js';
import { behaveAll, profileOf } from '../sample.js';

const safe = (rows: readonly MenuRowName[]) => {
  const { wrongs, throws, heldAtThrow } = behaveAll(profileOf([...rows, 'guard-throw']), 60);
  expect(wrongs).toEqual([]);
  expect(throws).toBeGreaterThan(0);
  return heldAtThrow;
};

describe('emitAcquireScope', () => {
  it('holds inside its scope only', () => {
    expect(safe(['acquire-scope'])).toBeGreaterThan(0);
  });
});

describe('emitConditionalAcquire', () => {
  it('is followed by releases that know the condition', () => {
    expect(safe(['conditional-acquire', 'release', 'drain', 'refill'])).toBeGreaterThan(0);
  });
});

describe('emitEitherKind, emitGuardedAcquire', () => {
  it('reach throws before the paths part again', () => {
    expect(safe(['either-kind'])).toBeGreaterThan(0);
    expect(safe(['guarded-acquire'])).toBeGreaterThan(0);
  });
});

describe('emitGatherLoop', () => {
  it('holds two resources of one acquiring call', () => {
    expect(safe(['gather-loop'])).toBeGreaterThan(1);
  });
});

describe('emitRehome, emitDrain, emitRefill, emitBorrow', () => {
  it('keep track of what moves', () => {
    expect(safe(['acquire', 'rehome', 'drain', 'refill', 'borrow', 'copy', 'spill'])).toBeGreaterThan(1);
  });
});
