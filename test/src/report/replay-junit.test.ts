/** Tests of a replay as JUnit XML. */
import { describe, expect, it } from 'vitest';
import { replayJunit } from '../../../src/report/replay-junit.js';
import { FAILED, HELD, KNOWN, UNREADABLE } from './replayed-sample.js';
import { attribute, parseJunit } from './schemas.js';

describe('replayJunit', () => {
  it('replayJunit has a test case per file, which passes where everything is as the file says', () => {
    const [suite] = parseJunit(replayJunit([HELD, KNOWN])).children;
    expect(suite?.attributes).toEqual({ name: 'replay', tests: '2', failures: '0', errors: '0', skipped: '0' });
    expect(suite?.children.map(({ attributes, children }) => [attributes, children])).toEqual([
      [{ classname: 'corpus.accept.a', name: 'nothing goes wrong' }, []],
      [{ classname: 'corpus.found.b', name: 'a known defect shows' }, []],
    ]);
  });

  it('replayJunit fails with every expectation that does not hold, and errs where a file cannot be read', () => {
    const [suite] = parseJunit(replayJunit([FAILED, UNREADABLE])).children;
    expect(suite?.attributes).toMatchObject({ tests: '2', failures: '1', errors: '1' });
    const [failed, unreadable] = suite?.children ?? [];
    expect(failed?.children[0]?.attributes).toEqual({ type: 'run', message: 'run: expected exit 0, found exit 1' });
    expect(failed?.text.trim().split('\n')).toHaveLength(2);
    expect(failed?.text).toContain('corpus/found/c.bpf:3: run: expected exit 0');
    expect(attribute(unreadable, 'name')).toBe('corpus/d.bpf');
    expect(unreadable?.children[0]?.name).toBe('error');
    expect(unreadable?.text).toContain('and more');
  });

  it('replayJunit makes a class name of any path', () => {
    const names = ['./corpus/a.bpf', '/tmp/x/a.bpf', '../a.bpf'].map((file) => ({ ...HELD, file }));
    const [suite] = parseJunit(replayJunit(names)).children;
    expect(suite?.children.map((each) => attribute(each, 'classname'))).toEqual(['corpus.a', 'tmp.x.a', 'a']);
  });
});
