/** Tests of a campaign as JUnit XML. */
import { describe, expect, it } from 'vitest';
import { emptyTally } from '../../../src/campaign/stats.js';
import { campaignJunit } from '../../../src/report/campaign-junit.js';
import { DEFECT, FAILURE, FINDING, RFC, SETTINGS, TABLE, WRONG } from '../campaign/samples.js';
import { sampleResult } from './sample-result.js';
import { attribute, parseJunit, type XmlNode } from './schemas.js';

const suitesOf = (more: Parameters<typeof sampleResult>[0]) =>
  new Map(
    parseJunit(campaignJunit(sampleResult(more))).children.map((suite) => [attribute(suite, 'name') ?? '', suite]),
  );
const casesOf = (suite: XmlNode | undefined) => suite?.children.filter(({ name }) => name === 'testcase') ?? [];

describe('campaignJunit', () => {
  it('campaignJunit has a suite per subject whose totals pass', () => {
    const suites = suitesOf({ findings: [] });
    expect([...suites.keys()]).toEqual(['unwindiff', RFC, TABLE]);
    const [totals, ...rest] = casesOf(suites.get(RFC));
    expect(rest).toEqual([]);
    expect(totals?.attributes).toEqual({ classname: 'unwindiff.frame-descriptors.rfc-v1', name: 'totals' });
    expect(totals?.children.map(({ name }) => name)).toEqual(['system-out']);
    expect(totals?.text).toContain('prepared: 1\n');
    expect(totals?.text).toContain('wrong-destructor: 1\nstale-use: 0\n');
    expect(suites.get(RFC)?.attributes).toMatchObject({ tests: '1', failures: '0', skipped: '0' });
  });

  it('campaignJunit fails a new defect and says how to meet it again', () => {
    const [, found] = casesOf(suitesOf({ findings: [FINDING] }).get(RFC));
    expect(attribute(found, 'name')).toBe(DEFECT);
    const [failure] = found?.children ?? [];
    expect(failure?.name).toBe('failure');
    expect(failure?.attributes).toEqual({ type: 'wrong-destructor', message: WRONG.evidence?.detail });
    expect(failure?.text).toContain('file: runs/1-default/x.bpf\n');
    expect(failure?.text).toContain("again: unwindiff fuzz --seed '1' --profile default --from 17 --runs 1\n");
    expect(failure?.text).toContain('the file');
  });

  it('campaignJunit skips a known defect with its reason', () => {
    const suites = suitesOf({ findings: [{ ...FINDING, known: 'as posted' }] });
    const [, found] = casesOf(suites.get(RFC));
    expect(found?.children.map(({ name, text }) => [name, text])).toEqual([['skipped', 'as posted']]);
    expect(suites.get(RFC)?.attributes).toMatchObject({ tests: '2', failures: '0', skipped: '1' });
  });

  it('campaignJunit reports bugs of unwindiff as errors of a suite of its own', () => {
    expect(casesOf(suitesOf({}).get('unwindiff')).map(({ children }) => children)).toEqual([[], []]);
    const crash = {
      crash: { index: 3, stage: 'judge', message: 'oh', stack: 'at x' },
      file: 'runs/crash-3.txt',
    } as const;
    const tally = { ...emptyTally(SETTINGS.subjects), programs: 1000, verified: 10 };
    tally.unverified.set('too-complex', 990);
    const own = suitesOf({ crash, tally }).get('unwindiff');
    expect(own?.attributes).toMatchObject({ tests: '2', errors: '2' });
    const [crashed, few] = casesOf(own);
    expect(crashed?.text).toContain('saved: runs/crash-3.txt');
    expect(attribute(few?.children[0], 'message')).toBe('only 10 of 1000 generated programs verify');
    expect(few?.text).toContain('too-complex: 990');
  });

  it('campaignJunit reports a subject from outside that fails as an error of its own suite', () => {
    const settings = {
      ...SETTINGS,
      subjects: ['mine/x'],
      modules: [{ given: './mine.js', url: 'file:///home/x/mine.js' }],
    };
    const crash = {
      crash: { index: 3, stage: 'judge', message: 'oh', stack: '/home/x/mine.js', failure: FAILURE },
      file: 'runs/failure-3.bpf',
    } as const;
    const finding = { ...FINDING, subject: 'mine/x' };
    const suites = suitesOf({ settings, tally: emptyTally(['mine/x']), crash, ended: 'failure', findings: [finding] });
    expect(casesOf(suites.get('unwindiff')).map(({ children }) => children)).toEqual([[], []]);
    const [, found, failed] = casesOf(suites.get('mine/x'));
    expect(found?.children[0]?.text).toContain('--from 17 --runs 1 --subject all --subject ./mine.js\n');
    expect(failed?.attributes).toEqual({ classname: 'unwindiff.mine.x', name: 'does not fail' });
    expect(failed?.children.map(({ name }) => name)).toEqual(['error']);
    const message = 'failed in prepare, in program 3: TypeError: no (at ./mine.js:12:5)';
    expect(failed?.children[0]?.attributes).toEqual({ type: 'failure', message });
    expect(failed?.text).toContain('module: ./mine.js\nsaved: runs/failure-3.bpf\n');
    expect(failed?.text).not.toContain('/home/x');
  });

  it('campaignJunit differs between two equal runs in the time of the root only', () => {
    const timed = (elapsedSeconds: number) =>
      campaignJunit(sampleResult({ timing: { elapsedSeconds, firstFindingSeconds: elapsedSeconds, workers: 1 } }));
    expect(timed(1)).not.toBe(timed(2));
    expect(timed(1).replace('time="1.000"', '')).toBe(timed(2).replace('time="2.000"', ''));
  });
});
