/** Designs that claim it clean up at every instruction at which a program can be stopped. */
import { describe, expect, it } from 'vitest';
import { seededChoices } from '../../generators/choices.js';
import { PROFILE_NAMES, PROFILES } from '../../generators/profile.js';
import { generate } from '../../generators/program.js';
import { judgeCleanup } from '../../oracles/cleanup.js';
import { Machine } from '../../oracles/machine/machine.js';
import { fixedWorld, type World } from '../../oracles/world.js';
import { printProgram } from '../../src/asm/print.js';
import { prepareInput } from '../../src/subjects/input.js';
import { SUBJECTS } from '../../src/subjects/registry.js';

const WORLDS: readonly Pick<World, 'cb' | 'draw' | 'fail'>[] = [
  { cb: [1, 1, 1, 1, 1], draw: [1n, 1n, 1n, 1n], fail: [] },
  { cb: [0, 0, 0, 0, 0], draw: [], fail: [2] },
  { cb: [7, 2, 0, 1, 9], draw: [3n, 0n, 5n], fail: [] },
];
const FUEL = 3000;
/** Of the stops of a world, every so many is taken. */
const STRIDE = 3;

describe.each(SUBJECTS.filter(({ stops }) => stops === 'anywhere').map((subject) => [subject.name, subject] as const))(
  '%s',
  (_, subject) => {
    it('releases at any stop what is held there, each once', { timeout: 120_000 }, () => {
      const original = new Machine();
      const prepared = new Machine();
      let held = 0;
      for (const profile of PROFILE_NAMES) {
        for (let index = 0; index < 8; index++) {
          const { program } = generate(seededChoices('stops', index), PROFILES[profile]);
          const made = subject.prepare(prepareInput(program, 'exact', 'anywhere'));
          if (!made.ok) continue;
          original.load({ program });
          prepared.load({ ...made, stackDepth: made.cost.stack });
          for (const each of WORLDS) {
            const world = { ...each, fuel: FUEL };
            const ran: number[] = [];
            original.observer = (pc) => ran.push(pc);
            original.run(fixedWorld(world), FUEL);
            const visits = new Map<number, number>();
            for (const [step, pc] of ran.entries()) {
              const visit = (visits.get(pc) ?? 0) + 1;
              visits.set(pc, visit);
              if (step % STRIDE !== index % STRIDE) continue;
              prepared.run(fixedWorld(world), FUEL, { pc, visit });
              expect(prepared.outcome.how).toBe('stop');
              held += prepared.ledger.heldCount;
              const stopped = prepared.stopped();
              const fault = judgeCleanup(prepared.unwind(made.unwind(stopped)), stopped.frames.length - 1);
              expect(fault, `${profile} ${index} at ${pc} visit ${visit}\n${printProgram(program)}`).toBeUndefined();
            }
          }
        }
      }
      expect(held).toBeGreaterThan(500);
    });
  },
);
