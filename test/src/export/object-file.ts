/** Just enough of ELF and BTF to look into what clang made of a selftest: functions, their relocations, types, tags. */

export interface Relocation {
  /** R_BPF_64_64 is 1, R_BPF_64_32 is 10. */
  readonly type: number;
  /** Name of the symbol, or of the section of a section symbol. */
  readonly symbol: string;
  readonly section: number;
  /** Offset of the symbol in its section. */
  readonly value: number;
}

export interface CompiledFunction {
  readonly section: string;
  readonly sectionNumber: number;
  /** Offset in its section, in bytes. */
  readonly start: number;
  readonly global: boolean;
  readonly bytes: Uint8Array;
  /** By offset from the start of the function, in bytes. */
  readonly relocations: ReadonlyMap<number, Relocation>;
}

export interface BtfType {
  readonly kind: number;
  readonly name: string;
  /** Size, or id of the type it is made of. */
  readonly size: number;
}

export interface ObjectFile {
  readonly functions: ReadonlyMap<string, CompiledFunction>;
  /** By id; element 0 is void. */
  readonly types: readonly BtfType[];
}

export const BTF_STRUCT = 4;
export const BTF_FUNC = 12;
export const BTF_DECL_TAG = 17;

/** Bytes that follow the common part of a BTF type, by kind; a function of the number of members. */
const BTF_TAIL: Readonly<Record<number, (members: number) => number>> = {
  1: () => 4,
  3: () => 12,
  4: (members) => 12 * members,
  5: (members) => 12 * members,
  6: (members) => 8 * members,
  13: (members) => 8 * members,
  14: () => 4,
  15: (members) => 12 * members,
  17: () => 4,
  19: (members) => 12 * members,
};

interface Section {
  readonly name: string;
  readonly type: number;
  readonly bytes: DataView;
  readonly info: number;
}

/** Reads a little-endian 64-bit relocatable object. */
export function readObjectFile(file: Uint8Array): ObjectFile {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const sections = sectionsOf(view);
  const named = (name: string) => sections.find((section) => section.name === name);
  const symbols = symbolsOf(sections);
  const functions = new Map<string, CompiledFunction>();
  for (const { name, kind, binding, section, value, size } of symbols) {
    const holder = sections[section];
    if (kind !== 2 || holder === undefined) continue;
    const relocations = new Map(
      relocationsOf(sections, section, symbols)
        .filter(({ at }) => at >= value && at < value + size)
        .map(({ at, relocation }) => [at - value, relocation]),
    );
    functions.set(name, {
      section: holder.name,
      sectionNumber: section,
      start: value,
      global: binding === 1,
      bytes: new Uint8Array(holder.bytes.buffer, holder.bytes.byteOffset + value, size),
      relocations,
    });
  }
  const btf = named('.BTF');
  return { functions, types: btf === undefined ? [] : typesOf(btf.bytes) };
}

function word(strings: DataView, at: number): string {
  let end = at;
  while (strings.getUint8(end) !== 0) end++;
  return Buffer.from(strings.buffer, strings.byteOffset + at, end - at).toString('utf8');
}

const part = (view: DataView, at: number, length: number) => new DataView(view.buffer, view.byteOffset + at, length);

function sectionsOf(view: DataView): readonly Section[] {
  const table = Number(view.getBigUint64(0x28, true));
  const count = view.getUint16(0x3c, true);
  const headers = Array.from({ length: count }, (_, index) => {
    const at = table + 64 * index;
    const [from, length] = [Number(view.getBigUint64(at + 24, true)), Number(view.getBigUint64(at + 32, true))];
    const type = view.getUint32(at + 4, true);
    const bytes = type === 8 ? part(view, 0, 0) : part(view, from, length);
    return { nameAt: view.getUint32(at, true), type, bytes, info: view.getUint32(at + 44, true) };
  });
  const names = headers[view.getUint16(0x3e, true)]?.bytes;
  if (names === undefined) throw new Error('an object without section names');
  return headers.map(({ nameAt, ...header }) => ({ ...header, name: word(names, nameAt) }));
}

function symbolsOf(sections: readonly Section[]) {
  const table = sections.find(({ type }) => type === 2)?.bytes;
  const names = sections.find(({ name }) => name === '.strtab')?.bytes;
  if (table === undefined || names === undefined) throw new Error('an object without symbols');
  return Array.from({ length: table.byteLength / 24 }, (_, index) => {
    const at = 24 * index;
    const info = table.getUint8(at + 4);
    const section = table.getUint16(at + 6, true);
    const name = word(names, table.getUint32(at, true));
    return {
      name: (info & 15) === 3 ? (sections[section]?.name ?? '') : name,
      kind: info & 15,
      binding: info >> 4,
      section,
      value: Number(table.getBigUint64(at + 8, true)),
      size: Number(table.getBigUint64(at + 16, true)),
    };
  });
}

function relocationsOf(sections: readonly Section[], of: number, symbols: ReturnType<typeof symbolsOf>) {
  const table = sections.find(({ type, info }) => type === 9 && info === of)?.bytes;
  if (table === undefined) return [];
  return Array.from({ length: table.byteLength / 16 }, (_, index) => {
    const symbol = symbols[table.getUint32(16 * index + 12, true)];
    if (symbol === undefined) throw new Error('a relocation without a symbol');
    const { name, section, value } = symbol;
    const relocation = { type: table.getUint32(16 * index + 8, true), symbol: name, section, value };
    return { at: Number(table.getBigUint64(16 * index, true)), relocation };
  });
}

function typesOf(btf: DataView): readonly BtfType[] {
  const header = btf.getUint32(4, true);
  const types = part(btf, header + btf.getUint32(8, true), btf.getUint32(12, true));
  const strings = part(btf, header + btf.getUint32(16, true), btf.getUint32(20, true));
  const found: BtfType[] = [{ kind: 0, name: 'void', size: 0 }];
  for (let at = 0; at < types.byteLength; ) {
    const info = types.getUint32(at + 4, true);
    const kind = (info >> 24) & 31;
    found.push({ kind, name: word(strings, types.getUint32(at, true)), size: types.getUint32(at + 8, true) });
    at += 12 + (BTF_TAIL[kind]?.(info & 0xffff) ?? 0);
  }
  return found;
}
