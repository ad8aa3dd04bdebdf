/** Who does the work of a campaign: this thread, or a pool of worker threads. Both give the same answers. */
import { existsSync } from 'node:fs';
import type { Subject } from '../subjects/subject.js';
import type { Batch, CampaignSettings } from './plan.js';
import { type BatchResult, createShard, type MinimiseResult, type Sighting } from './shard.js';
import { threadsOf } from './threads.js';

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

/** Works in `workers` threads, each with a shard of its own. A thread that dies fails the request it worked on. */
export function threadExecutor(settings: CampaignSettings, workers: number): Executor {
  const threads = threadsOf<Request, Reply>(ENTRY, settings, workers);
  const ask = async (request: Request): Promise<Reply> => {
    const reply = await threads.ask(request);
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
    close: () => threads.close(),
  };
}
