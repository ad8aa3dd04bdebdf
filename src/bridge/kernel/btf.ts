/**
 * BTF, the kernel's type format (Documentation/bpf/btf.rst): finds functions by name in the kernel's own, and writes the
 * small one that a program needs which allocates objects of its struct types.
 */
import { readFileSync } from 'node:fs';
import type { StructType } from '../../isa/program.js';
import { type Available, unavailable } from './unavailable.js';

const MAGIC = 0xeb9f;
const HEADER_BYTES = 24;

const KIND = { int: 1, array: 3, struct: 4, func: 12, funcProto: 13 } as const;

/** Words after the three that every type has: so many, and so many more for each of its members. Index: the kind. */
const TAIL: readonly (readonly [words: number, perMember: number])[] = [
  [0, 0], // void
  [1, 0], // int
  [0, 0], // pointer
  [3, 0], // array
  [0, 3], // struct
  [0, 3], // union
  [0, 2], // enum
  [0, 0], // forward declaration
  [0, 0], // typedef
  [0, 0], // volatile
  [0, 0], // const
  [0, 0], // restrict
  [0, 0], // function
  [0, 2], // function prototype
  [1, 0], // variable
  [0, 3], // section
  [0, 0], // float
  [1, 0], // declaration tag
  [0, 0], // type tag
  [0, 3], // 64-bit enum
];

/** BTF of the running kernel. */
const VMLINUX = '/sys/kernel/btf/vmlinux';

/** BTF ids of those of the functions that the running kernel has. */
export function kernelFunctions(
  names: Iterable<string>,
  path: string = VMLINUX,
): Available<ReadonlyMap<string, number>> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return unavailable('no-btf', `${path} cannot be read: the kernel does not say which kfuncs it has`);
  }
  const found = findFunctions(bytes, names);
  return found === undefined
    ? unavailable('no-btf', `${path} is not BTF as this program knows it`)
    : { ok: true, value: found };
}

/** Ids of functions by name in little-endian BTF, without those it does not have; `undefined` if that is no BTF. */
export function findFunctions(btf: Buffer, names: Iterable<string>): ReadonlyMap<string, number> | undefined {
  if (btf.length < HEADER_BYTES || btf.readUInt16LE(0) !== MAGIC) return undefined;
  const header = btf.readUInt32LE(4);
  const [typeStart, typeBytes, stringStart, stringBytes] = [8, 12, 16, 20].map((at) => btf.readUInt32LE(at));
  if (typeStart === undefined || typeBytes === undefined) return undefined;
  if (stringStart === undefined || stringBytes === undefined) return undefined;
  const words = wordsOf(btf, header + typeStart, typeBytes);
  const nameAt = offsetsOf(btf.subarray(header + stringStart, header + stringStart + stringBytes), names);
  const ids = new Map<string, number>();
  let id = 1;
  for (let at = 0; at < words.length; id++) {
    const info = words[at + 1] ?? 0;
    const kind = (info >>> 24) & 0x1f;
    const tail = TAIL[kind];
    if (tail === undefined || kind === 0) return undefined;
    if (kind === KIND.func) {
      const name = nameAt.get(words[at] ?? 0);
      if (name !== undefined) ids.set(name, id);
    }
    at += 3 + tail[0] + tail[1] * (info & 0xffff);
  }
  return ids;
}

function wordsOf(btf: Buffer, start: number, bytes: number): Uint32Array {
  const section = btf.subarray(start, start + bytes);
  const aligned = section.byteOffset % 4 === 0 ? section : Uint8Array.from(section);
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2);
}

/** Every offset at which one of the names may be found: names can share their ends. */
function offsetsOf(strings: Buffer, names: Iterable<string>): ReadonlyMap<number, string> {
  const offsets = new Map<number, string>();
  for (const name of names) {
    const text = `${name}\0`;
    for (let at = strings.indexOf(text); at >= 0; at = strings.indexOf(text, at + 1)) offsets.set(at, name);
  }
  return offsets;
}

/** The BTF of a program and the ids that its subprograms take from it. */
export interface ProgramBtf {
  readonly bytes: Uint8Array;
  readonly mainFunction: number;
  readonly staticFunction: number;
}

/**
 * BTF in which struct type number i has id i + 1, as in our programs. A struct is an array of bytes: plain data that can be
 * read and written in any width. One function type serves all static subprograms.
 */
export function programBtf(types: readonly StructType[]): ProgramBtf {
  const strings = new Strings();
  const words: number[] = [];
  const type = (name: string, kind: number, vlen: number, sizeOrType: number, ...tail: readonly number[]) =>
    words.push(strings.add(name), (kind << 24) | vlen, sizeOrType, ...tail);
  const first = types.length + 1;
  const [char, int, proto] = [first, first + 1, first + 2];
  const [main, sub, arrays] = [first + 3, first + 4, first + 5];
  types.forEach(({ name, size }, index) => {
    type(name, KIND.struct, 1, size, strings.add('data'), arrays + index, 0);
  });
  type('char', KIND.int, 0, 1, 8);
  type('int', KIND.int, 0, 4, (1 << 24) | 32);
  type('', KIND.funcProto, 0, int);
  type('main', KIND.func, 1, proto);
  type('sub', KIND.func, 0, proto);
  for (const { size } of types) type('', KIND.array, 0, 0, char, int, size);
  const text = strings.bytes();
  const bytes = new Uint8Array(HEADER_BYTES + words.length * 4 + text.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, MAGIC, true);
  view.setUint8(2, 1);
  [HEADER_BYTES, 0, words.length * 4, words.length * 4, text.length].forEach((value, index) => {
    view.setUint32(4 + index * 4, value, true);
  });
  words.forEach((word, index) => {
    view.setUint32(HEADER_BYTES + index * 4, word, true);
  });
  bytes.set(text, HEADER_BYTES + words.length * 4);
  return { bytes, mainFunction: main, staticFunction: sub };
}

/** A section of strings; offset 0 is the empty one. */
class Strings {
  #text = '\0';

  add(text: string): number {
    if (text === '') return 0;
    const at = this.#text.length;
    this.#text += `${text}\0`;
    return at;
  }

  bytes(): Uint8Array {
    return new TextEncoder().encode(this.#text);
  }
}
