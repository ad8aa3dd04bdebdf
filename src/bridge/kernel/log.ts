/** What the kernel writes to its log while it is asked: warnings, such as the verifier's about itself. */
import { closeSync, constants, openSync, readSync } from 'node:fs';

/** One message of the kernel, with its syslog level (0 emergency … 4 warning … 7 debug). */
export interface KernelMessage {
  readonly level: number;
  readonly text: string;
}

export interface KernelLog {
  /** Warnings and worse that came since the last question; the lines of a dump are messages of their own. */
  warnings(): readonly KernelMessage[];
  close(): void;
}

const DEVICE = '/dev/kmsg';
const WARNING = 4;
/** A record is at most that long (kernel: PRINTK_MESSAGE_MAX). */
const RECORD = Buffer.alloc(1 << 13);

/** The log from now on, or `undefined` if this process may not read it. */
export function openKernelLog(device: string = DEVICE): KernelLog | undefined {
  let fd: number;
  try {
    fd = openSync(device, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  const warnings = (): readonly KernelMessage[] => {
    const found: KernelMessage[] = [];
    for (let record = nextRecord(fd); record !== undefined; record = nextRecord(fd)) {
      const message = parseRecord(record);
      if (message !== undefined && message.level <= WARNING) found.push(message);
    }
    return found;
  };
  warnings();
  return { warnings, close: () => closeSync(fd) };
}

/** `4,1234,5678,-;text` and what may follow in further lines (Documentation/ABI/testing/dev-kmsg). */
export function parseRecord(record: string): KernelMessage | undefined {
  const [, prefix, text] = /^(\d+),[^;]*;([^\n]*)/.exec(record) ?? [];
  return prefix === undefined || text === undefined ? undefined : { level: Number(prefix) & 7, text };
}

function nextRecord(fd: number): string | undefined {
  for (;;) {
    try {
      const length = readSync(fd, RECORD);
      return length === 0 ? undefined : RECORD.toString('utf8', 0, length);
    } catch (error) {
      // Records have been overwritten before they were read: the next question starts behind them.
      if (error instanceof Error && 'code' in error && error.code === 'EPIPE') continue;
      return undefined;
    }
  }
}
