import { describe, expect, it } from 'vitest';
import { behaveAll, profileOf } from '../sample.js';

describe('release', () => {
  it('releases each resource once, whatever may be NULL', () => {
    const { wrongs, exits } = behaveAll(profileOf(['acquire', 'conditional-acquire', 'release', 'if']), 100);
    expect(wrongs).toEqual([]);
    expect(exits).toBeGreaterThan(0);
  });

  it('tells by its flag what a guarded place holds', () => {
    expect(behaveAll(profileOf(['either-kind', 'guarded-acquire', 'release']), 80).wrongs).toEqual([]);
  });
});

describe('settle', () => {
  it('leaves an arm or loop with what it had before', () => {
    expect(behaveAll(profileOf(['if-else', 'loop', 'acquire']), 80).wrongs).toEqual([]);
  });
});

describe('leave', () => {
  it('releases everything on an early return', () => {
    expect(behaveAll(profileOf(['acquire', 'either-kind', 'early-exit']), 80).wrongs).toEqual([]);
  });
});
