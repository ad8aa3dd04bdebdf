import { describe, expect, it } from 'vitest';
import { seededChoices } from '../../generators/choices.js';
import { PROFILE_NAMES, PROFILES } from '../../generators/profile.js';
import { generate } from '../../generators/program.js';
import { withoutThrows } from '../../generators/without-throws.js';
import { throwPcsOf } from '../../src/cfg/calls.js';
import { slotsOf } from '../../src/isa/program.js';
import { program } from '../oracles/machine/harness.js';

describe('withoutThrows', () => {
  it.each(PROFILE_NAMES)('withoutThrows leaves no throw in any program of %s', (profile) => {
    let made = 0;
    for (let index = 0; index < 100; index++) {
      const calm = withoutThrows(generate(seededChoices('calm', index), PROFILES[profile]).program);
      if (calm === undefined) continue;
      made++;
      expect(throwPcsOf(calm)).toEqual([]);
    }
    expect(made).toBeGreaterThan(95);
  });

  it('withoutThrows: a throw that a jump skips becomes r0 = 0, and its return goes', () => {
    const source = program('main:\n if r1 == 0 goto l\n r1 = 7\n call bpf_throw\n r0 = 0\n exit\nl:\n r0 = 1\n exit\n');
    const calm = program('main:\n if r1 == 0 goto l\n r1 = 7\n r0 = 0\nl:\n r0 = 1\n exit\n');
    expect(slotsOf(withoutThrows(source) ?? source)).toEqual(slotsOf(calm));
  });

  it('withoutThrows is the program itself where nothing throws', () => {
    const calm = program('main:\n r0 = 0\n exit\n');
    expect(withoutThrows(calm)).toBe(calm);
  });
});
