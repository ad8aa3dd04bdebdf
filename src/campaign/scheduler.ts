/** Runs tasks on a bounded number of workers and hands their results out in the order of the tasks. */
import pLimit from 'p-limit';

/**
 * Yields `run(task)` for every task, in task order, with at most `concurrency` running and a few more waiting, so that
 * neither endless task lists nor slow results make memory grow. No task is begun after `stopped()` is true; those that
 * have begun are finished and yielded, so what comes out is always a contiguous prefix.
 */
export async function* inOrder<T, R>(
  tasks: Iterable<T>,
  concurrency: number,
  run: (task: T) => Promise<R>,
  stopped: () => boolean,
): AsyncGenerator<R> {
  const limit = pLimit(concurrency);
  const window: Promise<Begun<R>>[] = [];
  // Once one task has not begun, none after it may: the prefix would have a hole.
  let closed = false;
  const begin = (task: T): Promise<Begun<R>> => {
    const outcome = limit(async (): Promise<Begun<R>> => {
      closed ||= stopped();
      return closed ? { begun: false } : { begun: true, result: await run(task) };
    });
    // A failure is met when its turn comes; should that never be, it must not count as unhandled.
    outcome.catch(() => undefined);
    return outcome;
  };
  const iterator = tasks[Symbol.iterator]();
  let exhausted = false;
  for (;;) {
    while (!exhausted && !closed && window.length < concurrency * 3) {
      const next = iterator.next();
      if (next.done === true) exhausted = true;
      else window.push(begin(next.value));
    }
    const head = window.shift();
    if (head === undefined) return;
    const outcome = await head;
    if (outcome.begun) yield outcome.result;
    else exhausted = true;
  }
}

type Begun<R> = { readonly begun: true; readonly result: R } | { readonly begun: false };
