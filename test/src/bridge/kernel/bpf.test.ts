/** Tests of bpf(2): what each command is given, what becomes of each answer, and every reason for which there is none. */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Bpf, type Host, openBpf } from '../../../../src/bridge/kernel/bpf.js';
import { type Call, foreign, machine, type Reply } from './foreign.js';

const SLOTS = Uint8Array.of(0xb7, 0, 0, 0, 7, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);

const someFd = () => openSync('/dev/null', 'r');
const isOpen = (fd: number): boolean => {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
};

async function opened(reply: (call: Call) => Reply = someFd) {
  const { koffi, calls, freed } = foreign(reply);
  const answer = await openBpf(machine(koffi));
  if (!answer.ok) throw new Error(answer.unavailable.message);
  return { bpf: answer.value, calls, freed };
}

async function reasonOf(host: Host): Promise<string> {
  const answer = await openBpf(host);
  return answer.ok ? 'available' : answer.unavailable.reason;
}

describe('openBpf', () => {
  it('openBpf tries a program that does nothing and closes it', async () => {
    const fds: number[] = [];
    const { bpf, calls } = await opened(() => {
      const fd = someFd();
      fds.push(fd);
      return fd;
    });
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ number: 321, command: 5 });
    expect(fds.map(isOpen)).toEqual([false]);
    bpf.dispose();
  });

  it('openBpf says why there is none', async () => {
    const { koffi } = foreign(() => 'EPERM');
    const works = foreign(someFd).koffi;
    expect(await reasonOf(machine(works))).toBe('available');
    expect(await reasonOf(machine(works, { arch: 'arm64' }))).toBe('available');
    expect(await reasonOf(machine(works, { platform: 'darwin' }))).toBe('not-linux');
    expect(await reasonOf(machine(works, { arch: 's390x' }))).toBe('architecture');
    expect(await reasonOf(machine(works, { read: () => '1\n' }))).toBe('would-panic');
    expect(await reasonOf(machine(works, { read: () => undefined }))).toBe('available');
    expect(await reasonOf(machine(works, { loadKoffi: () => Promise.reject(new Error('not found')) }))).toBe(
      'no-koffi',
    );
    expect(await reasonOf(machine(koffi))).toBe('no-permission');
    expect(await reasonOf(machine(foreign(() => 'ENOSYS').koffi))).toBe('no-bpf');
  });

  it('openBpf makes no call where a warning would take the machine down, and frees its memory when refused', async () => {
    const asked = foreign(someFd);
    await openBpf(machine(asked.koffi, { read: () => '1' }));
    expect(asked.calls).toEqual([]);
    const refused = foreign(() => 'EPERM');
    await openBpf(machine(refused.koffi));
    expect(refused.freed()).toBe(1);
  });
});

describe('Bpf', () => {
  it('testRun gives a packet and the words of the context, and answers with what the kernel left of them', async () => {
    let given: { readonly packet: number; readonly size: number; readonly cb: readonly number[] } | undefined;
    const { bpf } = await opened((call) => {
      if (call.command !== 10) return someFd();
      const words = () => new Uint32Array(call.at(48, 192).slice(48, 68).buffer);
      given = { packet: call.attr.getUint32(8, true), size: call.attr.getUint32(40, true), cb: [...words()] };
      expect(call.attr.getUint32(0, true)).toBe(77);
      expect([...call.at(16, 60)].every((byte) => byte === 0)).toBe(true);
      // Both pointers lead to one context; the result is written behind the descriptor.
      expect(call.attr.getBigUint64(48, true)).toBe(call.attr.getBigUint64(56, true));
      call.at(48, 192)[52] = 9;
      call.result(4, 0xffff_fffe);
      return 0;
    });
    expect(bpf.testRun(77, [1, -1, 3, 4, 5, 6])).toEqual({
      ok: true,
      retval: 0xffff_fffe,
      cb: [1, 0xffff_ff09, 3, 4, 5],
    });
    expect(given).toEqual({ packet: 60, size: 192, cb: [1, 0xffff_ffff, 3, 4, 5] });
    bpf.dispose();
  });

  it('testRun leaves nothing of a run to the next one', async () => {
    const seen: number[][] = [];
    const { bpf } = await opened((call) => {
      if (call.command !== 10) return someFd();
      const context = call.at(48, 192);
      seen.push([...context.slice(0, 4), ...context.slice(48, 52)]);
      context.fill(0xff);
      return 0;
    });
    bpf.testRun(5, [1]);
    bpf.testRun(5, [2]);
    expect(seen).toEqual([
      [0, 0, 0, 0, 1, 0, 0, 0],
      [0, 0, 0, 0, 2, 0, 0, 0],
    ]);
    bpf.dispose();
  });

  it('testRun that fails names the error', async () => {
    const { bpf } = await opened((call) => (call.command === 10 ? 'EFAULT' : someFd()));
    expect(bpf.testRun(5, [])).toEqual({ ok: false, errno: 'EFAULT' });
    bpf.dispose();
  });

  it('count follows the ids of each sort up to the last one', async () => {
    const ids: Readonly<Record<number, readonly number[]>> = { 11: [3, 8, 20], 12: [], 23: [1] };
    const { bpf } = await opened((call) => {
      const next = ids[call.command]?.find((id) => id > call.attr.getUint32(0, true));
      if (ids[call.command] === undefined) return someFd();
      if (next === undefined) return 'ENOENT';
      call.result(4, next);
      return 0;
    });
    expect(bpf.count()).toEqual({ programs: 3, maps: 0, btf: 1 });
    bpf.dispose();
  });

  it('loadProgram gives type, slots and licence, and no log', async () => {
    let seen: { readonly slots: Uint8Array; readonly licence: string } | undefined;
    const { bpf, calls } = await opened((call) => {
      seen = { slots: call.at(8, 16).slice(), licence: new TextDecoder().decode(call.at(16, 4)) };
      return someFd();
    });
    expect(bpf.loadProgram({ slots: SLOTS })).toMatchObject({ ok: true });
    expect(seen).toEqual({ slots: SLOTS, licence: 'GPL\0' });
    const attr = calls[1]?.attr;
    expect([0, 4, 24, 28, 72, 88].map((at) => attr?.getUint32(at, true))).toEqual([3, 2, 0, 0, 0, 0]);
    expect(attr?.byteLength).toBe(152);
    bpf.dispose();
  });

  it('loadProgram gives the BTF and one record per subprogram', async () => {
    let functions: readonly number[] = [];
    const { bpf, calls } = await opened((call) => {
      const count = call.attr.getUint32(88, true);
      if (count > 0) functions = [...new Uint32Array(call.at(80, 8 * count).slice().buffer)];
      return someFd();
    });
    const btf = {
      fd: 77,
      functions: [
        { slot: 0, type: 6 },
        { slot: 9, type: 7 },
      ],
    };
    bpf.loadProgram({ slots: SLOTS, btf });
    expect(functions).toEqual([0, 6, 9, 7]);
    expect([72, 76].map((at) => calls[1]?.attr.getUint32(at, true))).toEqual([77, 8]);
    // The next one has none: nothing of a load is left over.
    bpf.loadProgram({ slots: SLOTS });
    expect([72, 76, 88].map((at) => calls[2]?.attr.getUint32(at, true))).toEqual([0, 0, 0]);
    bpf.dispose();
  });

  it('loadProgram answers the error, with the log where that was asked for', async () => {
    let loads = 0;
    const { bpf } = await opened((call) => {
      if (loads++ === 0) return someFd();
      if (call.attr.getUint32(24, true) === 1) call.at(32, 9).set(new TextEncoder().encode('R1 !read\0'));
      return 'EACCES';
    });
    expect(bpf.loadProgram({ slots: SLOTS }, true)).toEqual({ ok: false, errno: 'EACCES', log: 'R1 !read' });
    expect(bpf.loadProgram({ slots: SLOTS })).toEqual({ ok: false, errno: 'EACCES', log: '' });
    bpf.dispose();
  });

  it('loadProgram repeats what a signal has interrupted, five times in all', async () => {
    const replies: Reply[] = ['EAGAIN', 'EAGAIN'];
    const { bpf, calls } = await opened((call) =>
      call.attr.getUint32(4, true) > 2 ? 'EAGAIN' : (replies.pop() ?? someFd()),
    );
    expect(calls).toHaveLength(3);
    const long = new Uint8Array(24);
    expect(bpf.loadProgram({ slots: long })).toMatchObject({ ok: false, errno: 'EAGAIN' });
    expect(calls).toHaveLength(3 + 5);
    bpf.dispose();
  });

  it('loadProgram throws rather than write behind its memory', async () => {
    const { bpf, calls } = await opened();
    expect(() => bpf.loadProgram({ slots: new Uint8Array(1 << 20) })).toThrow(RangeError);
    const functions = Array.from({ length: 449 }, (_, slot) => ({ slot, type: 1 }));
    expect(() => bpf.loadProgram({ slots: SLOTS, btf: { fd: 3, functions } })).toThrow(RangeError);
    expect(calls).toHaveLength(1);
    bpf.dispose();
  });

  it('createRing and loadBtf give what their commands want', async () => {
    let btf: Uint8Array | undefined;
    const { bpf, calls } = await opened((call) => {
      if (call.command === 18) btf = call.at(0, 3).slice();
      return someFd();
    });
    bpf.createRing(8192);
    bpf.loadBtf(Uint8Array.of(1, 2, 3));
    expect(calls.map(({ command }) => command)).toEqual([5, 0, 18]);
    // A ring buffer has neither keys nor values.
    expect([0, 4, 8, 12].map((at) => calls[1]?.attr.getUint32(at, true))).toEqual([27, 0, 0, 8192]);
    expect(calls[2]?.attr.getUint32(16, true)).toBe(3);
    expect(btf).toEqual(Uint8Array.of(1, 2, 3));
    bpf.dispose();
  });

  it('close closes what was given, once; dispose closes the rest and frees the memory', async () => {
    const { bpf, freed } = await opened();
    const [first, second] = [fdOf(bpf), fdOf(bpf)];
    bpf.close(first);
    expect([first, second].map(isOpen)).toEqual([false, true]);
    const other = someFd();
    expect(other).toBe(first); // The number is somebody else's now,
    bpf.close(first);
    expect(isOpen(other)).toBe(true); // and stays open.
    bpf.dispose();
    expect([other, second].map(isOpen)).toEqual([true, false]);
    expect(freed()).toBe(1);
    closeSync(other);
  });
});

function fdOf(bpf: Bpf): number {
  const answer = bpf.loadProgram({ slots: SLOTS });
  if (!answer.ok) throw new Error(answer.errno);
  return answer.fd;
}
