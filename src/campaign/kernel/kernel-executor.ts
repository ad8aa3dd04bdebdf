/** Who asks the kernel: this thread, or a pool of worker threads, each with a loader of its own. Both give the same answers. */
import { existsSync } from 'node:fs';
import type { ProfileName } from '../../../generators/profile.js';
import type { RunningKernel } from '../../bridge/kernel/load.js';
import { openKernelLog } from '../../bridge/kernel/log.js';
import type { Batch } from '../plan.js';
import { threadsOf } from '../threads.js';
import {
  createKernelShard,
  type KernelBatch,
  type KernelMinimised,
  type KernelShard,
  type KernelSighting,
} from './kernel-shard.js';
import { LEGS } from './legs.js';

/** Plain data: it is sent to workers. */
export interface KernelSettings {
  readonly seed: string;
  readonly profile: ProfileName | 'all';
  /** By name. */
  readonly legs: readonly string[];
}

export type KernelRequest =
  | { readonly ask: 'batch'; readonly batch: Batch }
  | { readonly ask: 'minimise'; readonly sighting: Pick<KernelSighting, 'leg' | 'class' | 'index'> }
  | { readonly ask: 'end' };

export type KernelReply =
  | { readonly about: 'batch'; readonly result: KernelBatch }
  | { readonly about: 'minimise'; readonly result: KernelMinimised }
  /** The kernel cannot be asked from that thread, though it could from this one. */
  | { readonly about: 'unavailable'; readonly message: string };

export interface KernelExecutor {
  /** How many requests it works on at once. */
  readonly workers: number;
  batch(batch: Batch): Promise<KernelBatch>;
  minimise(sighting: KernelSighting): Promise<KernelMinimised>;
  /** Ends the threads, each of which closes what it has made in the kernel. */
  close(): Promise<void>;
}

/** The shard of settings, with a view of the kernel's log that `close` ends. */
export function openShard(
  { legs, ...settings }: KernelSettings,
  kernel: RunningKernel,
): { readonly shard: KernelShard; close(): void } {
  const log = openKernelLog();
  const chosen = LEGS.filter(({ name }) => legs.includes(name));
  return { shard: createKernelShard({ ...settings, legs: chosen }, kernel, log), close: () => log?.close() };
}

/** Asks from this thread, one request a turn of the event loop. */
export function localKernelExecutor({ shard, close }: ReturnType<typeof openShard>): KernelExecutor {
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    workers: 1,
    async batch(batch) {
      await turn();
      return shard.run(batch);
    },
    async minimise(sighting) {
      await turn();
      return shard.minimise(sighting);
    },
    close: () => Promise.resolve(close()),
  };
}

const ENTRY = new URL('./kernel-worker.js', import.meta.url);

/** Whether worker threads can run here: only from the built files. */
export function canUseKernelWorkers(): boolean {
  return existsSync(ENTRY);
}

/** Asks from `workers` threads. */
export function threadKernelExecutor(settings: KernelSettings, workers: number): KernelExecutor {
  const threads = threadsOf<KernelRequest, KernelReply>(ENTRY, settings, workers);
  const ask = async (request: KernelRequest): Promise<KernelReply> => {
    const reply = await threads.ask(request);
    if (reply.about === 'unavailable') throw new Error(reply.message);
    return reply;
  };
  const mixedUp = () => new Error('a worker answered another question');
  return {
    workers,
    async batch(batch) {
      const reply = await ask({ ask: 'batch', batch });
      if (reply.about !== 'batch') throw mixedUp();
      return reply.result;
    },
    async minimise({ leg, class: name, index }) {
      const reply = await ask({ ask: 'minimise', sighting: { leg, class: name, index } });
      if (reply.about !== 'minimise') throw mixedUp();
      return reply.result;
    },
    close: () => threads.close({ ask: 'end' }),
  };
}
