/** Progress on stderr: a bar on a terminal, a line every few seconds elsewhere. Never on stdout. */
import { Presets, SingleBar } from 'cli-progress';
import { number } from './table.js';
import type { Terminal } from './terminal.js';

/** How far a run is. */
export interface ProgressState {
  readonly programs: number;
  readonly findings: number;
  readonly newFindings: number;
}

export interface ProgressGoal {
  /** Programs wanted, if that is known. */
  readonly programs: number | undefined;
  /** Seconds after which the run ends by itself, if it does. */
  readonly seconds: number | undefined;
}

export interface ProgressDisplay {
  update(state: ProgressState): void;
  stop(): void;
}

/** Milliseconds between two lines. */
const EVERY = 3000;

/** A display for this terminal; a silent one if `quiet`. `now` is a clock in milliseconds. */
export function progressDisplay(
  terminal: Terminal,
  goal: ProgressGoal,
  quiet: boolean,
  now: () => number = () => performance.now(),
): ProgressDisplay {
  if (quiet) return { update: () => {}, stop: () => {} };
  const began = now();
  if (terminal.bar !== undefined) return bar(terminal.bar, goal, began, now);
  let last = began;
  return {
    update(state) {
      if (now() - last < EVERY) return;
      last = now();
      terminal.err.write(`${progressLine(state, goal, (last - began) / 1000)}\n`);
    },
    stop: () => {},
  };
}

function bar(stream: NodeJS.WritableStream, goal: ProgressGoal, began: number, now: () => number): ProgressDisplay {
  const single = new SingleBar(
    { stream, format: '{bar} {line}', barsize: 24, hideCursor: true, clearOnComplete: true, linewrap: false },
    Presets.shades_classic,
  );
  single.start(1000, 0, { line: '' });
  return {
    update(state) {
      const elapsed = (now() - began) / 1000;
      single.update(Math.floor(1000 * share(state, goal, elapsed)), { line: progressLine(state, goal, elapsed) });
    },
    stop: () => single.stop(),
  };
}

function share({ programs }: ProgressState, goal: ProgressGoal, elapsed: number): number {
  const byCount = goal.programs === undefined ? 0 : programs / goal.programs;
  const byTime = goal.seconds === undefined ? 0 : elapsed / goal.seconds;
  return Math.min(1, Math.max(byCount, byTime));
}

/** `1,024 of 6,000 programs, 812/s, about 6 s left, 3 findings (1 new)`. */
export function progressLine(state: ProgressState, goal: ProgressGoal, elapsed: number): string {
  const done = share(state, goal, elapsed);
  const of = goal.programs === undefined ? '' : ` of ${number(goal.programs)}`;
  const rate = elapsed > 0 ? Math.round(state.programs / elapsed) : 0;
  const left = done > 0 && done < 1 ? `, about ${span((elapsed * (1 - done)) / done)} left` : '';
  const fresh = state.newFindings > 0 ? ` (${state.newFindings} new)` : '';
  return `${number(state.programs)}${of} programs, ${number(rate)}/s${left}, ${state.findings} findings${fresh}`;
}

function span(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
