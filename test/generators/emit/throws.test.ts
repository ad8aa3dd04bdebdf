import { describe, expect, it } from 'vitest';
import { behaveAll, profileOf } from '../sample.js';

describe('guardThrow', () => {
  it('throws in some worlds and not in others, with something held', () => {
    const { throws, exits, heldAtThrow, wrongs } = behaveAll(profileOf(['acquire', 'guard-throw']), 40);
    expect(wrongs).toEqual([]);
    expect(throws).toBeGreaterThan(0);
    expect(exits).toBeGreaterThan(0);
    expect(heldAtThrow).toBeGreaterThan(1);
  });
});

describe('sharedThrow', () => {
  it('lets several paths meet in one throw', () => {
    const { throws, exits, wrongs } = behaveAll(profileOf(['acquire', 'release', 'shared-throw']), 40);
    expect(wrongs).toEqual([]);
    expect(throws).toBeGreaterThan(0);
    expect(exits).toBeGreaterThan(0);
  });
});
