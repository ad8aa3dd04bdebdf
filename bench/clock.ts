/**
 * How long work takes, as what can be compared: processor time beside time on the wall, medians over rounds, and multiples
 * of a fixed piece of work that is measured in between.
 */
import { createHash } from 'node:crypto';

/** Microseconds: of processors on behalf of this process (all its threads, system calls included), and on the wall. */
export interface Spent {
  readonly cpu: number;
  readonly wall: number;
}

/** What a piece of work takes. */
export async function spentOn(work: () => void | Promise<void>): Promise<Spent> {
  const cpu = process.cpuUsage();
  const wall = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { cpu: user + system, wall: (performance.now() - wall) * 1000 };
}

/** The middle value; of an even number the lower of the two in the middle. 0 of none. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1] ?? 0;
}

const MIB = new Uint8Array(2 ** 20);
const REPEATS = 5;

/** Processor microseconds of the fixed piece of work, one SHA-256 of 1 MiB by Node's own crypto: the median of several. */
export async function unitOfWork(): Promise<number> {
  const times: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    times.push((await spentOn(() => void createHash('sha256').update(MIB).digest())).cpu);
  }
  return median(times);
}

/** One kind of work over all rounds, per item of it. */
export interface Figure {
  /** Median microseconds an item. */
  readonly cpuMicros: number;
  readonly wallMicros: number;
  /** Items in a second of one core, by `cpuMicros`. */
  readonly perCoreSecond: number;
  /** Items in a second on the wall. */
  readonly perSecond: number;
  /** Units of work an item. */
  readonly units: number;
}

/** Collects what rounds of one kind of work took. */
export class Series {
  readonly #cpu: number[] = [];
  readonly #wall: number[] = [];
  readonly #units: number[] = [];

  /** Runs the work, which says how many items it did; of none nothing is kept. */
  async measure(work: () => number | Promise<number>): Promise<void> {
    const unit = await unitOfWork();
    let items = 0;
    const spent = await spentOn(async () => {
      items = await work();
    });
    if (items === 0) return;
    this.#cpu.push(spent.cpu / items);
    this.#wall.push(spent.wall / items);
    this.#units.push(spent.cpu / items / unit);
  }

  /** `undefined` if nothing was measured. */
  figure(): Figure | undefined {
    if (this.#cpu.length === 0) return undefined;
    const [cpuMicros, wallMicros] = [median(this.#cpu), median(this.#wall)];
    return {
      cpuMicros,
      wallMicros,
      perCoreSecond: 1e6 / cpuMicros,
      perSecond: 1e6 / wallMicros,
      units: median(this.#units),
    };
  }
}
