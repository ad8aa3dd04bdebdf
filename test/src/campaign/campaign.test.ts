/** Tests of the campaign loop, with an executor that finds what the test wants. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type CampaignRequest, runCampaign } from '../../../src/campaign/campaign.js';
import type { Executor } from '../../../src/campaign/executor.js';
import type { Batch } from '../../../src/campaign/plan.js';
import type { BatchResult } from '../../../src/campaign/shard.js';
import { addJudgement, emptyTally } from '../../../src/campaign/stats.js';
import { DEFECT, FAILURE, judgement, MINIMISED, RFC, RIGHT, SETTINGS, sighting, TABLE, WRONG } from './samples.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function request(more: Partial<CampaignRequest> = {}): CampaignRequest {
  const out = mkdtempSync(join(tmpdir(), 'campaign-'));
  folders.push(out);
  return { settings: SETTINGS, from: 0, runs: 200, seconds: undefined, out, baseline: [], ...more };
}

/** Programs at these indices show the defect. */
function executor(wrong: readonly number[], more: Partial<Executor> = {}, workers = 3): Executor {
  const batch = (asked: Batch): Promise<BatchResult> => {
    const tally = emptyTally(SETTINGS.subjects);
    const hits: number[] = [];
    for (let index = asked.from; index < asked.from + asked.count; index++) {
      const hit = wrong.includes(index);
      if (hit) hits.push(index);
      addJudgement(tally, judgement({ [RFC]: hit ? WRONG : RIGHT, [TABLE]: RIGHT }));
    }
    const [first] = hits;
    const sightings = first === undefined ? [] : [{ ...sighting(first), programs: hits.length }];
    return Promise.resolve({ batch: asked, tally, sightings });
  };
  return {
    workers,
    batch,
    minimise: () => Promise.resolve({ ok: true, minimised: MINIMISED }),
    close: () => Promise.resolve(),
    ...more,
  };
}

describe('runCampaign', () => {
  it('runCampaign gives the same result for any number of workers', async () => {
    const results = await Promise.all(
      [1, 2, 7].map(async (workers) => {
        const { tally, findings, ended } = await runCampaign(request(), executor([150, 40, 41], {}, workers));
        return { tally, findings: findings.map(({ file, ...finding }) => finding), ended };
      }),
    );
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    expect(results[0]?.findings).toMatchObject([{ index: 40, programs: 3 }]);
    expect(results[0]?.tally.programs).toBe(200);
  });

  it('runCampaign saves a finding before it returns it, and again when it is shrunk', async () => {
    const asked: boolean[] = [];
    const minimise: Executor['minimise'] = (_, asFound) => {
      asked.push(asFound);
      const text = asFound ? 'as found' : 'shrunk';
      return Promise.resolve({ ok: true, minimised: { ...MINIMISED, file: { ...MINIMISED.file, text } } });
    };
    const { findings } = await runCampaign(request(), executor([7], { minimise }));
    expect(asked).toEqual([true, false]);
    expect(readFileSync(findings[0]?.file ?? '', 'utf8')).toBe('shrunk');
  });

  it('runCampaign stops at a contiguous prefix when it is interrupted', async () => {
    const abort = new AbortController();
    const stopAfter = executor([]);
    let batches = 0;
    const batch: Executor['batch'] = (asked, wanted) => {
      if (++batches === 3) abort.abort();
      return stopAfter.batch(asked, wanted);
    };
    const result = await runCampaign(request({ runs: undefined, interrupted: abort.signal }), { ...stopAfter, batch });
    expect(result.ended).toBe('interrupted');
    expect(result.tally.programs).toBe(batches * 32);
  });

  it('runCampaign ends with what was judged before a crash and saves the crash', async () => {
    const good = executor([1, 60]);
    const batch: Executor['batch'] = async (asked, wanted) => {
      const result = await good.batch(asked, wanted);
      if (asked.from !== 32) return result;
      const crash = { index: 33, stage: 'judge', message: 'boom', stack: 'boom\n at x', program: 'main:\n' } as const;
      return { ...result, tally: emptyTally(SETTINGS.subjects), sightings: [], crash };
    };
    const result = await runCampaign(request(), { ...good, batch });
    expect(result.ended).toBe('crash');
    expect(result.tally.programs).toBe(32);
    expect(result.findings).toHaveLength(1);
    const text = readFileSync(result.crash?.file ?? '', 'utf8');
    expect(text).toContain('seed=1 index=33 profile=default');
    expect(text).toContain('main:');
  });

  it('runCampaign ends with the failure of a subject from outside and saves it as a case', async () => {
    const good = executor([1]);
    const batch: Executor['batch'] = async (asked, wanted) => {
      const result = await good.batch(asked, wanted);
      const crash = { index: 33, stage: 'judge', message: 'boom', stack: 'boom\n at x', failure: FAILURE } as const;
      return asked.from === 32 ? { ...result, tally: emptyTally(SETTINGS.subjects), sightings: [], crash } : result;
    };
    const result = await runCampaign(request(), { ...good, batch });
    expect(result.ended).toBe('failure');
    expect(result.tally.programs).toBe(32);
    expect(result.crash?.file).toMatch(/failure-33\.bpf$/);
    expect(readFileSync(result.crash?.file ?? '', 'utf8')).toBe('the case\n');
  });

  it('runCampaign keeps the unshrunk finding when shrinking crashes', async () => {
    const crash = { index: 5, stage: 'shrink', message: 'boom', stack: 'boom' } as const;
    const minimise: Executor['minimise'] = (_, asFound) =>
      Promise.resolve(asFound ? { ok: true, minimised: MINIMISED } : { ok: false, crash });
    const result = await runCampaign(request(), executor([5], { minimise }));
    expect(result.crash?.crash.stage).toBe('shrink');
    expect(existsSync(result.findings[0]?.file ?? '')).toBe(true);
  });

  it('runCampaign names baseline rows that were not seen, of its own subjects', async () => {
    const row = (subject: string, defect: string) => ({ subject, defect, reason: 'x', line: 1 });
    const other = 'leak/nothing/unlisted/stack/caller';
    const baseline = [row(RFC, DEFECT), row(RFC, other), row('mainline', other)];
    const result = await runCampaign(request({ baseline }), executor([5]));
    expect(result.findings[0]?.known).toBe('x');
    expect(result.unseen).toEqual([row(RFC, other)]);
  });
});
