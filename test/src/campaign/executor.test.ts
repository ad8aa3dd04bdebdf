/** Tests of who does the work: the built threads must answer as this thread does. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { canUseWorkers, localExecutor } from '../../../src/campaign/executor.js';
import { packageRoot } from '../../../src/case/package-root.js';
import { SETTINGS } from './samples.js';

const built = join(packageRoot(), 'dist', 'src', 'campaign', 'executor.js');

describe('localExecutor', () => {
  it('localExecutor answers what its shard answers', async () => {
    const executor = localExecutor(SETTINGS);
    const result = await executor.batch({ from: 2, count: 3 }, false);
    expect(result.tally.programs).toBe(3);
    expect(result.coverage).toBeUndefined();
    await executor.close();
  });
});

describe('canUseWorkers', () => {
  it('canUseWorkers only where the built entry stands beside', () => {
    expect(canUseWorkers()).toBe(false);
  });
});

describe('threadExecutor', () => {
  it.skipIf(!existsSync(built))('threadExecutor fails a request whose thread dies', async () => {
    const { threadExecutor } = await import(/* @vite-ignore */ pathToFileURL(built).href);
    const executor = threadExecutor({ ...SETTINGS, profile: 'no such profile' }, 1);
    const result = await executor.batch({ from: 0, count: 1 }, false);
    expect(result.crash).toMatchObject({ index: 0, stage: 'generate' });
    await executor.close();
  });
});
