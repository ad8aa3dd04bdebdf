import { describe, expect, it } from 'vitest';
import { benchJson } from '../../../src/report/bench-json.js';
import { MEASURED, UNMEASURED } from './bench-sample.js';

describe('benchJson', () => {
  it('benchJson keeps all that depends on the machine under timing', () => {
    const { timing, ...same } = benchJson(MEASURED);
    expect(Object.keys(same)).toEqual(['seed', 'profile', 'programs', 'settings', 'size', 'findings']);
    expect(same).toMatchObject({ seed: '1', profile: 'default', programs: 1000, findings: 33 });
    expect(timing).toMatchObject({
      place: MEASURED.place,
      rounds: 5,
      unitMicros: 600,
      stages: { hot: { cpuMicros: 0.0177 } },
      pipeline: { inThread: true, figure: { perCoreSecond: 500 }, perCoreSecondWithShrinking: 246.4 },
      twoThreads: { ratio: 1.923 },
      shrinking: { medianMs: 39.3 },
      processes: { resident: [{ rssMiB: 150 }, {}, {}] },
      kernel: { accepted: 145, ratio: 0.1, loads: { cpuMicros: 155 } },
    });
  });

  it('benchJson says null or a reason for what was not measured', () => {
    const { timing } = benchJson(UNMEASURED);
    expect(timing.stages).toHaveProperty('walk', null);
    expect(timing.pipeline.figure).toBeNull();
    expect(timing.kernel).toEqual({ available: false, reason: 'koffi is missing' });
    const { kernel } = MEASURED;
    if (!kernel.available) throw new Error('no sample');
    const none = { ...kernel, loads: undefined, refusals: undefined, pipeline: undefined, ratio: undefined };
    expect(benchJson({ ...MEASURED, kernel: none }).timing.kernel).toMatchObject({ loads: null, ratio: null });
  });
});
