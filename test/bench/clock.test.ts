/** Tests of what times are made of. None of them depends on how fast anything is. */
import { describe, expect, it } from 'vitest';
import { median, Series, spentOn, unitOfWork } from '../../bench/clock.js';

/** Keeps a processor busy for so many milliseconds of its time. */
function busy(ms: number): void {
  const begin = process.cpuUsage();
  for (;;) {
    const { user, system } = process.cpuUsage(begin);
    if (user + system >= ms * 1000) return;
  }
}

describe('median', () => {
  it('median is the middle value, the lower of two, and 0 of none', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2);
    expect(median([])).toBe(0);
  });
});

describe('spentOn', () => {
  it('spentOn counts the time of the processor, not of waiting', async () => {
    const waited = await spentOn(() => new Promise((resolve) => setTimeout(resolve, 60)));
    expect(waited.wall).toBeGreaterThan(50_000);
    expect(waited.cpu).toBeLessThan(waited.wall);
    const worked = await spentOn(() => busy(20));
    expect(worked.cpu).toBeGreaterThanOrEqual(20_000);
    expect(worked.wall).toBeGreaterThan(0);
  });
});

describe('unitOfWork', () => {
  it('unitOfWork takes some time', async () => {
    expect(await unitOfWork()).toBeGreaterThan(0);
  });
});

describe('Series', () => {
  it('Series gives medians an item, and what follows from them', async () => {
    const series = new Series();
    for (const items of [1, 2, 4]) {
      await series.measure(() => {
        busy(8);
        return items;
      });
    }
    const figure = series.figure();
    if (figure === undefined) throw new Error('nothing measured');
    // 8 ms for one item, two, four: the middle one is 4 ms an item, and what came on top of the 8.
    expect(figure.cpuMicros).toBeGreaterThanOrEqual(4000);
    expect(figure.perCoreSecond).toBeCloseTo(1e6 / figure.cpuMicros);
    expect(figure.perSecond).toBeCloseTo(1e6 / figure.wallMicros);
    expect(figure.units).toBeGreaterThan(0);
  });

  it('Series divides by the items', async () => {
    const series = new Series();
    await series.measure(() => {
      busy(8);
      return 1e6;
    });
    expect(series.figure()?.cpuMicros).toBeLessThan(8);
    expect(series.figure()?.wallMicros).toBeLessThan(8);
  });

  it('Series keeps nothing of rounds without items', async () => {
    const series = new Series();
    expect(series.figure()).toBeUndefined();
    await series.measure(() => 0);
    expect(series.figure()).toBeUndefined();
  });
});
