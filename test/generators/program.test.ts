import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { replayChoices, seededChoices } from '../../generators/choices.js';
import { PROFILE_NAMES, PROFILES, type ProfileName } from '../../generators/profile.js';
import { generate } from '../../generators/program.js';
import { printProgram } from '../../src/asm/print.js';
import { instructionCount } from '../../src/isa/program.js';
import { sample } from './sample.js';

describe('generate', () => {
  it.each(PROFILE_NAMES)('makes %s programs of 10 to 300 instructions, at least 60 in the mean', (name) => {
    const sizes = sample(PROFILES[name], 400).map(({ program }) => instructionCount(program));
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(300);
    expect(sizes.reduce((sum, size) => sum + size, 0) / sizes.length).toBeGreaterThanOrEqual(60);
  });

  it('names every subprogram by its role', () => {
    for (const { program } of sample(PROFILES.default, 50)) {
      const names = program.subprograms.map(({ name }) => name);
      expect(names[0]).toBe('main');
      for (const name of names.slice(1)) expect(name).toMatch(/^(guard|work|make|drop|fill)\d+$/);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it('makes a program of no choices at all', () => {
    const { program } = generate(replayChoices([]), PROFILES.default);
    expect(instructionCount(program)).toBeGreaterThanOrEqual(10);
  });

  it.each(PROFILE_NAMES)('repeats the pinned %s programs in every process', (name) => {
    const hash = createHash('sha256');
    for (const index of [0, 1, 2, 1000, 123_456_789]) {
      hash.update(printProgram(generate(seededChoices('pinned', index), PROFILES[name]).program));
    }
    expect(hash.digest('hex').slice(0, 16)).toBe(PINNED[name]);
  });
});

/** Changes whenever the generators do: then a printed seed means other programs than before. */
const PINNED: Readonly<Record<ProfileName, string>> = {
  default: 'fd704ddf016d6b1f',
  'merge-heavy': '3fcfaf5d13bed5d5',
  'deep-calls': '0380cac43e237b2a',
  loops: '30d27a83e0cdd845',
  'spill-pressure': '6508278e37c2ad20',
};
