/** Tests of JUnit XML: counts, ends of cases, what XML cannot hold. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { junitXml, type TestCase } from '../../../src/report/junit.js';
import { attribute, parseJunit } from './schemas.js';

const CASES: readonly TestCase[] = [
  { classname: 'a.b', name: 'one', end: { is: 'passed' }, output: 'said & done' },
  { classname: 'a.b', name: 'two', end: { is: 'skipped', reason: 'known <since> ever' } },
  { classname: 'a.b', name: 'three', end: { is: 'failed', type: 'leak', message: 'm "q"', text: 'x\n  y ]]> z' } },
  { classname: 'a.b', name: 'four', end: { is: 'error', type: 'crash', message: 'e', text: '' } },
  { classname: 'a.c', name: 'five', end: { is: 'failed', type: 'run', message: '', text: '' } },
];

describe('junitXml', () => {
  it('junitXml writes a document of the schema with counts of every end', () => {
    const root = parseJunit(junitXml('all', [{ name: 's', properties: { seed: 'x', runs: 3 }, cases: CASES }], 1.5));
    expect(root.attributes).toEqual({ name: 'all', tests: '5', failures: '2', errors: '1', time: '1.500' });
    const [suite] = root.children;
    expect(suite?.attributes).toEqual({ name: 's', tests: '5', failures: '2', errors: '1', skipped: '1' });
    const [properties, ...cases] = suite?.children ?? [];
    expect(properties?.children.map(({ attributes }) => attributes)).toEqual([
      { name: 'seed', value: 'x' },
      { name: 'runs', value: '3' },
    ]);
    expect(cases.map((each) => attribute(each, 'name'))).toEqual(['one', 'two', 'three', 'four', 'five']);
    expect(cases.map(({ children }) => children.map(({ name, attributes, text }) => [name, attributes, text]))).toEqual(
      [
        [['system-out', {}, 'said & done']],
        [['skipped', {}, 'known <since> ever']],
        [['failure', { type: 'leak', message: 'm "q"' }, 'x\n  y ]]> z']],
        [['error', { type: 'crash', message: 'e' }, '']],
        [['failure', { type: 'run', message: '' }, '']],
      ],
    );
  });

  it('junitXml without suites, properties or a time is of the schema too', () => {
    expect(parseJunit(junitXml('none', [])).attributes).toEqual({
      name: 'none',
      tests: '0',
      failures: '0',
      errors: '0',
    });
    expect(parseJunit(junitXml('none', [{ name: 's', properties: {}, cases: [] }])).children[0]?.children).toEqual([]);
  });

  it('junitXml holds any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const end = { is: 'failed', type: text, message: text, text } as const;
        const xml = junitXml(text, [
          {
            name: text,
            properties: { [`p${text}`]: text },
            cases: [{ classname: text, name: text, end, output: text }],
          },
        ]);
        expect(parseJunit(xml).children).toHaveLength(1);
      }),
      { numRuns: 40 },
    );
  });
});
