import { describe, expect, it } from 'vitest';
import { compareSurveys, readSurvey } from '../../../../src/campaign/survey/comparison.js';

const KEYS = ['subject', 'profile'];
const read = (...lines: readonly string[]) => {
  const result = readSurvey(`${lines.join('\n')}\n`, KEYS);
  if (!result.ok) throw new Error(result.message);
  return result.survey;
};

describe('readSurvey', () => {
  it('says where a file is wrong', () => {
    expect(readSurvey('a,b\n', KEYS)).toMatchObject({ ok: false, line: 1 });
    expect(readSurvey('subject,profile,n\nx,p\n', KEYS)).toMatchObject({ ok: false, line: 2 });
    expect(readSurvey('subject,profile,n\nx,p,1\nx,p,2\n', KEYS)).toMatchObject({ ok: false, line: 3 });
  });
});

describe('compareSurveys', () => {
  it('lists changed, new and removed rows', () => {
    const before = read('subject,profile,n', 'same,p,1', 'moved,p,1', 'gone,p,1');
    const after = read('subject,profile,n', 'fresh,p,1', 'same,p,1', 'moved,p,2');
    expect(compareSurveys(before, after, KEYS)).toEqual({
      changed: [{ key: 'moved p', changes: [{ column: 'n', old: '1', new: '2' }] }],
      added: ['fresh p'],
      removed: ['gone p'],
      unchanged: 1,
    });
  });

  it('survives columns that come, go and move', () => {
    const before = read('subject,profile,n,old', 'x,p,1,9');
    const after = read('profile,new,subject,n', 'p,8,x,1');
    expect(compareSurveys(before, after, KEYS)).toEqual({ changed: [], added: [], removed: [], unchanged: 1 });
  });
});
