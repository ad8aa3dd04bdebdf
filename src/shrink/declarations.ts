/** Drops maps and struct types that no instruction names, and merges the use of several into the first. */
import { opAt, type Program, slotsOf } from '../isa/program.js';
import { pcsOf } from './listing.js';
import { sweep } from './reducer.js';
import { rebuild } from './rewrite.js';

/** Which op names an entry of which list, and what its immediate counts from. */
const DECLARED = {
  maps: { op: 'imm64_map', first: 0 },
  types: { op: 'imm64_type', first: 1 },
} as const;

/** The number of declarations falls. */
export const dropDeclarations = sweep('drop declarations', function* (program) {
  for (const list of ['maps', 'types'] as const) {
    const used = usesOf(program, list);
    for (let index = program[list].length - 1; index >= 0; index--) {
      if (!used.has(index)) yield () => without(program, list, index, undefined);
      else if (index > 0) yield () => without(program, list, index, 0);
    }
  }
});

function usesOf(program: Program, list: keyof typeof DECLARED): ReadonlySet<number> {
  const { op, first } = DECLARED[list];
  return new Set(
    pcsOf(program)
      .filter((pc) => opAt(program, pc) === op)
      .map((pc) => (program.imm[pc] ?? 0) - first),
  );
}

function without(
  program: Program,
  list: keyof typeof DECLARED,
  index: number,
  instead: number | undefined,
): Program | undefined {
  const { op, first } = DECLARED[list];
  const slots = slotsOf(program).map((slot, pc) => {
    if (opAt(program, pc) !== op) return slot;
    const named = slot.imm - first;
    const kept = named === index && instead !== undefined ? instead : named;
    return { ...slot, imm: (kept > index ? kept - 1 : kept) + first };
  });
  return rebuild(program, {
    slots,
    maps: list === 'maps' ? program.maps.toSpliced(index, 1) : program.maps,
    types: list === 'types' ? program.types.toSpliced(index, 1) : program.types,
  });
}
