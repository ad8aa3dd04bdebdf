/** Gives labels and subprograms their canonical names, so that equal programs print alike. */
import { type Program, slotsOf } from '../isa/program.js';
import { sweep } from './reducer.js';
import { rebuild } from './rewrite.js';

/** Labels lose their names (the printer makes them from pcs); subprograms are called main, sub1, sub2, … */
export const canonicaliseNames = sweep('canonicalise names', function* (program) {
  const canonical = program.subprograms.every(({ name }, index) => name === nameOf(index));
  if (!canonical || program.labels.size > 0) yield () => withCanonicalNames(program);
});

function nameOf(index: number): string {
  return index === 0 ? 'main' : `sub${index}`;
}

function withCanonicalNames(program: Program): Program | undefined {
  return rebuild(program, {
    slots: slotsOf(program),
    names: new Map(program.subprograms.map(({ start }, index) => [start, nameOf(index)])),
    labels: new Map(),
  });
}
