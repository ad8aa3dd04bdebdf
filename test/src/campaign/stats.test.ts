/** Tests of the aggregates. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Judgement } from '../../../oracles/judgement.js';
import {
  addJudgement,
  emptyTally,
  mergeTally,
  type Tally,
  tooFewVerify,
  VERDICT_NAMES,
} from '../../../src/campaign/stats.js';
import { judgement, MOVED, RFC, RIGHT, STAKES, TABLE, WRONG } from './samples.js';

const REFUSED = { code: 'stack-limit', pc: 0, message: 'too deep' } as const;
const MERGE = { code: 'merge-failure', pc: 3, message: 'no' } as const;
const KINDS: readonly Judgement[] = [
  judgement({ [RFC]: WRONG, [TABLE]: RIGHT }),
  judgement({
    [RFC]: { verdict: 'merge-failure', refusal: MERGE, curableBy: [TABLE] },
    [TABLE]: RIGHT,
  }),
  judgement({ [RFC]: RIGHT, [TABLE]: { verdict: 'refused', refusal: REFUSED, curableBy: [RFC] } }),
  judgement({ [RFC]: { ...RIGHT, verdict: 'inconclusive' }, [TABLE]: RIGHT }),
  {
    ...judgement({}),
    refusal: { code: 'too-complex', pc: 0, message: 'too much' },
    stakes: { ...STAKES, throwRuns: 0, heldAtThrow: [] },
  },
];

function tallyOf(judgements: readonly Judgement[]): Tally {
  const tally = emptyTally([RFC, TABLE]);
  for (const each of judgements) addJudgement(tally, each);
  return tally;
}

describe('addJudgement', () => {
  it('addJudgement makes the verdicts of each subject sum to the programs', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...KINDS)), (judgements) => {
        const tally = tallyOf(judgements);
        expect(tally.programs).toBe(judgements.length);
        for (const subject of tally.subjects.values()) {
          const sum = VERDICT_NAMES.reduce((total, verdict) => total + subject.verdicts[verdict], 0);
          expect(sum).toBe(tally.programs);
          const { 'merge-failure': merge, refused } = subject.verdicts;
          expect(subject.prepared + merge + refused).toBe(tally.programs);
        }
      }),
    );
  });

  it('addJudgement counts what only a patched program shows, apart and among the verdicts', () => {
    const patched = judgement({ [RFC]: MOVED, [TABLE]: RIGHT });
    const tally = tallyOf([...KINDS, patched, patched]);
    expect(tally.subjects.get(RFC)).toMatchObject({ patched: 2, verdicts: { 'wrong-destructor': 3 } });
    expect(tally.subjects.get(TABLE)?.patched).toBe(0);
    mergeTally(tally, tallyOf([patched]));
    expect(tally.subjects.get(RFC)?.patched).toBe(3);
  });

  it('addJudgement keeps what was at stake, who refused and who could have', () => {
    const tally = tallyOf(KINDS);
    expect(tally).toMatchObject({ verified: 4, throwRuns: 4, throwingWhileHolding: 4, holdingInTwoFrames: 4 });
    expect(tally.unverified).toEqual(new Map([['too-complex', 1]]));
    expect(tally.subjects.get(TABLE)?.overLimit).toBe(1);
    expect(tally.subjects.get(RFC)?.refusals).toEqual(
      new Map([
        ['merge-failure', { programs: 1, curableBy: new Map([[TABLE, 1]]) }],
        ['unverified', { programs: 1, curableBy: new Map() }],
      ]),
    );
    expect(tally.subjects.get(TABLE)?.growth).toEqual(new Map([[32, 3]]));
  });

  it('addJudgement refuses a judgement that lacks a subject', () => {
    expect(() => tallyOf([judgement({ [RFC]: RIGHT })])).toThrow('no verdict');
  });
});

describe('mergeTally', () => {
  it('mergeTally of parts equals the tally of all', () => {
    const list = fc.array(fc.constantFrom(...KINDS));
    fc.assert(
      fc.property(list, list, (left, right) => {
        const merged = tallyOf(left);
        mergeTally(merged, tallyOf(right));
        expect(merged).toEqual(tallyOf([...left, ...right]));
      }),
    );
  });
});

describe('tooFewVerify', () => {
  it('tooFewVerify asks for 95 in 100, once there are enough programs to tell', () => {
    expect(tooFewVerify({ programs: 1000, verified: 950 })).toBe(false);
    expect(tooFewVerify({ programs: 1000, verified: 949 })).toBe(true);
    expect(tooFewVerify({ programs: 4, verified: 0 })).toBe(false);
  });
});
