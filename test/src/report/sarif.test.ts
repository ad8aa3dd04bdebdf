/** Tests of what all SARIF logs have in common. */

import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { locationOf, sarifText } from '../../../src/report/sarif.js';
import { parseSarif } from './schemas.js';

const RUN = {
  version: '1.2.3',
  id: 'fuzz/all',
  rules: [{ id: 'leak' }, { id: 'double-release' }],
  results: [
    { ruleId: 'double-release', message: { text: 'twice' } },
    { ruleId: 'leak', message: { text: 'never' } },
  ],
  failures: [],
  properties: { seed: '1' },
};

describe('sarifText', () => {
  it('sarifText writes a log of the schema, results pointing at their rules', () => {
    const [run] = parseSarif(sarifText(RUN)).runs;
    expect(run?.tool.driver).toMatchObject({ name: 'unwindiff', version: '1.2.3' });
    expect(run?.automationDetails?.id).toBe('unwindiff/fuzz/all/');
    expect(run?.results?.map(({ ruleIndex }) => ruleIndex)).toEqual([1, 0]);
    expect(run?.invocations?.[0]?.executionSuccessful).toBe(true);
  });

  it('sarifText says what kept unwindiff from its work', () => {
    const [run] = parseSarif(sarifText({ ...RUN, failures: [{ level: 'error', message: { text: 'a bug' } }] })).runs;
    expect(run?.invocations?.[0]).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [{ message: { text: 'a bug' } }],
    });
  });

  it('parseSarif, by which this is judged, objects', () => {
    expect(() => parseSarif(sarifText(RUN).replace('"2.1.0"', '"2.2.0"'))).toThrow('version');
    expect(() => parseSarif(sarifText(RUN).replaceAll('"ruleIndex": 1', '"ruleIndex": -2'))).toThrow('ruleIndex');
  });
});

describe('locationOf', () => {
  const uriOf = (path: string) => locationOf(path).physicalLocation?.artifactLocation?.uri;

  it('locationOf gives paths below the current folder from there', () => {
    expect(uriOf('runs/1 a/x.bpf')).toBe('runs/1%20a/x.bpf');
    expect(uriOf(resolve('runs', 'x.bpf'))).toBe('runs/x.bpf');
    expect(uriOf(join('runs', '..', 'x.bpf'))).toBe('x.bpf');
  });

  it('locationOf gives paths elsewhere in full', () => {
    expect(uriOf('/somewhere/x.bpf')).toBe('file:///somewhere/x.bpf');
    expect(uriOf('../x.bpf')).toBe(pathToFileURL(resolve('..', 'x.bpf')).href);
  });

  it('locationOf has a region only if a line is known', () => {
    expect(locationOf('a', 7).physicalLocation?.region).toEqual({ startLine: 7 });
    expect(locationOf('a').physicalLocation).not.toHaveProperty('region');
  });
});
