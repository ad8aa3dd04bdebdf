import { describe, expect, it } from 'vitest';
import { seededChoices } from '../../generators/choices.js';
import { MENU, MENU_ROW_NAMES } from '../../generators/menu.js';
import { PROFILES } from '../../generators/profile.js';
import { generate } from '../../generators/program.js';
import { behave, profileOf } from './sample.js';

describe('MENU', () => {
  it('begins with the row that is always legal', () => {
    expect(MENU_ROW_NAMES[0]).toBe('scalar-const');
    expect(Object.keys(MENU)).toEqual([...MENU_ROW_NAMES]);
  });

  it.each(MENU_ROW_NAMES)('%s works beside acquisitions alone', (row) => {
    const profile = profileOf([row, 'acquire', 'scalar-read'], { size: { least: 60, spread: 20, large: 0 } });
    let seen = 0;
    for (let index = 0; index < 12; index++) {
      const { program, emitted } = generate(seededChoices(row, index), profile);
      expect(behave(program, 6).wrongs).toEqual([]);
      seen += emitted.filter((emission) => emission.row === row).length;
    }
    expect(seen).toBeGreaterThan(0);
  });

  it('has a weight above 0 for every row in some profile', () => {
    for (const name of MENU_ROW_NAMES) expect(Object.values(PROFILES).some(({ rows }) => rows[name] > 0)).toBe(true);
  });
});
