/** Tests of the pool of threads: each request is answered once, a thread that dies fails its request, a farewell is waited for. */
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { threadsOf } from '../../../src/campaign/threads.js';

const folder = mkdtempSync(join(tmpdir(), 'threads-'));
const entry = join(folder, 'entry.mjs');
writeFileSync(
  entry,
  `import { parentPort, workerData, threadId } from 'node:worker_threads';
import { writeFileSync } from 'node:fs';
parentPort.on('message', (request) => {
  if (request === 'die') process.exit(7);
  if (request === 'end') {
    writeFileSync(workerData.farewell + threadId, '');
    parentPort.close();
    return;
  }
  parentPort.postMessage({ doubled: request * workerData.factor, threadId });
});
`,
);
const threads = (workers: number, farewell = '') =>
  threadsOf<number | 'die' | 'end', { readonly doubled: number; readonly threadId: number }>(
    pathToFileURL(entry),
    { factor: 2, farewell },
    workers,
  );

describe('threadsOf', () => {
  it('threadsOf answers every request, by no more threads than it may have', async () => {
    const pool = threads(2);
    const replies = await Promise.all([1, 2, 3, 4, 5].map((each) => pool.ask(each)));
    expect(replies.map(({ doubled }) => doubled)).toEqual([2, 4, 6, 8, 10]);
    expect(new Set(replies.map(({ threadId }) => threadId)).size).toBeLessThanOrEqual(2);
    await pool.close();
  });

  it('threadsOf fails the request whose thread dies', async () => {
    const pool = threads(1);
    await expect(pool.ask('die')).rejects.toThrow('a worker thread ended with code 7');
    await pool.close();
  });

  it('close with a farewell lets each thread finish', async () => {
    const marker = join(folder, 'farewell-');
    const pool = threads(1, marker);
    const { threadId } = await pool.ask(1);
    await pool.close('end');
    expect(existsSync(marker + threadId)).toBe(true);
  });

  it('close with a farewell does not wait for a thread that has died', async () => {
    const pool = threads(1);
    await pool.ask('die').catch(() => undefined);
    await pool.close('end');
  });
});
