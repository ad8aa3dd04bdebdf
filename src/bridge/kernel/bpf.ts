/**
 * bpf(2) of the running kernel, through koffi: loads programs and BTF, makes ring buffers, runs programs on a made-up packet,
 * counts what is loaded, and nothing else. Nothing is ever attached or pinned, so that all of it is gone when its descriptors
 * are closed, at the latest when this process ends.
 *
 * Layout of the attributes: union bpf_attr of include/uapi/linux/bpf.h (Linux 6.18).
 */
import { closeSync, readFileSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';
import { type Available, unavailable } from './unavailable.js';

/** A program as bpf(BPF_PROG_LOAD) takes it. */
export interface ProgramImage {
  /** 8-byte slots with this kernel's kfunc ids and map descriptors in them. */
  readonly slots: Uint8Array;
  /** Its BTF and, for each subprogram in order, its first slot and the id of its function type. */
  readonly btf?: {
    readonly fd: number;
    readonly functions: readonly { readonly slot: number; readonly type: number }[];
  };
}

/** A new descriptor, or the name of the error (`EACCES`); `log` is what the verifier said, if it was asked to. */
export type BpfAnswer =
  | { readonly ok: true; readonly fd: number }
  | { readonly ok: false; readonly errno: string; readonly log: string };

/** What a test run left: R0 (or the cookie of a throw), lower half, and `__sk_buff.cb[0..4]`. */
export type RunAnswer =
  | { readonly ok: true; readonly retval: number; readonly cb: readonly number[] }
  | { readonly ok: false; readonly errno: string };

/** Objects that the kernel has, of all processes. */
export interface Loaded {
  readonly programs: number;
  readonly maps: number;
  readonly btf: number;
}

export interface Bpf {
  /** Verifies and compiles a program of type SCHED_CLS. With `log` the verifier writes its trace, which is slow. */
  loadProgram(image: ProgramImage, log?: boolean): BpfAnswer;
  loadBtf(bytes: Uint8Array): BpfAnswer;
  /** A ring buffer of so many bytes. */
  createRing(bytes: number): BpfAnswer;
  /** Runs a program once, in this process, on an empty packet; `cb` are the five words of the context. */
  testRun(fd: number, cb: readonly number[]): RunAnswer;
  /** Counts what is loaded. */
  count(): Loaded;
  /** Closes a descriptor that one of the above gave. */
  close(fd: number): void;
  /** Closes all that are open and frees the memory; nothing may be called afterwards. */
  dispose(): void;
}

/** What is asked of the machine; tests have others. */
export interface Host {
  readonly platform: string;
  readonly arch: string;
  /** Content of a small file of /proc, or `undefined`. */
  read(path: string): string | undefined;
  loadKoffi(): Promise<typeof import('koffi')>;
}

/** By `process.arch`: the number of bpf(2). Only 64-bit little-endian processors. */
const SYSCALL: Readonly<Record<string, number>> = { x64: 321, arm64: 280, riscv64: 280, loong64: 280 };

const COMMAND = {
  mapCreate: 0,
  progLoad: 5,
  testRun: 10,
  nextProgram: 11,
  nextMap: 12,
  btfLoad: 18,
  nextBtf: 23,
} as const;
const SCHED_CLS = 3;
const RINGBUF = 27;

/** Where things are in the memory that the kernel reads and writes; sizes in bytes. */
const ATTR = { at: 0, size: 256 } as const;
const LICENSE = { at: 256, text: 'GPL\0' } as const;
const FUNCTIONS = { at: 512, size: 3584 } as const;
const DATA = { at: 4096, size: 1 << 19 } as const;
const LOG = { at: DATA.at + DATA.size, size: 1 << 20 } as const;
const MEMORY = LOG.at + LOG.size;
const FUNCTION_BYTES = 8;
/** A test run: an empty packet of the smallest size (ETH_ZLEN), and `struct __sk_buff` with its `cb` words. */
const PACKET_BYTES = 60;
const SK_BUFF = { size: 192, cb: 48, words: 5 } as const;
/** Where the context of a test run is in the data. */
const CONTEXT_AT = DATA.at + 512;
/** Objects of one sort that are counted at most. */
const MOST_COUNTED = 1 << 20;
/** Times that a load is repeated which a signal has interrupted, as libbpf does. */
const ATTEMPTS = 5;

const EXIT_AT_ONCE = Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);

/** bpf(2), tried once with the smallest program, or why it cannot be used here. Never throws. */
export async function openBpf(host: Host = thisHost()): Promise<Available<Bpf>> {
  if (host.platform !== 'linux') return unavailable('not-linux', `bpf(2) is Linux only; this is ${host.platform}`);
  const number = SYSCALL[host.arch];
  if (number === undefined) return unavailable('architecture', `the number of bpf(2) on ${host.arch} is not known`);
  if (host.read('/proc/sys/kernel/panic_on_warn')?.trim() === '1') {
    return unavailable(
      'would-panic',
      'kernel.panic_on_warn is 1: a warning of the verifier would take this machine down',
    );
  }
  let koffi: typeof import('koffi');
  try {
    koffi = await host.loadKoffi();
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return unavailable('no-koffi', `the optional package koffi does not load (npm install koffi): ${why}`);
  }
  const bpf = bpfThrough(koffi, number);
  const first = bpf.loadProgram({ slots: EXIT_AT_ONCE });
  if (first.ok) {
    bpf.close(first.fd);
    return { ok: true, value: bpf };
  }
  bpf.dispose();
  if (first.errno === 'ENOSYS') return unavailable('no-bpf', 'this kernel has no bpf(2)');
  return unavailable('no-permission', `bpf(2) refuses a program that does nothing: ${first.errno} (root is needed)`);
}

function thisHost(): Host {
  return {
    platform: process.platform,
    arch: process.arch,
    read(path) {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return undefined;
      }
    },
    loadKoffi: () => import('koffi'),
  };
}

function bpfThrough(koffi: typeof import('koffi'), number: number): Bpf {
  const syscall = koffi.load(null).func('long syscall(long, long, void *, unsigned long)');
  const memory = koffi.alloc('uint8_t', MEMORY);
  const base = koffi.address(memory);
  const bytes = new Uint8Array(koffi.view(memory, MEMORY));
  const view = new DataView(bytes.buffer);
  const open = new Set<number>();
  bytes.set(new TextEncoder().encode(LICENSE.text), LICENSE.at);
  const u32 = (at: number, value: number) => view.setUint32(ATTR.at + at, value, true);
  const pointer = (at: number, to: number) => view.setBigUint64(ATTR.at + at, base + BigInt(to), true);
  const put = (data: Uint8Array): void => {
    if (data.length > DATA.size) throw new RangeError(`${data.length} bytes; bpf(2) is given ${DATA.size} at most`);
    bytes.set(data, DATA.at);
  };
  const logText = (): string => {
    const end = bytes.indexOf(0, LOG.at);
    return new TextDecoder().decode(bytes.subarray(LOG.at, end < 0 ? MEMORY : end));
  };
  const ask = (command: number, size: number, logged: boolean): BpfAnswer => {
    for (let attempt = 1; ; attempt++) {
      const fd = Number(syscall(number, command, memory, size));
      if (fd >= 0) {
        open.add(fd);
        return { ok: true, fd };
      }
      const errno = errorName(koffi.errno());
      if ((errno === 'EAGAIN' || errno === 'EINTR') && attempt < ATTEMPTS) continue;
      return { ok: false, errno, log: logged ? logText() : '' };
    }
  };
  const begin = () => bytes.fill(0, ATTR.at, ATTR.at + ATTR.size);
  const close = (fd: number): void => {
    if (open.delete(fd)) closeSync(fd);
  };
  return {
    loadProgram({ slots, btf }, log = false) {
      begin();
      put(slots);
      u32(0, SCHED_CLS);
      u32(4, slots.length / 8);
      pointer(8, DATA.at);
      pointer(16, LICENSE.at);
      if (log) {
        bytes[LOG.at] = 0;
        u32(24, 1);
        u32(28, LOG.size);
        pointer(32, LOG.at);
      }
      if (btf !== undefined) {
        if (btf.functions.length * FUNCTION_BYTES > FUNCTIONS.size) throw new RangeError('too many subprograms');
        btf.functions.forEach(({ slot, type }, index) => {
          view.setUint32(FUNCTIONS.at + index * FUNCTION_BYTES, slot, true);
          view.setUint32(FUNCTIONS.at + index * FUNCTION_BYTES + 4, type, true);
        });
        u32(72, btf.fd);
        u32(76, FUNCTION_BYTES);
        pointer(80, FUNCTIONS.at);
        u32(88, btf.functions.length);
      }
      return ask(COMMAND.progLoad, 152, log);
    },
    loadBtf(data) {
      begin();
      put(data);
      pointer(0, DATA.at);
      u32(16, data.length);
      return ask(COMMAND.btfLoad, 28, false);
    },
    createRing(size) {
      begin();
      u32(0, RINGBUF);
      u32(12, size);
      return ask(COMMAND.mapCreate, 72, false);
    },
    testRun(fd, cb) {
      begin();
      bytes.fill(0, DATA.at, CONTEXT_AT + SK_BUFF.size);
      cb.slice(0, SK_BUFF.words).forEach((word, index) => {
        view.setUint32(CONTEXT_AT + SK_BUFF.cb + 4 * index, word >>> 0, true);
      });
      u32(0, fd);
      u32(8, PACKET_BYTES);
      pointer(16, DATA.at);
      u32(32, 1);
      u32(40, SK_BUFF.size);
      u32(44, SK_BUFF.size);
      pointer(48, CONTEXT_AT);
      pointer(56, CONTEXT_AT);
      if (Number(syscall(number, COMMAND.testRun, memory, 80)) < 0) {
        return { ok: false, errno: errorName(koffi.errno()) };
      }
      const word = (index: number) => view.getUint32(CONTEXT_AT + SK_BUFF.cb + 4 * index, true);
      return { ok: true, retval: view.getUint32(ATTR.at + 4, true), cb: [0, 1, 2, 3, 4].map(word) };
    },
    count() {
      const all = (command: number): number => {
        let id = 0;
        for (let count = 0; count < MOST_COUNTED; count++) {
          begin();
          u32(0, id);
          if (Number(syscall(number, command, memory, 12)) < 0) return count;
          id = view.getUint32(ATTR.at + 4, true);
        }
        return MOST_COUNTED;
      };
      return { programs: all(COMMAND.nextProgram), maps: all(COMMAND.nextMap), btf: all(COMMAND.nextBtf) };
    },
    close,
    dispose() {
      for (const fd of open) close(fd);
      koffi.free(memory);
    },
  };
}

/** `EACCES`; 524 is ENOTSUPP, which only the kernel knows. */
function errorName(errno: number): string {
  return errno === 524 ? 'ENOTSUPP' : getSystemErrorName(-errno);
}
