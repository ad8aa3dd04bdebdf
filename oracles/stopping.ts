/**
 * Stops programs between their throws: runs a world again up to each of its stop points, and lets the judge see what every
 * subject cleans up there. Plainly right and slow: a run per stop point and, for a design that rewrites, another one.
 */
import type { StopAt } from '../src/contract/prepared.js';
import type { Program } from '../src/isa/program.js';
import { fineStop, isStopPoint } from '../src/isa/stop-points.js';
import type { Prepared } from '../src/subjects/subject.js';
import { HarnessBug } from './harness-bug.js';
import { Machine } from './machine/machine.js';
import { fixedWorld, type StopPoint, type World } from './world.js';

/**
 * Stop points tried in one run at most; of a longer run those of the first visits of each instruction, of all instructions
 * equally many visits but at least one.
 */
const STOPS = 256;

/** Stops the original program; kept from program to program. */
export class Stopping {
  readonly machine = new Machine();
  #eligible: Uint8Array = new Uint8Array(0);
  #visits: Int32Array = new Int32Array(0);

  /** Decodes a program that is to be stopped at the points of a granularity. */
  load(program: Program, stopAt: StopAt): void {
    const at = fineStop(stopAt);
    this.machine.load({ program });
    this.#eligible = new Uint8Array(program.length);
    this.#visits = new Int32Array(program.length);
    for (let pc = 0; pc < program.length; pc++) {
      if (at !== undefined && isStopPoint(program, pc, at)) this.#eligible[pc] = 1;
    }
  }

  /** The stop points of the run in a world, in the order in which it passes them. */
  points(world: World): readonly StopPoint[] {
    const { machine } = this;
    const visits = this.#visits.fill(0);
    const points: StopPoint[] = [];
    machine.observer = (pc) => {
      if (this.#eligible[pc] !== 1) return;
      const visit = (visits[pc] ?? 0) + 1;
      visits[pc] = visit;
      points.push({ pc, visit });
    };
    machine.run(fixedWorld(world), world.fuel);
    machine.observer = undefined;
    return points.length <= STOPS ? points : fewer(points);
  }

  /** Runs up to a stop point; the machine then stands there. Throws a HarnessBug if it does not get there. */
  stop(world: World, point: StopPoint): Machine {
    this.machine.run(fixedWorld(world), world.fuel, point);
    if (this.machine.outcome.how !== 'stop') {
      throw new HarnessBug(`the run passes pc ${point.pc} but does not stop at its visit ${point.visit}`);
    }
    return this.machine;
  }
}

/** Visits of an inserted slot that are tried in one run at most. */
const WINDOW_VISITS = 4;

/** Stops a rewrite within what its design has inserted; `stopped` is called at each stop. */
export function stopInWindows(
  machine: Machine,
  { pcMap, program }: Pick<Prepared, 'pcMap' | 'program'>,
  world: World,
  stopped: () => void,
): void {
  for (let slot = 0; slot < program.length; slot++) {
    if ((pcMap.toOriginal[slot] ?? -1) !== -1 || machine.reached[slot] !== 1) continue;
    for (let visit = 1; visit <= WINDOW_VISITS; visit++) {
      machine.runToSlot(fixedWorld(world), world.fuel, slot, visit);
      if (machine.outcome.how !== 'stop') break;
      stopped();
    }
  }
}

/** As many first visits of every instruction as make `STOPS` points at most, but one at least. */
function fewer(points: readonly StopPoint[]): readonly StopPoint[] {
  const counts: number[] = [];
  for (const { visit } of points) counts[visit] = (counts[visit] ?? 0) + 1;
  let most = 1;
  for (let sum = counts[1] ?? 0; sum + (counts[most + 1] ?? 0) <= STOPS; most++) sum += counts[most + 1] ?? 0;
  return points.filter(({ visit }) => visit <= most);
}
