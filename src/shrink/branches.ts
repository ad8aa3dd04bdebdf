/** Decides conditional jumps: each becomes a goto (only its target remains) or nothing (only the fall-through remains). */
import { rowAt, targetAt } from '../isa/program.js';
import { pcsOf } from './listing.js';
import { sweep } from './reducer.js';
import { gotoPc, rewrite } from './rewrite.js';

/** Code that only the other side needed goes with it. */
export const decideBranches = sweep('decide branches', function* (program) {
  for (const pc of pcsOf(program)) {
    const shape = rowAt(program, pc)?.shape;
    const target = targetAt(program, pc);
    if (target === undefined || (shape !== 'jump' && shape !== 'may_goto')) continue;
    yield () => rewrite(program, new Map([[pc, []]]));
    // A goto to where it falls anyway would not be simpler.
    if (target !== pc + 1) yield () => rewrite(program, new Map([[pc, [gotoPc(target)]]]));
  }
});
