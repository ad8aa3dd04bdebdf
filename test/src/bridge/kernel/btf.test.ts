/** Tests of BTF: names of functions in hand-made and in real BTF, and the BTF that programs are given. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findFunctions, kernelFunctions, programBtf } from '../../../../src/bridge/kernel/btf.js';
import { file } from '../../commands/terminal.js';

/** BTF of types given as words and strings given as one text. */
function btf(words: readonly number[], strings: string): Buffer {
  const text = Buffer.from(strings);
  const bytes = Buffer.alloc(24 + 4 * words.length + text.length);
  bytes.writeUInt16LE(0xeb9f, 0);
  bytes.writeUInt8(1, 2);
  [24, 0, 4 * words.length, 4 * words.length, text.length].forEach((value, index) => {
    bytes.writeUInt32LE(value, 4 + 4 * index);
  });
  words.forEach((word, index) => {
    bytes.writeUInt32LE(word, 24 + 4 * index);
  });
  text.copy(bytes, 24 + 4 * words.length);
  return bytes;
}

const kind = (number: number, vlen = 0) => (number << 24) | vlen;
/** Words after the first three, by kind, for a type with two members. */
const TAILS = [-1, 1, 0, 3, 6, 6, 4, 0, 0, 0, 0, 0, 0, 4, 1, 6, 0, 1, 0, 6];
const MEMBERS = new Set([4, 5, 6, 13, 15, 19]);

describe('findFunctions', () => {
  it('findFunctions counts ids over every kind of type', () => {
    for (const [number, tail] of TAILS.entries()) {
      if (tail < 0) continue;
      const before = [0, kind(number, MEMBERS.has(number) ? 2 : 0), 0, ...Array.from({ length: tail }, () => 0)];
      const found = findFunctions(btf([...before, 1, kind(12), 0], '\0bpf_throw\0'), ['bpf_throw', 'bpf_catch']);
      expect([...(found ?? [])], `kind ${number}`).toEqual([['bpf_throw', 2]]);
    }
  });

  it('findFunctions looks at functions only, and at whole names', () => {
    const strings = '\0my_bpf_throw\0bpf_throw\0';
    const types = [1, kind(12), 0, 14, kind(12), 0, 14, kind(8), 0];
    expect([...(findFunctions(btf(types, strings), ['bpf_throw']) ?? [])]).toEqual([['bpf_throw', 2]]);
  });

  it('findFunctions finds a name that is the end of another', () => {
    const strings = '\0my_bpf_throw\0';
    expect([...(findFunctions(btf([4, kind(12), 0], strings), ['bpf_throw']) ?? [])]).toEqual([['bpf_throw', 1]]);
  });

  it('findFunctions knows what is no BTF', () => {
    expect(findFunctions(Buffer.from('ELF'), [])).toBeUndefined();
    expect(findFunctions(Buffer.alloc(64), [])).toBeUndefined();
    expect(findFunctions(btf([0, kind(20), 0], '\0'), [])).toBeUndefined();
    expect(findFunctions(btf([0, kind(0), 0], '\0'), [])).toBeUndefined();
  });

  it('findFunctions reads bytes that are not aligned', () => {
    const bytes = btf([1, kind(12), 0], '\0bpf_throw\0');
    const moved = Buffer.concat([Buffer.of(0), bytes]).subarray(1);
    expect(findFunctions(moved, ['bpf_throw'])?.get('bpf_throw')).toBe(1);
  });
});

describe('kernelFunctions', () => {
  it('kernelFunctions says why there are none', () => {
    expect(kernelFunctions([], '/does/not/exist')).toMatchObject({ ok: false, unavailable: { reason: 'no-btf' } });
    expect(kernelFunctions([], file('vmlinux', 'text'))).toMatchObject({
      ok: false,
      unavailable: { reason: 'no-btf' },
    });
  });

  it.skipIf(!existsSync('/sys/kernel/btf/vmlinux'))('kernelFunctions finds those of the running kernel', () => {
    const found = kernelFunctions(['bpf_map_lookup_elem', 'no_such_function']);
    if (!found.ok) throw new Error(found.unavailable.message);
    expect([...found.value.keys()]).toEqual(['bpf_map_lookup_elem']);
  });
});

describe('programBtf', () => {
  const types = [
    { name: 'node', size: 24 },
    { name: 'leaf', size: 16 },
  ];

  it('programBtf gives each struct the id that programs use, and functions behind them', () => {
    const { bytes, mainFunction, staticFunction } = programBtf(types);
    const view = new DataView(bytes.buffer);
    const words = Array.from({ length: view.getUint32(12, true) / 4 }, (_, index) =>
      view.getUint32(24 + 4 * index, true),
    );
    const strings = new TextDecoder().decode(bytes.subarray(24 + view.getUint32(16, true)));
    const name = (at: number) => strings.slice(at, strings.indexOf('\0', at));
    // Ids 1 and 2: a struct of one member that is an array as large.
    for (const [index, { name: expected, size }] of types.entries()) {
      const [nameAt = 0, info, bytesOf, member = 0, array, offset] = words.slice(6 * index, 6 * index + 6);
      expect([name(nameAt), info, bytesOf, name(member), offset]).toEqual([expected, kind(4, 1), size, 'data', 0]);
      expect(array).toBe(8 + index);
    }
    expect([mainFunction, staticFunction]).toEqual([6, 7]);
    const found = findFunctions(Buffer.from(bytes), ['main', 'sub']);
    expect([...(found ?? [])]).toEqual([
      ['main', 6],
      ['sub', 7],
    ]);
    // The arrays are the last: element type char, index type int, as many as the struct has bytes.
    expect(words.slice(-12)).toEqual([0, kind(3), 0, 3, 4, 24, 0, kind(3), 0, 3, 4, 16]);
  });
});
