import fc from 'fast-check';
import { parseProgram } from 'unwindiff/asm/parse';
import { printProgram } from 'unwindiff/asm/print';
import { cases } from 'unwindiff/case/arbitrary';
import { programs } from 'unwindiff/generators/arbitrary';
import { encodeProgram } from 'unwindiff/isa/encode';
import { worlds } from 'unwindiff/oracles/arbitrary-world';
import { createJudge } from 'unwindiff/oracles/judge';
import { Machine } from 'unwindiff/oracles/machine/machine';
import { fixedWorld } from 'unwindiff/oracles/world';
import { sound } from 'unwindiff/subjects/frame-descriptors/frame-descriptors';
import { analyse } from 'unwindiff/verify/walk';
import { expect, test } from 'vitest';

const FUEL = 10_000;

test('sound descriptors never release anything wrong', () => {
  const judge = createJudge({
    subjects: [sound],
    pruning: 'exact',
    stopAt: 'throw',
    worlds: 4,
    fuel: FUEL,
    seed: '1',
    containment: false,
  });
  fc.assert(
    fc.property(programs('merge-heavy'), (program) => {
      expect(judge.judge(program).subjects.get(sound.name)?.defect).toBeUndefined();
    }),
  );
});

test('what verifies does not fault', () => {
  const machine = new Machine();
  const verified = programs('deep-calls').filter(
    (program) => analyse(program, { pruning: 'exact' }).refusal === undefined,
  );
  const inSomeWorld = verified.chain((program) => fc.tuple(fc.constant(program), worlds(program, { fuel: FUEL })));
  fc.assert(
    fc.property(inSomeWorld, ([program, world]) => {
      machine.load({ program });
      machine.run(fixedWorld(world), world.fuel);
      expect(machine.outcome.how).not.toBe('fault');
    }),
  );
});

test('the text of a program is the program', () => {
  fc.assert(
    fc.property(programs(), (program) => {
      const { types, maps } = program;
      const parsed = parseProgram(printProgram(program), { types, maps });
      expect(parsed.ok && encodeProgram(parsed.program)).toEqual(encodeProgram(program));
    }),
  );
});

test('whoever exits has given everything back', () => {
  fc.assert(
    fc.property(cases({ profile: 'default', runs: 2, fuel: FUEL }), ({ runs }) => {
      for (const { outcome, holds } of runs) if (outcome.how === 'exit') expect(holds).toEqual([]);
    }),
  );
});
