/** Who does the work of a campaign: this thread, or a pool of worker threads. Both give the same answers. */
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Subject } from '../subjects/subject.js';
import type { Batch, CampaignSettings } from './plan.js';
import { type BatchResult, createShard, type MinimiseResult, type Sighting } from './shard.js';

/** What a worker is asked. */
export type Request =
  | { readonly ask: 'batch'; readonly batch: Batch; readonly wantCoverage: boolean }
  | { readonly ask: 'minimise'; readonly sighting: Sighting; readonly asFound: boolean };

/** What it answers. */
export type Reply =
  | { readonly about: 'batch'; readonly result: BatchResult }
  | { readonly about: 'minimise'; readonly result: MinimiseResult }
  | { readonly about: 'modules'; readonly message: string };

/** A module of subjects that loads here but not in a thread. */
export class UnloadableModule extends Error {
  override readonly name = 'UnloadableModule';
}

export interface Executor {
  /** How many requests it works on at once. */
  readonly workers: number;
  batch(batch: Batch, wantCoverage: boolean): Promise<BatchResult>;
  minimise(sighting: Sighting, asFound: boolean): Promise<MinimiseResult>;
  close(): Promise<void>;
}

/** Works in this thread, one request a turn of the event loop; `outside` are the subjects of `settings.modules`, loaded. */
export function localExecutor(settings: CampaignSettings, outside: readonly Subject[] = []): Executor {
  const shard = createShard(settings, outside);
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    workers: 1,
    async batch(batch, wantCoverage) {
      await turn();
      return shard.run(batch, wantCoverage);
    },
    async minimise(sighting, asFound) {
      await turn();
      return shard.minimise(sighting, asFound);
    },
    close: () => Promise.resolve(),
  };
}

const ENTRY = new URL('./worker.js', import.meta.url);

/** Whether worker threads can run here: only from the built files. */
export function canUseWorkers(): boolean {
  return existsSync(ENTRY);
}

/**
 * Space for young objects of a thread. Programs die young by the thousand: with the default the resident set follows how
 * lazily V8 collects, not what is kept.
 */
const NURSERY_MIB = 32;

interface Thread {
  readonly worker: Worker;
  answer: ((reply: Reply) => void) | undefined;
  fail: ((error: Error) => void) | undefined;
}

/** Works in `workers` threads, each with a shard of its own. A thread that dies fails the request it worked on. */
export function threadExecutor(settings: CampaignSettings, workers: number): Executor {
  const idle: Thread[] = [];
  const all: Thread[] = [];
  const waiting: ((thread: Thread) => void)[] = [];
  let closing = false;
  const start = (): Thread => {
    const worker = new Worker(ENTRY, {
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: NURSERY_MIB },
    });
    const thread: Thread = { worker, answer: undefined, fail: undefined };
    thread.worker.on('message', (reply: Reply) => thread.answer?.(reply));
    thread.worker.on('error', (error) => thread.fail?.(error));
    thread.worker.on('exit', (code) => {
      if (!closing) thread.fail?.(new Error(`a worker thread ended with code ${code}`));
    });
    all.push(thread);
    return thread;
  };
  const acquire = (): Promise<Thread> => {
    const free = idle.pop() ?? (all.length < workers ? start() : undefined);
    return free === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(free);
  };
  const release = (thread: Thread): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(thread);
    else next(thread);
  };
  const ask = async (request: Request): Promise<Reply> => {
    const thread = await acquire();
    const reply = await new Promise<Reply>((resolve, reject) => {
      thread.answer = resolve;
      thread.fail = reject;
      thread.worker.postMessage(request);
    });
    release(thread);
    if (reply.about === 'modules') throw new UnloadableModule(reply.message);
    return reply;
  };
  const mixedUp = () => new Error('a worker answered another question');
  return {
    workers,
    async batch(batch, wantCoverage) {
      const reply = await ask({ ask: 'batch', batch, wantCoverage });
      if (reply.about !== 'batch') throw mixedUp();
      return reply.result;
    },
    async minimise(sighting, asFound) {
      const reply = await ask({ ask: 'minimise', sighting, asFound });
      if (reply.about !== 'minimise') throw mixedUp();
      return reply.result;
    },
    async close() {
      closing = true;
      await Promise.all(all.map(({ worker }) => worker.terminate()));
    },
  };
}
