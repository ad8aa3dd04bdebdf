/** Makes one of two: a stack slot or callee-saved register takes over the part of another, a copy's two registers become one. */
import { type Program, rowAt } from '../isa/program.js';
import { accessAt } from './access.js';
import { pcsOf, registersIn } from './listing.js';
import { type Edit, sweep } from './reducer.js';
import { renamed } from './registers.js';
import { rewrite } from './rewrite.js';
import { moved, slotsIn } from './slots.js';

/** The number of places in use falls. Whether two of them are never needed at once is for the predicate to say. */
export const coalescePlaces = sweep('coalesce places', function* (program): Iterable<Edit> {
  for (let subprogram = 0; subprogram < program.subprograms.length; subprogram++) {
    const slots = [...new Set(slotsIn(program, subprogram).map(({ slot }) => slot))].sort((a, b) => b - a);
    for (const [into, from] of pairs(slots)) yield () => rewrite(program, moved(program, subprogram, from, into));
    const saved = [6, 7, 8, 9].filter((register) => registersIn(program, subprogram).has(register));
    for (const [into, from] of pairs(saved)) yield () => rewrite(program, renamed(program, subprogram, from, into));
  }
  for (const pc of pcsOf(program)) {
    const copy = copyAt(program, pc);
    if (copy === undefined) continue;
    const subprogram = program.subprogramOf[pc] ?? 0;
    for (const [from, into] of [copy, copy.toReversed()]) {
      const plan = new Map(renamed(program, subprogram, from ?? 0, into ?? 0)).set(pc, []);
      yield () => rewrite(program, plan);
    }
  }
});

function* pairs(places: readonly number[]): Generator<readonly [number, number]> {
  for (const [index, into] of places.entries()) for (const from of places.slice(index + 1)) yield [into, from];
}

/** Both registers of `rX = rY`, unless one is R10. */
function copyAt(program: Program, pc: number): readonly [number, number] | undefined {
  const { reads, writes } = accessAt(program, pc);
  const [from, into] = [reads[0], writes[0]];
  if (rowAt(program, pc)?.symbol !== '=' || from === undefined || into === undefined || from === 10) return undefined;
  return [into, from];
}
