import { describe, expect, it } from 'vitest';
import { openLoader } from '../../../../src/bridge/kernel/load.js';
import { runKernelCampaign } from '../../../../src/campaign/kernel/kernel-campaign.js';
import { localKernelExecutor, openShard } from '../../../../src/campaign/kernel/kernel-executor.js';
import { choicesFor, LEGS } from '../../../../src/campaign/kernel/legs.js';

const running = await openLoader();

describe('LEGS', () => {
  it('LEGS: each has a name of its own, which begins with its group', () => {
    expect(new Set(LEGS.map(({ name }) => name)).size).toBe(LEGS.length);
    for (const { name, group } of LEGS) expect(name.startsWith(`${group}/`)).toBe(true);
  });

  it('choicesFor: other choices for other legs and programs, the same for the same', () => {
    const [first, second] = LEGS;
    if (first === undefined || second === undefined) throw new Error('no legs');
    const drawn = (leg: typeof first, index: number) => {
      const choices = choicesFor('s', leg, index);
      return [1, 2, 3].map(() => choices.int(1 << 30)).join();
    };
    expect(drawn(first, 1)).toBe(drawn(first, 1));
    expect(new Set([drawn(first, 1), drawn(first, 2), drawn(second, 1)]).size).toBe(3);
  });

  it.skipIf(!running.ok)('LEGS: on generated programs the running kernel says what we say', async () => {
    if (!running.ok) return;
    const legs = LEGS.map(({ name }) => name);
    const settings = { seed: 'legs', profile: 'all', legs } as const;
    const result = await runKernelCampaign(
      { from: 0, runs: 40, out: 'runs/test-legs', legs: LEGS, kernel: running.value, onProgress: () => {} },
      localKernelExecutor(openShard(settings, running.value)),
    );
    for (const { leg, compared } of result.legs) expect(compared, leg).toBeGreaterThan(5);
    expect(result.findings.filter(({ known }) => known === undefined)).toEqual([]);
    expect(result.ended).toBe('complete');
  });
});
