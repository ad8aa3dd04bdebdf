/**
 * Full garbage collections at fixed points. V8 lets the heap of a thread grow for as long as there is memory, so the
 * resident set of a long run would follow its laziness instead of what is kept. Each is dear: V8 gives up machine code, too, and
 * makes it anew over the next few hundred programs.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Programs between two collections in a thread. */
const INTERVAL = 8192;

/** To be told how many programs a thread has judged since the last time; collects when there were enough. */
export function periodicCollector(
  interval: number = INTERVAL,
  collect: () => void = fullCollection(),
): (programs: number) => void {
  let left = interval;
  return (programs) => {
    left -= programs;
    if (left > 0) return;
    left = interval;
    collect();
  };
}

/** V8's own full collection; it is hidden behind a flag. */
export function fullCollection(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  return typeof collect === 'function' ? () => void collect() : () => {};
}
