import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Pipelines } from '../../bench/pipelines.js';
import { createShard } from '../../src/campaign/shard.js';
import { packageRoot } from '../../src/case/package-root.js';
import { SETTINGS } from './samples.js';

const built = join(packageRoot(), 'dist', 'bench', 'pipelines.js');

describe('Pipelines', () => {
  it('Pipelines without built files measures in this thread, and keeps the first program of each defect', async () => {
    const settings = { ...SETTINGS, profile: 'merge-heavy' } as const;
    const pipelines = new Pipelines(settings);
    await pipelines.warm({ from: 100, count: 2 });
    expect(pipelines.figure()).toBeUndefined();
    await pipelines.one({ from: 0, count: 20 });
    await pipelines.one({ from: 20, count: 20 });
    await pipelines.compare({ from: 40, count: 2 });
    expect(pipelines.threads).toBe(false);
    expect(pipelines.figure()?.cpuMicros).toBeGreaterThan(0);
    expect(pipelines.scaling()).toMatchObject({ available: false });
    const shard = createShard(settings);
    const seen = shard.run({ from: 0, count: 40 }, false).sightings;
    const late = new Set(shard.run({ from: 20, count: 20 }, false).sightings.map(({ defect }) => defect));
    expect(seen.some(({ defect, index }) => index < 20 && late.has(defect))).toBe(true);
    const named = (each: { readonly subject: string; readonly defect: string; readonly index: number }) =>
      `${each.subject} ${each.defect} ${each.index}`;
    expect(pipelines.sightings().map(named).toSorted()).toEqual(seen.map(named).toSorted());
    await pipelines.close();
  });

  it('Pipelines fails where the pipeline crashes', async () => {
    const pipelines = new Pipelines({ ...SETTINGS, subjects: ['no such subject'] });
    await expect(pipelines.one({ from: 7, count: 1 })).rejects.toThrow(/^program 7, judge: .*no such subject/);
    await pipelines.close();
  });

  it.skipIf(!existsSync(built))('Pipelines compares two threads with one', async () => {
    const module: { readonly Pipelines: typeof Pipelines } = await import(/* @vite-ignore */ pathToFileURL(built).href);
    const pipelines = new module.Pipelines(SETTINGS);
    await pipelines.warm({ from: 0, count: 8 });
    await pipelines.compare({ from: 0, count: 8 });
    const scaling = pipelines.scaling();
    if (!scaling.available) throw new Error(scaling.reason);
    expect(scaling.ratio).toBeCloseTo(scaling.two / scaling.one);
    expect(scaling.one).toBeGreaterThan(0);
    await pipelines.close();
  });
});
