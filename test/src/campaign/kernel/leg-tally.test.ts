/** Tests of the sums of a leg: what each answer adds, and that sums of parts add up to those of the whole. */
import { describe, expect, it } from 'vitest';
import {
  addAnswer,
  emptyLegTally,
  isBelowTarget,
  type LegTally,
  mergeLegTally,
  skip,
} from '../../../../src/campaign/kernel/leg-tally.js';
import type { Answer } from '../../../../src/campaign/kernel/legs.js';

const LEG = { name: 'parity/test', group: 'parity', target: 0.9 } as const;
const ANSWERS: readonly Answer[] = [
  { is: 'agree', how: 'accepted' },
  { is: 'agree', how: 'refused' },
  { is: 'disagree', class: 'c', detail: '', log: '' },
  { is: 'disagree', class: 'c', detail: '', log: '', known: 'why' },
  { is: 'not-compared', reason: 'draws' },
  { is: 'kernel-failed', errno: 'ENOMEM', log: '' },
];

function tallyOf(answers: readonly Answer[]): LegTally {
  const tally = emptyLegTally(LEG);
  for (const each of answers) addAnswer(tally, each);
  return tally;
}

describe('addAnswer', () => {
  it('addAnswer counts agreements and disagreements as compared, a known one as a disagreement', () => {
    expect(tallyOf(ANSWERS)).toEqual({
      leg: 'parity/test',
      group: 'parity',
      target: 0.9,
      compared: 4,
      agreed: 2,
      known: 1,
      how: { accepted: 1, refused: 1 },
      classes: { c: 2 },
      notCompared: { draws: 1, 'the kernel failed: ENOMEM': 1 },
    });
  });
});

describe('mergeLegTally', () => {
  it('mergeLegTally: the sums of two parts are those of the whole', () => {
    const both = tallyOf(ANSWERS.slice(0, 3));
    mergeLegTally(both, tallyOf(ANSWERS.slice(3)));
    expect(both).toEqual(tallyOf(ANSWERS));
  });
});

describe('skip', () => {
  it('skip counts what was not asked', () => {
    const tally = emptyLegTally(LEG);
    skip(tally, 'no such program');
    expect(tally).toMatchObject({ compared: 0, notCompared: { 'no such program': 1 } });
  });
});

describe('isBelowTarget', () => {
  it('isBelowTarget: agreement below what it should be, of enough programs', () => {
    const tally = (compared: number, agreed: number) => ({ ...emptyLegTally(LEG), compared, agreed });
    expect(isBelowTarget(tally(1000, 900))).toBe(false);
    expect(isBelowTarget(tally(1000, 899))).toBe(true);
    expect(isBelowTarget(tally(999, 0))).toBe(false);
    expect(isBelowTarget(tally(0, 0))).toBe(false);
  });
});
