/** Tests of the report for people. */
import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { addJudgement } from '../../../src/campaign/stats.js';
import { campaignText } from '../../../src/report/campaign-text.js';
import { FAILURE, FINDING, judgement, MOVED, RFC, RIGHT, TABLE } from '../campaign/samples.js';
import { sampleResult } from './sample-result.js';

const plain = picocolors.createColors(false);

describe('campaignText', () => {
  it('campaignText fits 100 columns', () => {
    const lines = campaignText(sampleResult(), plain).split('\n');
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  });

  it('campaignText has a row per subject, who could have, and what was at stake', () => {
    const text = campaignText(sampleResult(), plain);
    expect(text).toMatch(new RegExp(`${TABLE} +2 +0 +0 +2 +0 +32/32/32`));
    expect(text).toMatch(new RegExp(`${RFC} +merge-failure +1 +${TABLE} +100 %`));
    expect(text).toMatch(/while two frames held something +2 \(100 %\)/);
  });

  it('campaignText counts what only patched programs show beside right and wrong', () => {
    const result = sampleResult();
    expect(campaignText(result, plain)).not.toContain('wrong once a kernel has patched them');
    addJudgement(result.tally, judgement({ [RFC]: MOVED, [TABLE]: RIGHT }));
    const text = campaignText(result, plain);
    expect(text).toMatch(new RegExp(`${RFC} +2 +1 +0 +0 +1 `));
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      `wrong once a kernel has patched them (neither right nor wrong above): ${RFC} 1.`,
    );
  });

  it('campaignText shows a new finding with its program, claims and truth', () => {
    const text = campaignText(sampleResult(), plain);
    expect(text).toContain(`NEW  ${RFC}: wrong-destructor/`);
    expect(text).toContain('3 instructions, shrunk from 90');
    expect(text).toContain('call bpf_throw');
    expect(text).toContain('main 1: r7=task');
    expect(text).toContain('runs/1-default/x.bpf');
  });

  it('campaignText lists known findings and shows the smallest as an example', () => {
    const text = campaignText(sampleResult({ findings: [{ ...FINDING, known: 'as posted' }] }), plain);
    expect(text).toContain('Known findings: 1');
    expect(text).toContain(`Example  ${RFC}`);
    expect(text).not.toContain('NEW');
  });

  it('campaignText says how an unfinished run is repeated and continued', () => {
    expect(campaignText(sampleResult({ ended: 'time' }), plain)).toContain(
      '--seed 1 --profile default --from 0 --runs 2',
    );
    expect(campaignText(sampleResult({ ended: 'interrupted' }), plain)).toContain('--from 2');
  });

  it('campaignText names a crash of ours and where it is saved', () => {
    const crash = { index: 5, stage: 'judge', message: 'boom', stack: '' } as const;
    const text = campaignText(sampleResult({ ended: 'crash', crash: { crash, file: 'runs/x/crash-5.txt' } }), plain);
    expect(text).toContain('it could not judge program 5: boom');
    expect(text).toContain('runs/x/crash-5.txt');
  });

  it('campaignText names the failure of a subject from outside as its own, and how to see it again', () => {
    const crash = { index: 5, stage: 'judge', message: 'boom', stack: '', failure: FAILURE } as const;
    const text = campaignText(
      sampleResult({ ended: 'failure', crash: { crash, file: 'runs/x/failure-5.bpf' } }),
      plain,
    );
    expect(text).toContain('./mine.js: mine/x failed in prepare, in program 5: TypeError: no (at ./mine.js:12:5)\n');
    expect(text).toContain('      at Object.prepare (./mine.js:12:5)\n');
    expect(text).toContain('shrunk to 4 instructions and saved in runs/x/failure-5.bpf\n');
    expect(text).toContain('again: unwindiff judge runs/x/failure-5.bpf --subject ./mine.js\n');
    expect(text).not.toContain('has a bug');
  });

  it('campaignText reports rows of the baseline that were not seen', () => {
    const row = { subject: RFC, defect: 'leak/nothing/unlisted/stack/caller', reason: 'x', line: 1 };
    expect(campaignText(sampleResult({ unseen: [row] }), plain)).toContain('not seen in this run: 1');
  });
});
