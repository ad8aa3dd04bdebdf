/** The answer of `bench` in JSON: what was measured on first, then everything that depends on the machine and the moment. */
import type { BenchResult } from '../../bench/measure.js';

/** What is not measured is null, or an object with `available: false` and the reason. */
export function benchJson(result: BenchResult) {
  const { settings, size, findings, stages, pipeline, kernel, ...measured } = result;
  const { rounds, place, unitMicros, inThread, withShrinking, scaling, shrinking, processes } = measured;
  return {
    seed: settings.seed,
    profile: settings.profile,
    programs: size.programs,
    settings: {
      subjects: settings.subjects,
      stopAt: settings.stopAt,
      pruning: settings.pruning,
      worlds: settings.worlds,
      fuel: settings.fuel,
      containment: settings.containment,
    },
    size,
    findings,
    timing: {
      place,
      rounds,
      unitMicros,
      stages: Object.fromEntries(Object.entries(stages).map(([name, figure]) => [name, figure ?? null])),
      pipeline: { inThread, figure: pipeline ?? null, perCoreSecondWithShrinking: withShrinking },
      twoThreads: scaling,
      shrinking,
      processes,
      kernel: kernel.available
        ? {
            ...kernel,
            loads: kernel.loads ?? null,
            refusals: kernel.refusals ?? null,
            pipeline: kernel.pipeline ?? null,
            ratio: kernel.ratio ?? null,
          }
        : kernel,
    },
  };
}
