import { describe, expect, it } from 'vitest';
import { MENU_ROW_NAMES } from '../../generators/menu.js';
import { PROFILE_NAMES, PROFILES } from '../../generators/profile.js';

describe('PROFILES', () => {
  it.each(PROFILE_NAMES)('%s is within the bounds of a program', (name) => {
    const { depth, limit, slots, held, rows } = PROFILES[name];
    expect(depth).toBeLessThanOrEqual(7);
    expect(limit).toBeLessThan(300);
    expect(Math.max(...slots) * 8).toBeLessThanOrEqual(512);
    expect(Math.min(...slots, ...held)).toBeGreaterThan(0);
    expect(Object.keys(rows).sort()).toEqual([...MENU_ROW_NAMES].sort());
    for (const weight of Object.values(rows)) expect(Number.isInteger(weight) && weight >= 0).toBe(true);
  });

  it('is listed completely in PROFILE_NAMES', () => {
    expect(Object.keys(PROFILES)).toEqual([...PROFILE_NAMES]);
  });
});
