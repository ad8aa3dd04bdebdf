/** Tests of who asks the kernel: built threads, however many, must answer as this thread does. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openLoader } from '../../../../src/bridge/kernel/load.js';
import {
  canUseKernelWorkers,
  localKernelExecutor,
  openShard,
} from '../../../../src/campaign/kernel/kernel-executor.js';
import { packageRoot } from '../../../../src/case/package-root.js';

const built = join(packageRoot(), 'dist', 'src', 'campaign', 'kernel', 'kernel-executor.js');
const kernel = await openLoader();
const SETTINGS = { seed: 'who', profile: 'all', legs: ['parity/near-misses', 'execution/generated'] } as const;
const BATCHES = [0, 8, 16].map((from) => ({ from, count: 8 }));

describe('canUseKernelWorkers', () => {
  it('canUseKernelWorkers only where the built entry stands beside', () => {
    expect(canUseKernelWorkers()).toBe(false);
  });
});

describe('threadKernelExecutor', () => {
  it.skipIf(!kernel.ok || !existsSync(built))('threadKernelExecutor answers as one thread does', async () => {
    if (!kernel.ok) return;
    const local = localKernelExecutor(openShard(SETTINGS, kernel.value));
    const expected = await Promise.all(BATCHES.map((batch) => local.batch(batch)));
    await local.close();
    const { threadKernelExecutor } = await import(/* @vite-ignore */ pathToFileURL(built).href);
    const threads = threadKernelExecutor(SETTINGS, 2);
    expect(await Promise.all(BATCHES.map((batch) => threads.batch(batch)))).toEqual(expected);
    expect(expected.map(({ programs }) => programs)).toEqual([8, 8, 8]);
    const before = kernel.value.count();
    await threads.close();
    // What the threads made, ring buffers and types, went with them.
    expect(kernel.value.count().btf).toBeLessThanOrEqual(before.btf);
  });
});
