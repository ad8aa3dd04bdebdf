/** Compares a compiled selftest with the program it was made of, instruction by instruction. */

import { structConstants } from '../../../src/export/struct-constants.js';
import { type CallableName, kfuncById } from '../../../src/isa/callables.js';
import { encodeProgram } from '../../../src/isa/encode.js';
import { opAt, type Program, targetAt } from '../../../src/isa/program.js';
import { BTF_STRUCT, type CompiledFunction, type ObjectFile } from './object-file.js';

const R_BPF_64_64 = 1;
const R_BPF_64_32 = 10;

/** C names of what a program refers to, as a test expects them: subprograms by index. */
export interface ExpectedNames {
  readonly subprograms: readonly string[];
}

/**
 * All differences, one a line; none if the object holds exactly the program's instructions. What a loader fills in is
 * compared by what it stands for: the called function, the map, the struct whose id is loaded.
 */
export function differences(program: Program, object: ObjectFile, names: ExpectedNames): readonly string[] {
  const encoded = encodeProgram(program);
  const typeAt = structConstants(program).types;
  return program.subprograms.flatMap(({ start, end, global }, index): string[] => {
    const name = names.subprograms[index] ?? '';
    const found = object.functions.get(name);
    if (found === undefined) return [`no function ${name}`];
    const wrong: string[] = [];
    if (found.section !== (index === 0 ? 'tc' : '.text')) wrong.push(`${name} is in ${found.section}`);
    if (found.global !== (index === 0 || global)) wrong.push(`${name} is ${found.global ? 'global' : 'static'}`);
    if (found.bytes.length !== (end - start) * 8) wrong.push(`${name} has ${found.bytes.length / 8} slots`);
    for (let pc = start; pc < end; pc++) {
      const at = (pc - start) * 8;
      const own = encoded.subarray(pc * 8, pc * 8 + 8);
      const problem = compareSlot({ program, pc, own, object, found, at, names, typeAt });
      if (problem !== undefined) wrong.push(`${name} pc ${pc}: ${problem}`);
    }
    return wrong;
  });
}

interface Slot {
  readonly program: Program;
  readonly pc: number;
  readonly own: Uint8Array;
  readonly object: ObjectFile;
  readonly found: CompiledFunction;
  readonly at: number;
  readonly names: ExpectedNames;
  readonly typeAt: ReadonlyMap<number, number>;
}

/** A name that was taken has got a number. */
const isNamed = (found: string | undefined, name: string | undefined) => found?.replace(/_\d+$/, '') === name;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** What is wrong with one slot. */
function compareSlot(slot: Slot): string | undefined {
  const { program, pc, own, object, found, at } = slot;
  const compiled = found.bytes.subarray(at, at + 8);
  const imm = new DataView(compiled.buffer, compiled.byteOffset, compiled.length).getInt32(4, true);
  const relocation = found.relocations.get(at);
  /** The program's slot with another source register and immediate. */
  const patched = (src: number, value: number) => {
    const bytes = Uint8Array.from(own);
    bytes[1] = ((bytes[1] ?? 0) & 0x0f) | (src << 4);
    new DataView(bytes.buffer).setInt32(4, value, true);
    return bytes;
  };
  const same = (expected: Uint8Array) =>
    hex(expected) === hex(compiled) ? undefined : `${hex(compiled)} instead of ${hex(expected)}`;
  switch (opAt(program, pc)) {
    case 'call_kfunc': {
      const kfunc: CallableName | undefined = kfuncById(program.imm[pc] ?? 0);
      if (relocation?.type !== R_BPF_64_32 || relocation.symbol !== kfunc) {
        return `calls ${relocation?.symbol} instead of ${kfunc}`;
      }
      return same(patched(1, -1));
    }
    case 'call_local': {
      const callee = slot.names.subprograms[program.subprogramOf[targetAt(program, pc) ?? 0] ?? 0] ?? '';
      const wanted = object.functions.get(callee);
      const target =
        relocation === undefined
          ? { section: found.sectionNumber, start: found.start + at + 8 + imm * 8 }
          : { section: relocation.section, start: relocation.value + (imm + 1) * 8 };
      if (target.section !== wanted?.sectionNumber || target.start !== wanted.start) return `does not call ${callee}`;
      return same(patched(1, imm));
    }
    case 'imm64_map': {
      const map = program.maps[program.imm[pc] ?? 0]?.name;
      if (relocation?.type !== R_BPF_64_64 || !isNamed(relocation.symbol, map))
        return `loads ${relocation?.symbol} instead of ${map}`;
      return same(patched(0, 0));
    }
    case 'imm64_type':
    case 'imm64':
    case 'mov32':
    case 'mov64': {
      const index = opAt(program, pc) === 'imm64_type' ? (program.imm[pc] ?? 0) - 1 : slot.typeAt.get(pc);
      if (index === undefined) return relocation === undefined ? same(own) : `has a relocation to ${relocation.symbol}`;
      const type = program.types[index];
      const btf = object.types[imm];
      if (btf?.kind !== BTF_STRUCT || !isNamed(btf.name, type?.name) || btf.size !== type?.size) {
        return `loads the id of ${JSON.stringify(btf)} instead of ${type?.name}`;
      }
      return same(patched(0, imm));
    }
    default:
      return relocation === undefined ? same(own) : `has a relocation to ${relocation.symbol}`;
  }
}
