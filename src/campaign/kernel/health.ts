/** How the kernel is: what is loaded and how much memory it has given out. Before and after a run they should be the same. */
import { readFileSync } from 'node:fs';
import type { Loaded } from '../../bridge/kernel/bpf.js';
import type { RunningKernel } from '../../bridge/kernel/load.js';

export interface Health extends Loaded {
  /** From /proc/meminfo, MiB; `undefined` where that cannot be read. */
  readonly availableMiB: number | undefined;
  readonly slabMiB: number | undefined;
  readonly vmallocMiB: number | undefined;
}

/** The health of the kernel that is asked. */
export function healthOf(kernel: RunningKernel, meminfo: () => string = readMeminfo): Health {
  const text = meminfo();
  const mib = (field: string): number | undefined => {
    const [, kib] = new RegExp(`^${field}: +(\\d+) kB$`, 'm').exec(text) ?? [];
    return kib === undefined ? undefined : Math.round(Number(kib) / 1024);
  };
  return {
    ...kernel.count(),
    availableMiB: mib('MemAvailable'),
    slabMiB: mib('Slab'),
    vmallocMiB: mib('VmallocUsed'),
  };
}

function readMeminfo(): string {
  try {
    return readFileSync('/proc/meminfo', 'utf8');
  } catch {
    return '';
  }
}
