/**
 * Measures everything in one run. Machines are noisy, so the programs are cut into rounds, every round goes through all
 * stages and peers, and a figure is the median of its rounds.
 */
import { cpus, loadavg, release, type } from 'node:os';
import { createJudge } from '../oracles/judge.js';
import type { Batch, CampaignSettings } from '../src/campaign/plan.js';
import { createShard } from '../src/campaign/shard.js';
import { type Figure, median, Series, spentOn, unitOfWork } from './clock.js';
import { type KernelComparison, openPeer } from './kernel.js';
import { Pipelines, type Scaling } from './pipelines.js';
import { measureProcesses, type Processes } from './processes.js';
import { type Size, SizeCounter, samplesOf } from './sample.js';
import { measureShrinks, type Shrinking } from './shrinks.js';
import { createStages, judgeOptions, STAGE_NAMES, type StageName } from './stages.js';

export interface BenchRequest {
  readonly settings: CampaignSettings;
  /** Programs 0, 1, … of the seed. */
  readonly programs: number;
  /** Compare with the running kernel, where that is allowed. */
  readonly kernel: boolean;
  /** The built command, for what needs a process of its own; `undefined` if nothing is built. */
  readonly cli: string | undefined;
  readonly interrupted?: AbortSignal | undefined;
  /** Told what begins now. */
  readonly onProgress?: (text: string) => void;
}

/** Where it was measured, and how much of the machine this process got. */
export interface Place {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly system: string;
  /** Processes that wanted to run, the mean of the last minute: more than there are cores is a machine that is loaded. */
  readonly load: number;
  /** Processor time of the rounds in this process, divided by time on the wall. */
  readonly share: number;
}

export interface BenchResult {
  readonly settings: CampaignSettings;
  readonly rounds: number;
  readonly size: Size;
  /** Defects met, by subject. */
  readonly findings: number;
  readonly place: Place;
  /** Processor microseconds of one unit of work. */
  readonly unitMicros: number;
  readonly stages: Readonly<Record<StageName, Figure | undefined>>;
  /** Generate and judge one after the other, with containment and patches, in one worker as `fuzz` does it. */
  readonly pipeline: Figure | undefined;
  /** The pipeline ran in a thread of its own. */
  readonly inThread: boolean;
  /** Programs in a second of one core when every defect that was met is shrunk as well, once. With few programs that is most of it. */
  readonly withShrinking: number;
  readonly scaling: Scaling;
  readonly shrinking: Shrinking;
  readonly processes: Processes;
  readonly kernel: KernelComparison;
}

/** Rounds at most; each has at least one program. */
const ROUNDS = 5;
/** Programs that go through every stage, and through the two threads, before anything is measured; at most. */
const WARM_UP = { stages: 400, threads: 4000 } as const;

const INTERRUPTED = { available: false, reason: 'interrupted' } as const;

/** Runs all measurements. Interrupted, it ends after the round that has begun and leaves out what follows the rounds. */
export async function measure(request: BenchRequest): Promise<BenchResult> {
  const { settings, programs, interrupted } = request;
  const judge = createJudge(judgeOptions(settings));
  const shard = createShard(settings);
  const stages = createStages(settings);
  const series = new Map(STAGE_NAMES.map((name) => [name, new Series()]));
  const size = new SizeCounter();
  const units: number[] = [];
  const peer = await openPeer(shard, request.kernel);
  const pipelines = new Pipelines(settings);
  const say = (text: string) => request.onProgress?.(text);
  let clean = 0;
  const round = async (batch: Batch): Promise<void> => {
    const samples = samplesOf(batch, settings, judge);
    clean = samples.find(({ wrong }) => !wrong)?.index ?? clean;
    size.add(samples);
    units.push(await unitOfWork());
    for (const [name, each] of series) await each.measure(() => stages[name](samples));
    await pipelines.one(batch);
    // Programs of no other round, three times as many: one thread takes a third, two take the rest.
    await pipelines.compare({ from: programs + 3 * batch.from, count: batch.count });
    await peer.round(samples);
  };
  try {
    say('warming up');
    // Indices behind all those of the rounds.
    const first = 4 * programs;
    const known = samplesOf({ from: first, count: Math.min(WARM_UP.stages, programs) }, settings, judge);
    for (const name of STAGE_NAMES) stages[name](known);
    shard.run({ from: first, count: known.length }, false);
    await pipelines.warm({ from: first, count: Math.min(WARM_UP.threads, 4 * programs) });
    const spent = await spentOn(async () => {
      for (const [nth, batch] of roundsOf(programs).entries()) {
        if (interrupted?.aborted === true && nth > 0) break;
        say(`round ${nth + 1}: programs ${batch.from} to ${batch.from + batch.count - 1}`);
        await round(batch);
      }
    });
    const ended = interrupted?.aborted === true;
    const sightings = pipelines.sightings();
    if (!ended) say(`shrinking ${sightings.length} findings`);
    const shrinking = ended ? INTERRUPTED : await measureShrinks(shard, sightings);
    if (!ended && request.cli !== undefined) say(`fuzzing ${7 * programs} programs in processes of their own`);
    const processes = await processesOf(request, clean, ended);
    const pipeline = pipelines.figure();
    return {
      settings,
      rounds: units.length,
      size: size.size(),
      findings: sightings.length,
      place: placeOf(spent.cpu / spent.wall),
      unitMicros: median(units),
      stages: figuresOf(series),
      pipeline,
      inThread: pipelines.threads,
      withShrinking: rateWithShrinking(size.size().programs, pipeline, shrinking),
      scaling: pipelines.scaling(),
      shrinking,
      processes,
      kernel: peer.comparison(),
    };
  } finally {
    peer.close();
    await pipelines.close();
  }
}

/** The programs in rounds of the same size, give or take one. */
export function roundsOf(programs: number): readonly Batch[] {
  const at = (round: number) => Math.floor((round * programs) / ROUNDS);
  const rounds = Array.from({ length: ROUNDS }, (_, round) => ({ from: at(round), count: at(round + 1) - at(round) }));
  return rounds.filter(({ count }) => count > 0);
}

async function processesOf(request: BenchRequest, clean: number, ended: boolean): Promise<Processes> {
  if (ended) return INTERRUPTED;
  const { cli, settings, programs } = request;
  if (cli === undefined) return { available: false, reason: 'processes run from the built files only' };
  return measureProcesses(cli, settings, clean, programs);
}

function figuresOf(series: ReadonlyMap<StageName, Series>): Readonly<Record<StageName, Figure | undefined>> {
  const of = (name: StageName) => series.get(name)?.figure();
  return {
    generate: of('generate'),
    walk: of('walk'),
    record: of('record'),
    load: of('load'),
    bare: of('bare'),
    contained: of('contained'),
    judge: of('judge'),
    runs: of('runs'),
    hot: of('hot'),
  };
}

function rateWithShrinking(programs: number, pipeline: Figure | undefined, shrinking: Shrinking): number {
  const shrinkMicros = shrinking.available ? shrinking.totalMs * 1000 : 0;
  return (1e6 * programs) / (programs * (pipeline?.cpuMicros ?? 0) + shrinkMicros);
}

function placeOf(share: number): Place {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    node: process.version,
    system: `${type()} ${release()}`,
    load: loadavg()[0] ?? 0,
    share,
  };
}
