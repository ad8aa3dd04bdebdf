import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DIRECTIVE_KEYS, DIRECTIVES, isDirective, readRefuse, writeRefuse } from '../../../src/case/directives.js';
import { readCase } from '../../../src/case/read.js';
import { Scanner } from '../../../src/case/scanner.js';

const readme = readFileSync('corpus/readme.bpf', 'utf8');

describe('DIRECTIVES', () => {
  it('are all in the canonical order, once', () => {
    expect([...DIRECTIVE_KEYS].sort()).toEqual(Object.keys(DIRECTIVES).sort());
    expect(isDirective('refuse')).toBe(false);
  });

  it('are all shown by corpus/readme.bpf, refuse included', () => {
    for (const key of DIRECTIVE_KEYS) expect(readme).toContain(`;! ${key}: `);
    expect(readme).toContain(';! refuse: ');
  });

  it('are all explained by docs/corpus-format.md', () => {
    const manual = readFileSync('docs/corpus-format.md', 'utf8');
    for (const key of [...DIRECTIVE_KEYS, 'refuse']) expect(manual).toContain(`\`${key}\``);
  });

  it('write what they read', () => {
    const read = readCase(readme);
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    for (const key of DIRECTIVE_KEYS) {
      const lines = readme.split('\n').filter((line) => line.startsWith(`;! ${key}: `));
      expect(DIRECTIVES[key].write(read.case).map((value) => `;! ${key}: ${value}`)).toEqual(lines);
    }
  });
});

describe('readRefuse', () => {
  it.each(['mainline: held-reference', 'a/b c/d: merge-failure r6 of main', 'verifier: bad-argument R1'])(
    '%s',
    (text) => {
      expect(writeRefuse(readRefuse(new Scanner(text, 1), 3))).toBe(text);
    },
  );
});
