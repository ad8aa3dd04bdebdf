/** Tests of the states at throws for people. */
import { describe, expect, it } from 'vitest';
import { groupStates } from '../../../src/report/explain-states.js';
import { statesSection } from '../../../src/report/explain-states-text.js';
import {
  analysisOf,
  CALLER_AND_GUARD,
  holding,
  inGuard,
  inMain,
  pointer,
  programOf,
  UNKNOWN,
  ZERO,
} from '../subjects/states.js';
import { caseOf, coloured, explain, plain, statesOf, TWO_KINDS } from './explained.js';

const program = programOf(CALLER_AND_GUARD);
const task = pointer('task', 1);
const states = (...of: readonly ReturnType<typeof inMain>[]) =>
  groupStates(
    program,
    analysisOf(
      program,
      of.map((state) => ({ pc: state.depth > 1 ? 5 : 0, state })),
    ),
  );

describe('statesSection', () => {
  it('statesSection shows states side by side, one row a location, by frame, with the conflict marked', () => {
    expect(statesSection(statesOf(explain(caseOf(TWO_KINDS))), plain)).toBe(`Throw at 12 in thrower: 2 states arrive
                    A             B
  held              cgroup@3      task@7
  thrower at 12     owns nothing  owns nothing
  main at 9 (call)
   ! r6             cgroup@3?     task@7?
  task@7: a task acquired by the call at pc 7; ?: may be NULL; !: no one descriptor entry can
  stand for all states.
`);
  });

  it('statesSection counts states that look the same', () => {
    const same = statesSection(
      states(inMain([task], holding('task')), inMain([task, UNKNOWN], holding('task'))),
      plain,
    );
    expect(same).toContain('Throw at 0 in main: 2 states arrive, all alike\n');
    expect(same).toMatch(/^ +A ×2$/m);
    const three = states(inMain([task], holding('task')), inMain([task, UNKNOWN], holding('task')), inMain([ZERO], []));
    expect(statesSection(three, plain)).toContain('3 states arrive, 2 different\n');
  });

  it('statesSection folds many states into blocks of columns and says how many it leaves out', () => {
    const many = Array.from({ length: 30 }, (_, number) =>
      inMain(
        [task],
        holding(
          { acquiredAt: 1000 + number },
          { kind: 'cgroup', acquiredAt: 2000 },
          { kind: 'ring', acquiredAt: 3000 },
        ),
      ),
    );
    const text = statesSection(states(...many), plain);
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
    const heads = text.split('\n').filter((line) => /^ +[A-Z]( +[A-Z])*$/.test(line));
    expect(heads.join(' ').match(/[A-Z]/g)?.join('')).toBe('ABCDEFGHIJKLMNOPQR');
    expect(heads.length).toBeGreaterThan(2);
    expect(text).toContain('… and 12 more states, all in the JSON answer');
    expect(text).toContain('task@1017');
    expect(text).not.toContain('task@1018');
  });

  it('statesSection explains the signs that it uses, and no others', () => {
    const one = statesSection(states(inMain([task], holding('task'))), plain);
    expect(one).toContain('  task@7: a task acquired by the call at pc 7.\n');
    const cast = pointer('socket', 2, { mayBeNull: true, id: 9 });
    const two = inMain([task, cast], holding({ acquiredAt: 5 }, { kind: 'socket', acquiredAt: 5 }, { acquiredAt: 5 }));
    const text = statesSection(states(two), plain).replaceAll(/\s+/g, ' ');
    expect(text).toContain(
      'task@7a, task@7b: two acquired by the same call; or 0: may be NULL though the resource is held',
    );
  });

  it('statesSection says which other throws come by a frame', () => {
    const analysis = analysisOf(program, [
      { pc: 5, state: inGuard([task], holding('task')) },
      { pc: 4, state: inGuard([task], holding('task')) },
    ]);
    const text = statesSection(groupStates(program, analysis), plain);
    expect(text).toContain('other throws come by as well: main at 1 (5)');
    expect(text).toContain('other throws come by as well: main at 1 (4)');
  });

  it('statesSection says that what is held is nowhere, and that no throw is reached', () => {
    expect(statesSection(states(inMain([], holding('task'))), plain)).toContain(
      'in no callee-saved register and in no slot',
    );
    expect(statesSection(states(), plain)).toContain('no path reaches a throw');
  });

  it('statesSection shows a conflict in red on a terminal', () => {
    const text = statesSection(statesOf(explain(caseOf(TWO_KINDS))), coloured);
    const row = text.split('\n').find((line) => line.includes('! r6'));
    expect(row).toBe(coloured.red('   ! r6             cgroup@3?     task@7?'));
  });
});
