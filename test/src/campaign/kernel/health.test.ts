import { describe, expect, it } from 'vitest';
import type { RunningKernel } from '../../../../src/bridge/kernel/load.js';
import { healthOf } from '../../../../src/campaign/kernel/health.js';

const kernel: RunningKernel = {
  translate: () => ({ ok: false, reason: 'unknown-kfunc', detail: '' }),
  load: () => ({ verdict: 'accepted' }),
  run: () => undefined,
  count: () => ({ programs: 3, maps: 2, btf: 1 }),
  close: () => {},
};

describe('healthOf', () => {
  it('healthOf has what is loaded, and memory in MiB', () => {
    const meminfo = () => 'MemTotal:   1 kB\nMemAvailable:   20480 kB\nSlab:   1000 kB\n';
    expect(healthOf(kernel, meminfo)).toEqual({
      programs: 3,
      maps: 2,
      btf: 1,
      availableMiB: 20,
      slabMiB: 1,
      vmallocMiB: undefined,
    });
    expect(healthOf(kernel, () => '').availableMiB).toBeUndefined();
  });
});
