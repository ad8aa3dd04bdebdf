import { describe, expect, it } from 'vitest';
import type { KernelResult } from '../../../src/campaign/kernel/kernel-campaign.js';
import { LEGS } from '../../../src/campaign/kernel/legs.js';
import { callablesText, kernelCampaignJson, kernelCampaignText, kernelCheckText } from '../../../src/report/kernel.js';
import { paintFor } from '../../../src/report/terminal.js';

const paint = paintFor({ write: () => {} }, {});
const [leg] = LEGS;
if (leg === undefined) throw new Error('no legs');
const health = { programs: 1, maps: 2, btf: 3, availableMiB: 1000, slabMiB: 10, vmallocMiB: undefined };
const RESULT: KernelResult = {
  programs: 4,
  legs: [
    {
      leg: leg.name,
      group: leg.group,
      target: leg.target,
      compared: 4,
      agreed: 3,
      known: 0,
      how: { accepted: 3 },
      classes: { x: 1 },
      notCompared: { loop: 2 },
    },
  ],
  findings: [
    {
      leg: leg.name,
      class: 'verdict: accepted here, x there',
      detail: 'both sides',
      index: 2,
      programs: 1,
      file: 'f.bpf',
      insns: 3,
      insnsBefore: 40,
    },
  ],
  stopped: { leg: leg.name, index: 3, why: 'EFAULT: verifier bug', file: 'k.bpf', suspects: ['o.bpf'] },
  health: { before: health, after: health },
  ended: 'kernel failed',
};
const ABOUT = { seed: 's', profile: 'all', kernel: '6.18', log: true, workers: 2, seconds: 2 };

describe('kernelCampaignText', () => {
  it('kernelCampaignText has agreement, reasons, findings, what stopped it, and the health', () => {
    const text = kernelCampaignText(RESULT, ABOUT, paint);
    expect(text).toMatch(/parity\/generated +4 +3 +75\.00 % +0 +2\n/);
    expect(text).toContain('parity/generated: accepted 3; not compared: loop 2');
    expect(text).toContain('in 1 programs, first at index 2; 40 to 3 instructions: f.bpf');
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'The kernel failed at index 3 (parity/generated): EFAULT: verifier bug. Saved: k.bpf, o.bpf',
    );
    expect(text).toMatch(/after +1 +2 +3 +1,000 +10 +-/);
    expect(text).toContain('4 programs in 2.0 s, 2 a second by 2 workers, Linux 6.18');
  });
});

describe('kernelCampaignJson', () => {
  it('kernelCampaignJson sums by group; of nothing there is no agreement', () => {
    expect(kernelCampaignJson(RESULT, ABOUT)).toMatchObject({
      parity: { agreement: 0.75, compared: 4, agreed: 3 },
      execution: { agreement: null, compared: 0, rows: [] },
      belowTarget: [],
      stopped: { index: 3 },
      ended: 'kernel failed',
    });
  });
});

describe('a leg below its target', () => {
  it('kernelCampaignText and kernelCampaignJson name it', () => {
    const legs = RESULT.legs.map((each) => ({ ...each, compared: 2000, agreed: 1500 }));
    expect(kernelCampaignText({ ...RESULT, legs }, ABOUT, paint)).toContain(
      'parity/generated: agreement is below 99.90 %',
    );
    expect(kernelCampaignJson({ ...RESULT, legs }, ABOUT)).toMatchObject({ belowTarget: ['parity/generated'] });
  });
});

describe('kernelCheckText', () => {
  it('kernelCheckText has a line per answer', () => {
    const text = kernelCheckText(
      'a case',
      [
        {
          leg: 'a',
          answers: [
            { is: 'agree', how: 'accepted' },
            { is: 'not-compared', reason: 'draws' },
          ],
        },
        { leg: 'b', answers: [{ is: 'disagree', class: 'c', detail: 'd', log: '', known: 'k' }] },
      ],
      paint,
    );
    expect(text).toMatch(/a +agrees +accepted\n +not compared +draws\n +b +disagrees +c \(known: k\): d\n/);
  });
});

describe('callablesText', () => {
  it('callablesText names what differs', () => {
    const text = callablesText(
      [
        { callable: 'bpf_throw', property: 'may be called', result: 'confirmed', detail: '' },
        { callable: 'bpf_throw', property: 'does not return', result: 'differs', detail: 'R9 !read_ok' },
      ],
      paint,
    );
    expect(text).toContain('bpf_throw: does not return: differs: R9 !read_ok');
    expect(text).toContain('1 of 2 properties confirmed');
  });
});
