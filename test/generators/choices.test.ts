import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replayChoices, seededChoices } from '../../generators/choices.js';

const draws = (seed: string, index: number): number[] => {
  const choices = seededChoices(seed, index);
  return Array.from({ length: 20 }, () => choices.int(1000));
};

describe('seededChoices', () => {
  it('depends on the seed and the index only', () => {
    expect(draws('a', 3)).toEqual(draws('a', 3));
    expect(draws('a', 3)).not.toEqual(draws('a', 4));
    expect(draws('a', 3)).not.toEqual(draws('b', 3));
  });

  it('stays below the bound', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.integer({ min: 1, max: 1 << 30 }), (seed, index, bound) => {
        const drawn = seededChoices(seed, index).int(bound);
        return Number.isInteger(drawn) && drawn >= 0 && drawn < bound;
      }),
    );
  });

  it('logs what it answers', () => {
    const choices = seededChoices('log', 0);
    const answers = [choices.int(9), choices.int(2), choices.int(1)];
    expect(choices.log).toEqual(answers);
  });

  it('never takes an item of weight 0', () => {
    const choices = seededChoices('weights', 0);
    for (let i = 0; i < 200; i++) expect([1, 3]).toContain(choices.weighted([0, 5, 0, 2]));
  });

  it('refuses to pick from nothing', () => {
    expect(() => seededChoices('none', 0).pick([])).toThrow(RangeError);
    expect(() => seededChoices('none', 0).weighted([0])).toThrow(RangeError);
  });
});

describe('replayChoices', () => {
  it('repeats a log', () => {
    const first = seededChoices('again', 5);
    const answers = [first.int(7), first.chance(50), first.pick(['x', 'y']), first.weighted([1, 2, 3])];
    const second = replayChoices(first.log);
    expect([second.int(7), second.chance(50), second.pick(['x', 'y']), second.weighted([1, 2, 3])]).toEqual(answers);
  });

  it('answers 0, and no to every chance, beyond the end', () => {
    const choices = replayChoices([]);
    expect([choices.int(7), choices.chance(99), choices.pick(['x', 'y'])]).toEqual([0, false, 'x']);
  });

  it('reduces what is out of range', () => {
    expect(replayChoices([12]).int(5)).toBe(2);
  });
});
