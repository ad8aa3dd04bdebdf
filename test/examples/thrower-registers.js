import { livesOnStack } from 'unwindiff/isa/kinds';
import { identityMap } from 'unwindiff/patch/patch';
import { unchangedCost } from 'unwindiff/subjects/cost';
import { DESTRUCTORS } from 'unwindiff/subjects/destructors';
import { onlyAtThrows } from 'unwindiff/subjects/refusal';

/** @type {import('unwindiff/subjects/subject').Subject} */
export const subject = {
  name: 'thrower-registers',
  stops: 'throw',
  prepare({ program, analysis, stopAt }) {
    if (stopAt !== 'throw') return onlyAtThrows(stopAt);
    const table = new Map(); // pc of a throw -> which of R6 to R9 hold something, and its destructor
    for (const { pc, state } of analysis.throws) {
      const owed = new Map(state.references.map((reference) => [reference.id, reference]));
      const row = [6, 7, 8, 9].flatMap((register) => {
        const value = state.register(state.depth - 1, register);
        const castMayFail = value.is === 'pointer' && value.mayBeNull && value.id > 0; // NULL though the source is held
        const held = value.is === 'pointer' && value.off === 0 && !castMayFail ? owed.get(value.ref) : undefined;
        if (held === undefined || livesOnStack(held.kind)) return []; // a dynptr or iterator is not what points into it
        owed.delete(held.id);
        return { register, destructor: DESTRUCTORS[held.kind].destructor(program, held.type) };
      });
      if (owed.size > 0) return refuse('held-reference', pc, 'something is held elsewhere'); // (1)
      if (JSON.stringify(table.get(pc) ?? row) !== JSON.stringify(row))
        return refuse('merge-failure', pc, 'paths differ');
      table.set(pc, row);
    }
    const pcMap = identityMap(program);
    return {
      ok: true,
      program,
      pcMap,
      cost: unchangedCost(program, analysis.stackDepth, 32 * table.size),
      reserved: program.subprograms.map(() => 0),
      intrinsics: [],
      unwind: unwinder(table, pcMap),
      maintain: (pass) => unwinder(table, pass.pcMap), // a kernel has patched the program: pcs have moved
      describe: () => [...table].map(([pc, row]) => `${pc}: ${row.map(({ register }) => `r${register}`).join(' ')}`),
    };
  },
};

/** @returns {import('unwindiff/subjects/subject').Refused} */
const refuse = (code, pc, message) => ({ ok: false, refusal: { code, pc, message } });

/** @returns {import('unwindiff/contract/prepared').Unwind} */
const unwinder = (table, { toOriginal }) =>
  function* ({ frames, trampoline }) {
    const frame = frames.length - 1;
    for (const { register, destructor } of table.get(toOriginal[frames[frame].pc])) {
      const address = trampoline[register - 6];
      if (address === 0n) continue; // the acquire gave NULL
      yield { do: 'release', frame, from: { in: 'register', register }, address, destructor, because: 'held' };
    }
  };
