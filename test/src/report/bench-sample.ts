/** A result of `bench` made by hand: one in which everything was measured, one in which nothing could be. */
import type { Figure } from '../../../bench/clock.js';
import type { BenchResult } from '../../../bench/measure.js';
import { SETTINGS } from '../campaign/samples.js';

const figure = (cpuMicros: number): Figure => ({
  cpuMicros,
  wallMicros: 2 * cpuMicros,
  perCoreSecond: 1e6 / cpuMicros,
  perSecond: 5e5 / cpuMicros,
  units: cpuMicros / 600,
});

const SIZE = { programs: 1000, verified: 990, instructions: 75.25, walked: 181, worlds: 7.5, executed: 344 };

export const MEASURED: BenchResult = {
  settings: SETTINGS,
  rounds: 5,
  size: SIZE,
  findings: 33,
  place: { cpu: 'Some CPU', cores: 2, node: 'v20.20.2', system: 'Linux 6.18.0', load: 9.44, share: 0.664 },
  unitMicros: 600,
  stages: {
    generate: figure(249),
    walk: figure(102),
    record: figure(150),
    load: figure(6.67),
    bare: figure(1053),
    contained: figure(1181),
    judge: figure(1700),
    runs: figure(0.159),
    hot: figure(0.0177),
  },
  pipeline: figure(2000),
  inThread: true,
  withShrinking: 246.4,
  scaling: { available: true, ratio: 1.923, one: 500, two: 961 },
  shrinking: {
    available: true,
    findings: 33,
    medianMs: 39.3,
    maxMs: 149,
    totalMs: 2059,
    instructionsBefore: 84.3,
    instructionsAfter: 12.7,
    minimal: 33,
  },
  processes: {
    available: true,
    start: { ms: 292.2, bareMs: 41.5 },
    resident: [
      { programs: 1000, rssMiB: 150 },
      { programs: 2000, rssMiB: 151 },
      { programs: 4000, rssMiB: 152 },
    ],
  },
  kernel: {
    available: true,
    spared: 188,
    notLoadable: { 'unknown-kfunc': 2 },
    accepted: 145,
    refused: 665,
    noVerdict: 0,
    asMainline: 810,
    size: { ...SIZE, programs: 145, instructions: 55 },
    loads: figure(155),
    refusals: figure(107),
    pipeline: figure(1550),
    ratio: 0.1,
  },
};

const absent = (reason: string) => ({ available: false, reason }) as const;

export const UNMEASURED: BenchResult = {
  ...MEASURED,
  stages: { ...MEASURED.stages, walk: undefined },
  pipeline: undefined,
  inThread: false,
  scaling: absent('no threads here'),
  shrinking: absent('no findings'),
  processes: absent('nothing is built'),
  kernel: absent('koffi is missing'),
};
