/** Tests of the ids foretold for struct types: the numbers themselves, and what clang gives. */
import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import type { MapMember } from '../../../src/export/c-declarations.js';
import { selftest } from '../../../src/export/selftest.js';
import { parameterGroups, structIds } from '../../../src/export/struct-ids.js';
import type { MapDefinition, StructType } from '../../../src/isa/program.js';
import { CLANG, CLANG_NOTE, CLANGS, compile } from './clang.js';
import { BTF_STRUCT } from './object-file.js';

const types = (...sizes: readonly number[]): readonly StructType[] =>
  sizes.map((size, index) => ({ name: `type${index}`, size }));
const ring = (size: number): readonly MapMember[] => [
  { name: 'type', value: 27 },
  { name: 'max_entries', value: size },
];

describe('structIds', () => {
  it('structIds counts a pointer, the struct, its element, its array and the array index', () => {
    expect(structIds([], types(24))).toEqual([2]);
    expect(structIds([], types(24, 8))).toEqual([2, 7]);
  });

  it('structIds counts what two structs share only once', () => {
    expect(structIds([], types(24, 24))).toEqual([2, 7]);
    expect(structIds([], types(24, 24, 24))).toEqual([2, 7, 9]);
  });

  it('structIds counts maps first, and what they share only once', () => {
    expect(structIds([ring(4096)], types(24))).toEqual([10]);
    expect(structIds([ring(4096), ring(4096)], types(24))).toEqual([12]);
    expect(structIds([ring(4096), ring(8192)], types(24))).toEqual([14]);
  });
});

describe('parameterGroups', () => {
  it('parameterGroups has at most five in a group and keeps the order', () => {
    expect(parameterGroups([])).toEqual([]);
    expect(parameterGroups([1, 2, 3, 4, 5])).toEqual([[1, 2, 3, 4, 5]]);
    expect(parameterGroups([1, 2, 3, 4, 5, 6])).toEqual([[1, 2, 3, 4, 5], [6]]);
  });
});

const maps = (...sizes: readonly number[]): readonly MapDefinition[] =>
  sizes.map((size, index) => ({ name: `map${index}`, type: 'ringbuf', size }));

describe.skipIf(CLANG === undefined)(`structIds against ${CLANG_NOTE}`, () => {
  it.each([
    [maps(), types(1)],
    [maps(), types(4, 1, 4, 9, 9, 16, 4, 2)],
    [maps(4096), types(24, 4096, 24)],
    [maps(4096, 8192, 4096), types(8, 8)],
    [maps(4096, 4096, 4096, 4096, 4096, 4096), types(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)],
  ])('structIds of case %# are those in the object', (mapped, typed) => {
    const parsed = parseProgram('main:\n    r0 = 0\n    exit\n', { maps: mapped, types: typed });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    const { program } = parsed;
    const of = {
      title: 'types',
      origin: undefined,
      program,
      runs: [],
      refusals: [],
      known: [],
      patches: [],
      expected: [],
    };
    const written = selftest(of, 'types', { accepts: true, retval: 0 });
    if (!written.ok) throw new Error(written.message);
    const foretold = structIds(
      mapped.map(({ size }) => ring(size)),
      typed,
    );
    expect(CLANGS.length).toBeGreaterThan(0);
    for (const clang of CLANGS) {
      const result = compile(written.text, clang);
      if ('errors' in result) throw new Error(result.errors);
      const found = typed.map(({ name }) =>
        result.object.types.findIndex((type) => type.kind === BTF_STRUCT && type.name === name),
      );
      expect(found, `clang ${clang.version}`).toEqual(foretold);
    }
  });
});
