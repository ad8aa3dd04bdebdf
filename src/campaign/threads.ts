/** A pool of worker threads that answer one request each at a time; which thread answers makes no difference. */
import { Worker } from 'node:worker_threads';

/**
 * Space for young objects of a thread. Programs die young by the thousand: with the default the resident set follows how
 * lazily V8 collects, not what is kept.
 */
const NURSERY_MIB = 32;

export interface Threads<Request, Reply> {
  /** Waits for a thread that is free. Fails if that thread dies over it. */
  ask(request: Request): Promise<Reply>;
  /** Ends all threads: each is told `farewell` and waited for, to end by itself; without one it is cut off. */
  close(farewell?: Request): Promise<void>;
}

interface Thread<Reply> {
  readonly worker: Worker;
  readonly ended: Promise<void>;
  answer: ((reply: Reply) => void) | undefined;
  fail: ((error: Error) => void) | undefined;
}

/** At most `workers` threads, begun when they are first needed; `entry` is a built file that answers each message with one. */
export function threadsOf<Request, Reply>(entry: URL, workerData: unknown, workers: number): Threads<Request, Reply> {
  const idle: Thread<Reply>[] = [];
  const all: Thread<Reply>[] = [];
  const waiting: ((thread: Thread<Reply>) => void)[] = [];
  let closing = false;
  const start = (): Thread<Reply> => {
    const worker = new Worker(entry, {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: NURSERY_MIB },
      // Descriptors of bpf(2) come from outside fs: a thread that tracked its own would complain when it closes them.
      trackUnmanagedFds: false,
    });
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const thread: Thread<Reply> = { worker, ended, answer: undefined, fail: undefined };
    worker.on('message', (reply: Reply) => thread.answer?.(reply));
    worker.on('error', (error) => thread.fail?.(error));
    worker.on('exit', (code) => {
      if (!closing) thread.fail?.(new Error(`a worker thread ended with code ${code}`));
    });
    all.push(thread);
    return thread;
  };
  const acquire = (): Promise<Thread<Reply>> => {
    const free = idle.pop() ?? (all.length < workers ? start() : undefined);
    return free === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(free);
  };
  const release = (thread: Thread<Reply>): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(thread);
    else next(thread);
  };
  return {
    async ask(request) {
      const thread = await acquire();
      const reply = await new Promise<Reply>((resolve, reject) => {
        thread.answer = resolve;
        thread.fail = reject;
        thread.worker.postMessage(request);
      });
      release(thread);
      return reply;
    },
    async close(farewell) {
      closing = true;
      await Promise.all(
        all.map(async ({ worker, ended }) => {
          if (farewell === undefined) await worker.terminate();
          else {
            worker.postMessage(farewell);
            await ended;
          }
        }),
      );
    },
  };
}
