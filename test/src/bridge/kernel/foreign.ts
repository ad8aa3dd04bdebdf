/** A koffi whose bpf(2) is a function of the test: sees what a kernel would see, and answers with descriptors that exist. */
import { constants } from 'node:os';
import type { Host } from '../../../../src/bridge/kernel/bpf.js';

/** One call of bpf(2). */
export interface Call {
  readonly number: number;
  readonly command: number;
  readonly attr: DataView;
  /** Memory that a pointer in `attr` leads to. */
  at(offset: number, length: number): Uint8Array;
  /** Writes a number of 4 bytes into `attr` as the caller has it. */
  result(offset: number, value: number): void;
}

/** A descriptor, or the name of an error. */
export type Reply = number | 'EPERM' | 'EACCES' | 'EAGAIN' | 'ENOSYS' | 'EFAULT' | 'ENOENT';

const BASE = 0x10_0000_0000n;
type Koffi = Awaited<ReturnType<Host['loadKoffi']>>;

export interface Foreign {
  readonly koffi: Koffi;
  readonly calls: readonly Call[];
  readonly freed: () => number;
}

/** `reply` answers each call; it may write into the memory that it was given, e.g. a log. */
export function foreign(reply: (call: Call) => Reply): Foreign {
  const calls: Call[] = [];
  let errno = 0;
  let freed = 0;
  let bytes = new ArrayBuffer(0);
  const koffi: Koffi = {
    load: (path) => ({
      func(prototype) {
        if (path !== null || prototype !== 'long syscall(long, long, void *, unsigned long)')
          throw new Error(prototype);
        return (number, command, _memory, size) => {
          const attr = new DataView(bytes, 0, Number(size));
          const at = (offset: number, length: number) =>
            new Uint8Array(bytes, Number(attr.getBigUint64(offset, true) - BASE), length);
          // Attributes are written over by the next call.
          const call = {
            number: Number(number),
            command: Number(command),
            attr: new DataView(bytes.slice(0, Number(size))),
            at,
            result: (offset: number, value: number) => attr.setUint32(offset, value, true),
          };
          calls.push(call);
          const answer = reply(call);
          if (typeof answer === 'number') return answer;
          errno = constants.errno[answer];
          return -1;
        };
      },
    }),
    alloc(_type, length) {
      bytes = new ArrayBuffer(length);
      return MEMORY;
    },
    free: () => {
      freed++;
    },
    view: () => bytes,
    address: () => BASE,
    errno: () => errno,
  };
  return { koffi, calls, freed: () => freed };
}

const MEMORY = { native: true };

/** A Linux machine with that koffi. */
export function machine(koffi: Koffi, changed: Partial<Host> = {}): Host {
  return { platform: 'linux', arch: 'x64', read: () => '0\n', loadKoffi: () => Promise.resolve(koffi), ...changed };
}
