/** The table of rules cannot rot silently: each of its texts is in the sources, and docs/rules.md has a row for each rule. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyEdit } from './edit.js';
import { EDITS } from './edits.js';

describe('EDITS', () => {
  it.each(EDITS)('$file: $rule: its text occurs exactly once', (edit) => {
    const source = readFileSync(edit.file, 'utf8');
    expect(applyEdit(source, edit)).not.toBe(source);
  });

  it('no rule has the name of another', () => {
    const names = EDITS.map(({ file, rule }) => `${file}: ${rule}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  const rows = [...readFileSync('docs/rules.md', 'utf8').matchAll(/^\| (?!--- |rule )(.*?) \| (.*) \|$/gm)];

  it('docs/rules.md has a row for each, in order: npm run rules writes it', () => {
    expect(rows.map(([, rule]) => rule)).toEqual(EDITS.map(({ rule }) => rule.replaceAll('|', '\\|')));
  });

  it('docs/rules.md says of each what fails, or why nothing can', () => {
    const silent = EDITS.filter(({ same }, index) => {
      const fails = rows[index]?.[2]?.trim() ?? '';
      const expected = same === undefined ? fails.startsWith('test/') : fails === `nothing can: ${same}`;
      return !expected;
    });
    expect(silent.map(({ file, rule }) => `${file}: ${rule}`)).toEqual([]);
  });
});

describe('applyEdit', () => {
  const edit = { rule: 'some rule', file: 'some.ts', changes: [{ text: 'a', by: '$&' }] };

  it('replaces the text, whatever stands in the replacement', () => {
    expect(applyEdit('b a b', edit)).toBe('b $& b');
  });

  it.each(['b', 'a a'])('fails on "%s", naming the rule', (source) => {
    expect(() => applyEdit(source, edit)).toThrow(/rule "some rule".*exactly once in some\.ts/);
  });
});
