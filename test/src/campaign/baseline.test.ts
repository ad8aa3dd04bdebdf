/** Tests of the list of known defects. */
import { describe, expect, it } from 'vitest';
import { keyOf, parseBaseline, writeBaseline } from '../../../src/campaign/baseline.js';

const SUBJECTS = ['frame-descriptors/rfc-v1', 'mainline'];
const DEFECT = 'leak/nothing/unlisted/register/caller';

describe('parseBaseline', () => {
  it('parseBaseline reads rows, comments and blank lines', () => {
    const text = `; known\n\n# more\nframe-descriptors/rfc-v1: ${DEFECT} ; the descriptor forgets it\n`;
    expect(parseBaseline(text, SUBJECTS)).toEqual({
      ok: true,
      rows: [{ subject: 'frame-descriptors/rfc-v1', defect: DEFECT, reason: 'the descriptor forgets it', line: 4 }],
    });
  });

  it.each([
    [`mainline ${DEFECT} ; x`, 1, 1, 'expected `SUBJECT: defect ; reason`'],
    [`\nother: ${DEFECT} ; x`, 2, 1, "unknown subject 'other'"],
    ['mainline: leak/nothing ; x', 1, 11, 'expected verdict/claim'],
    [`mainline: ${DEFECT}`, 1, 48, 'reason'],
    [`mainline: ${DEFECT} ; a\nmainline: ${DEFECT} ; b`, 2, 1, 'already in line 1'],
    ['*: leak/*/*/*/* ; all', 1, 1, "unknown subject '*'"],
  ])('parseBaseline refuses %j', (text, line, column, message) => {
    const parsed = parseBaseline(text, SUBJECTS);
    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    expect(parsed.error).toMatchObject({ line, column });
    expect(parsed.error.message).toContain(message);
  });
});

describe('writeBaseline', () => {
  it('writeBaseline writes what parseBaseline reads', () => {
    const row = { subject: 'mainline', defect: DEFECT, reason: 'because of this' };
    expect(parseBaseline(writeBaseline([row]), SUBJECTS)).toEqual({ ok: true, rows: [{ ...row, line: 1 }] });
  });
});

describe('keyOf', () => {
  it('keyOf keeps subjects apart', () => {
    expect(keyOf('a', 'd')).not.toBe(keyOf('b', 'd'));
  });
});
