import { describe, expect, it } from 'vitest';
import { behaveAll, profileOf, sample } from '../sample.js';

describe('emitLoop', () => {
  it('makes loops that end', () => {
    const profile = profileOf(['loop', 'scalar-arith', 'acquire', 'if', 'drain', 'refill']);
    expect(sample(profile, 40).some(({ emitted }) => emitted.some(({ inLoop }) => inLoop))).toBe(true);
    expect(behaveAll(profile, 60).wrongs).toEqual([]);
  });
});

describe('emitIf, emitIfElse, emitIfNull, emitArmThrow, emitEarlyExit', () => {
  it('leave nothing behind on any path', () => {
    const rows = [
      'if',
      'if-else',
      'if-null',
      'arm-throw',
      'early-exit',
      'acquire',
      'conditional-acquire',
      'drain',
    ] as const;
    const { wrongs, throws, exits } = behaveAll(profileOf(rows), 100);
    expect(wrongs).toEqual([]);
    expect(throws).toBeGreaterThan(0);
    expect(exits).toBeGreaterThan(0);
  });
});
