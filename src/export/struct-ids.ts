/**
 * The BTF ids that clang gives the struct types of an exported program. bpf_obj_new wants such an id as a constant, and
 * inline assembly takes no constant that only a CO-RE relocation knows, so it has to be foretold. Clang numbers types as
 * it meets them: maps first, then function by function. What is foretold is checked by a program in the file itself
 * (selftest.ts).
 *
 * Source: llvm/lib/Target/BPF/BTFDebug.cpp (beginFunctionImpl, visitMapDefType, visitStructType, visitArrayType).
 */
import type { StructType } from '../isa/program.js';
import type { MapMember } from './c-declarations.js';

/** BPF functions have no more parameters. */
const MOST_PARAMETERS = 5;

/** The types in groups of which each fits into the parameters of one function. */
export function parameterGroups<T>(types: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(types.length / MOST_PARAMETERS);
  return Array.from({ length: count }, (_, group) =>
    types.slice(group * MOST_PARAMETERS, (group + 1) * MOST_PARAMETERS),
  );
}

/**
 * The ids of `types` in a file that has these maps and begins with one empty function per group of types, each taking a
 * pointer to every struct of its group. Every struct must be `{ unsigned char bytes[size]; }`.
 */
export function structIds(maps: readonly (readonly MapMember[])[], types: readonly StructType[]): readonly number[] {
  const known = new Set<string>();
  /** Gives a type the next id unless it has one; answers whether it is new. */
  const meet = (type: string): boolean => {
    const before = known.size;
    return known.add(type).size > before;
  };
  const meetArray = (element: string, length: number): void => {
    meet(element);
    meet(`${element}[${length}]`);
    meet('array index');
  };
  for (const [index, members] of maps.entries()) {
    for (const { value } of members) if (meet(`pointer to int[${value}]`)) meetArray('int', value);
    meet(`struct of map ${index}`);
    meet(`variable of map ${index}`);
  }
  return parameterGroups(types).flatMap((group, number) => {
    const ids = group.map(({ size }, index) => {
      meet(`pointer to struct ${number}.${index}`);
      meet(`struct ${number}.${index}`);
      const id = known.size;
      meetArray('unsigned char', size);
      return id;
    });
    meet(`prototype ${number}`);
    meet(`function ${number}`);
    return ids;
  });
}
