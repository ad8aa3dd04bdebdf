/** Sums of what one leg was told: plain data, so that those of several workers can be added up. */
import type { Answer, Leg, LegGroup } from './legs.js';

/** `compared` = agreements + disagreements. */
export interface LegTally {
  readonly leg: string;
  readonly group: LegGroup;
  readonly target: number;
  compared: number;
  agreed: number;
  /** Disagreements of a known class: counted in `compared`, and in `agreed` not. */
  known: number;
  /** How they agreed, how often. */
  readonly how: Record<string, number>;
  readonly classes: Record<string, number>;
  readonly notCompared: Record<string, number>;
}

export function emptyLegTally({ name, group, target }: Pick<Leg, 'name' | 'group' | 'target'>): LegTally {
  return { leg: name, group, target, compared: 0, agreed: 0, known: 0, how: {}, classes: {}, notCompared: {} };
}

export function addAnswer(tally: LegTally, answer: Answer): void {
  switch (answer.is) {
    case 'agree':
      tally.compared++;
      tally.agreed++;
      count(tally.how, answer.how);
      break;
    case 'disagree':
      tally.compared++;
      if (answer.known !== undefined) tally.known++;
      count(tally.classes, answer.class);
      break;
    case 'not-compared':
      count(tally.notCompared, answer.reason);
      break;
    case 'kernel-failed':
      count(tally.notCompared, `the kernel failed: ${answer.errno}`);
  }
}

/** Adds the sums of `more` to those of the same leg. */
export function mergeLegTally(into: LegTally, more: LegTally): void {
  into.compared += more.compared;
  into.agreed += more.agreed;
  into.known += more.known;
  for (const sums of ['how', 'classes', 'notCompared'] as const) {
    for (const [key, times] of Object.entries(more[sums])) count(into[sums], key, times);
  }
}

/** Of fewer programs a share says little. */
const ENOUGH = 1000;

/** Whether a leg agrees less than it should. */
export function isBelowTarget({ compared, agreed, target }: LegTally): boolean {
  return compared >= ENOUGH && agreed < target * compared;
}

/** Counts what a leg was not asked about. */
export function skip(tally: LegTally, reason: string): void {
  count(tally.notCompared, reason);
}

function count(sums: Record<string, number>, key: string, times = 1): void {
  sums[key] = (sums[key] ?? 0) + times;
}
