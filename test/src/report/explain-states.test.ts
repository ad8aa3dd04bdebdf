/** Tests of the states that meet at throws. */
import { describe, expect, it } from 'vitest';
import { cellText } from '../../../src/report/explain-cell.js';
import { groupStates, stateName, type ThrowTable } from '../../../src/report/explain-states.js';
import { locationText } from '../../../src/report/finding-text.js';
import {
  analysisOf,
  CALLER_AND_GUARD,
  constant,
  holding,
  inGuard,
  inMain,
  pointer,
  programOf,
  slot,
  UNKNOWN,
  ZERO,
} from '../subjects/states.js';
import { corpusCase, explain, statesOf } from './explained.js';

const program = programOf(CALLER_AND_GUARD);
const task = pointer('task', 1);

function group(...states: readonly ReturnType<typeof inMain>[]) {
  return groupStates(
    program,
    analysisOf(
      program,
      states.map((state) => ({ pc: state.depth > 1 ? 5 : 0, state })),
    ),
  );
}

/** `!r6 main@1: task@100 | 0` for each row. */
function rowsOf({ frames }: ThrowTable): readonly string[] {
  return frames.flatMap(({ subprogram, pc, rows }) =>
    rows.map(({ location, conflict, cells }) => {
      const texts = cells.map((cell) => (cell === undefined ? '-' : cellText(cell)));
      return `${conflict ? '!' : ''}${locationText(location)} ${subprogram}@${pc}: ${texts.join(' | ')}`;
    }),
  );
}

describe('groupStates', () => {
  it('groupStates joins states that differ in nothing that owns, and counts them', () => {
    const states = group(
      inMain([task, constant(1n)], holding('task')),
      inMain([task, constant(2n)], holding({ kind: 'task', ordinal: 7 })),
      inMain([task, constant(1n)], holding({ kind: 'task', acquiredAt: 9 })),
    );
    expect(states.groups.map(({ name, visits }) => [name, visits])).toEqual([
      ['A', [0, 1]],
      ['B', [2]],
    ]);
    expect([0, 1, 2].map((visit) => states.groupOf(visit)?.name)).toEqual(['A', 'A', 'B']);
    expect(states.throws).toMatchObject([{ pc: 0, subprogram: 'main', paths: 3, states: ['A', 'B'] }]);
    expect(states.nameOf(2, 1)).toBe('task@9');
  });

  it('groupStates has a row for each location that owns something in some state, and marks conflicts', () => {
    const [table] = group(
      inMain([task, ZERO, UNKNOWN], holding('task', 'ring'), [slot(pointer('ring', 2)), slot('misc')]),
      inMain([ZERO, pointer('task', 1), constant(3n)], holding('task'), [slot('misc')]),
    ).throws;
    if (table === undefined) throw new Error('no table');
    expect(rowsOf(table)).toEqual([
      '!fp-8 main@0: ring@101 | misc',
      'r6 main@0: task@100 | 0',
      'r7 main@0: 0 | task@100',
    ]);
  });

  it('groupStates tells a slot that is not allocated from one that is not initialised', () => {
    const [table] = group(
      inMain([], holding('task'), [slot('invalid'), slot(task)]),
      inMain([], [], [slot('invalid'), slot('invalid')]),
      inMain([], [], [slot('invalid')]),
    ).throws;
    if (table === undefined) throw new Error('no table');
    expect(rowsOf(table)).toEqual(['!fp-16 main@0: task@100 | uninitialised | not allocated']);
  });

  it('groupStates orders frames from the inside out and says who owns what is held', () => {
    const states = group(
      inGuard([task], holding('task', { kind: 'ring', frame: 1 }), [], { registers: [ZERO, pointer('ring', 2)] }),
    );
    expect(states.throws[0]?.frames.map(({ subprogram, pc, role }) => [subprogram, pc, role])).toEqual([
      ['guard', 5, 'throw'],
      ['main', 1, 'call'],
    ]);
    expect(states.groups[0]).toMatchObject({
      frames: [
        { subprogram: 'main', pc: 1 },
        { subprogram: 'guard', pc: 5 },
      ],
      holds: [
        { resource: 'task@100', owner: 'main' },
        { resource: 'ring@101', owner: 'guard' },
      ],
    });
  });

  it('groupStates counts states of other throws that come by the same frame', () => {
    const { throws } = statesOf(explain(corpusCase('found/leak-nothing-unlisted-register-caller')));
    expect(throws.map(({ pc, frames }) => [pc, frames.map(({ pc: at, also }) => [at, also])])).toEqual([
      [
        20,
        [
          [20, []],
          [11, [23]],
        ],
      ],
      [
        23,
        [
          [23, []],
          [11, [20]],
        ],
      ],
    ]);
  });

  it('groupStates marks a conflict between states of two throws in both tables', () => {
    const guard = inGuard([task], holding('task'));
    const other = inGuard([UNKNOWN], []);
    const analysis = analysisOf(program, [
      { pc: 5, state: guard },
      { pc: 4, state: other },
    ]);
    const { throws } = groupStates(program, analysis);
    expect(throws.map(rowsOf)).toEqual([['!r6 main@1: scalar'], ['!r6 main@1: task@100']]);
  });

  it('groupStates has no cell for a frame that a state does not have', () => {
    const states = group(inGuard([task], holding('task')));
    expect(states.cellAt(0, 1, { in: 'register', register: 6 })).toMatchObject({ is: 'owned' });
    expect(states.cellAt(0, 0, { in: 'register', register: 6 })).toBeUndefined();
    expect(states.cellAt(3, 1, { in: 'register', register: 6 })).toBeUndefined();
  });
});

describe('stateName', () => {
  it('stateName goes on behind Z', () => {
    expect([0, 25, 26, 27, 51, 52, 701, 702].map(stateName)).toEqual(['A', 'Z', 'AA', 'AB', 'AZ', 'BA', 'ZZ', 'AAA']);
  });
});
