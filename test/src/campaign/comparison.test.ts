/** Counting changes of verdicts. */
import { expect, it } from 'vitest';
import { addComparison, emptyComparison, mergeComparison } from '../../../src/campaign/comparison.js';
import { judgement, RFC, RIGHT, TABLE, WRONG } from './samples.js';

const before = judgement({ [RFC]: RIGHT, [TABLE]: RIGHT });
const after = judgement({ [RFC]: WRONG, [TABLE]: RIGHT });

it('addComparison counts pairs of verdicts and keeps the first program of each', () => {
  const comparison = emptyComparison([RFC, TABLE]);
  addComparison(comparison, before, after, 5);
  addComparison(comparison, before, after, 6);
  addComparison(comparison, before, before, 7);
  expect([...(comparison.get(RFC)?.values() ?? [])]).toEqual([
    { from: 'agree', to: 'wrong-destructor', programs: 2, first: 5 },
    { from: 'agree', to: 'agree', programs: 1, first: 7 },
  ]);
  expect([...(comparison.get(TABLE)?.values() ?? [])]).toEqual([{ from: 'agree', to: 'agree', programs: 3, first: 5 }]);
});

it('addComparison does not go on without a verdict of each subject', () => {
  expect(() => addComparison(emptyComparison(['other']), before, after, 0)).toThrow('no verdict for other');
});

it('mergeComparison adds, whichever is merged first, and leaves what it adds alone', () => {
  const [left, right] = [emptyComparison([RFC]), emptyComparison([RFC])];
  addComparison(left, before, after, 9);
  addComparison(right, before, after, 3);
  mergeComparison(left, right);
  mergeComparison(left, right);
  expect(left.get(RFC)?.get('agree wrong-destructor')).toMatchObject({ programs: 3, first: 3 });
  expect(right.get(RFC)?.get('agree wrong-destructor')).toMatchObject({ programs: 1, first: 3 });
  expect(() => mergeComparison(emptyComparison([]), right)).toThrow(`no comparison for ${RFC}`);
});
