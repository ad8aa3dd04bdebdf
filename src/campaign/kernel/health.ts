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
export function healthOf(kernel: Pick<RunningKernel, 'count'>, meminfo: () => string = readMeminfo): Health {
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

/** Longest wait for the kernel to free what was closed, and how often it is looked at. */
const SETTLES = { withinMs: 5000, everyMs: 50 } as const;

/** The health once all is gone that was made since `before`: the kernel frees programs and maps a while after they are closed. */
export async function settledHealthOf(kernel: Pick<RunningKernel, 'count'>, before: Health): Promise<Health> {
  const settled = ({ programs, maps, btf }: Health) =>
    programs <= before.programs && maps <= before.maps && btf <= before.btf;
  let now = healthOf(kernel);
  for (let waited = 0; !settled(now) && waited < SETTLES.withinMs; waited += SETTLES.everyMs) {
    await new Promise<void>((resolve) => setTimeout(resolve, SETTLES.everyMs));
    now = healthOf(kernel);
  }
  return now;
}

function readMeminfo(): string {
  try {
    return readFileSync('/proc/meminfo', 'utf8');
  } catch {
    return '';
  }
}
