/** The whole pipeline as `fuzz` runs it: in one worker thread, and two threads against one. */
import { canUseWorkers, type Executor, localExecutor, threadExecutor } from '../src/campaign/executor.js';
import { type Batch, batchesOf, type CampaignSettings } from '../src/campaign/plan.js';
import type { Sighting } from '../src/campaign/shard.js';
import { type Figure, median, Series, spentOn } from './clock.js';

/** Programs a message when two threads are compared with one: few, so that both end at the same time. */
const SMALL_BATCH = 4;

/** `ratio`: programs a second of two threads on the wall, divided by that of one; medians over rounds. */
export type Scaling =
  | { readonly available: true; readonly ratio: number; readonly one: number; readonly two: number }
  | { readonly available: false; readonly reason: string };

/** Runs batches of programs in two threads, or in this one where the built files are missing. */
export class Pipelines {
  readonly threads: boolean;
  readonly #executor: Executor;
  readonly #series = new Series();
  readonly #rates: { readonly one: number; readonly two: number }[] = [];
  readonly #sightings = new Map<string, Sighting>();

  constructor(settings: CampaignSettings) {
    this.threads = canUseWorkers();
    this.#executor = this.threads ? threadExecutor(settings, 2) : localExecutor(settings);
  }

  /** Lets every thread judge programs before anything is measured: V8 takes some thousand to make its best code. */
  async warm(batch: Batch): Promise<void> {
    await drain(this.#executor, this.#executor.workers, batch);
  }

  /** Measures one worker on a batch. */
  async one(batch: Batch): Promise<void> {
    await this.#series.measure(async () => {
      for (const sighting of await drain(this.#executor, 1, batch)) {
        const key = `${sighting.subject} ${sighting.defect}`;
        if (!this.#sightings.has(key)) this.#sightings.set(key, sighting);
      }
      return batch.count;
    });
  }

  /** Measures one thread on a batch and two threads on the twice as many programs behind it. */
  async compare({ from, count }: Batch): Promise<void> {
    if (!this.threads) return;
    const rate = async (threads: number, batch: Batch): Promise<number> => {
      const { wall } = await spentOn(async () => void (await drain(this.#executor, threads, batch, SMALL_BATCH)));
      return (1e6 * batch.count) / wall;
    };
    this.#rates.push({
      one: await rate(1, { from, count }),
      two: await rate(2, { from: from + count, count: 2 * count }),
    });
  }

  /** A program of one worker. */
  figure(): Figure | undefined {
    return this.#series.figure();
  }

  scaling(): Scaling {
    if (this.#rates.length === 0) return { available: false, reason: 'threads run from the built files only' };
    return {
      available: true,
      ratio: median(this.#rates.map(({ one, two }) => two / one)),
      one: median(this.#rates.map(({ one }) => one)),
      two: median(this.#rates.map(({ two }) => two)),
    };
  }

  /** The first program of each defect that `one` met. */
  sightings(): readonly Sighting[] {
    return [...this.#sightings.values()];
  }

  close(): Promise<void> {
    return this.#executor.close();
  }
}

/** Keeps so many threads busy until all programs are judged; a crash is a bug of ours and throws. */
async function drain(executor: Executor, threads: number, batch: Batch, size?: number): Promise<readonly Sighting[]> {
  const batches = batchesOf(batch.from, batch.count, size);
  const sightings: Sighting[] = [];
  const work = async (): Promise<void> => {
    for (const each of batches) {
      const { crash, sightings: seen } = await executor.batch(each, false);
      if (crash !== undefined) throw new Error(`program ${crash.index}, ${crash.stage}: ${crash.stack}`);
      sightings.push(...seen);
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
  return sightings;
}
