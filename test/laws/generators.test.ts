import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replayChoices, seededChoices } from '../../generators/choices.js';
import { PROFILE_NAMES, PROFILES } from '../../generators/profile.js';
import { generate } from '../../generators/program.js';
import { hasDifferingStates } from '../../oracles/stakes.js';
import { parseProgram } from '../../src/asm/parse.js';
import { printProgram } from '../../src/asm/print.js';
import { instructionCount } from '../../src/isa/program.js';
import { analyse } from '../../src/verify/walk.js';
import { behave, sample } from '../generators/sample.js';

const anyProfile = fc.constantFrom(...PROFILE_NAMES).map((name) => PROFILES[name]);

describe('generated programs', () => {
  it('are the same for the same seed, index and profile, and for the log of their choices', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), anyProfile, (seed, index, profile) => {
        const choices = seededChoices(seed, index);
        const { program, emitted } = generate(choices, profile);
        expect(generate(seededChoices(seed, index), profile)).toEqual({ program, emitted });
        expect(generate(replayChoices(choices.log), profile)).toEqual({ program, emitted });
      }),
      { numRuns: 60 },
    );
  });

  it('are programs, and behave, for any log whatever', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 400 }), anyProfile, (log, profile) => {
        const { program } = generate(replayChoices(log), profile);
        expect(instructionCount(program)).toBeLessThanOrEqual(300);
        expect(behave(program, 4).wrongs).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });

  it('survive printing and parsing', () => {
    for (const { program } of sample(PROFILES.default, 30)) {
      const text = printProgram(program);
      const parsed = parseProgram(text, { types: program.types, maps: program.maps });
      expect(parsed.ok && printProgram(parsed.program)).toBe(text);
    }
  });

  it.each(PROFILE_NAMES)('of %s verify, nearly all, at a small cost', (name) => {
    const walks = sample(PROFILES[name], 200, 'verify').map(({ program }) => analyse(program, { pruning: 'exact' }));
    const verified = walks.filter(({ refusal }) => refusal === undefined);
    expect(verified.length).toBeGreaterThanOrEqual(0.95 * walks.length);
    const walked = verified.map((walk) => walk.walked).sort((a, b) => a - b);
    expect(walked[Math.floor(walked.length * 0.9)]).toBeLessThan(1500);
  });

  it.each(PROFILE_NAMES)('of %s put enough at stake', (name) => {
    const programs = sample(PROFILES[name], 250, 'stakes').map(({ program }) => program);
    const behaviours = programs.map((program) => behave(program));
    const share = (test: (index: number) => boolean) =>
      programs.filter((_, index) => test(index)).length / programs.length;
    expect(share((index) => (behaviours[index]?.heldAtThrow ?? 0) > 0)).toBeGreaterThanOrEqual(0.5);
    expect(share((index) => (behaviours[index]?.holdingFrames ?? 0) > 1)).toBeGreaterThanOrEqual(0.15);
    const differing = programs.filter((program) => hasDifferingStates(analyse(program, { pruning: 'exact' }).throws));
    expect(differing.length / programs.length).toBeGreaterThanOrEqual(0.15);
    expect(behaviours.flatMap(({ wrongs }) => wrongs)).toEqual([]);
  });
});
