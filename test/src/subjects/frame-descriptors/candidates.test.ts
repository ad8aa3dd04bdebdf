/** Keys and duties of the sound policy. */
import { describe, expect, test } from 'vitest';
import { findCandidates, isUsable, oppositionTo } from '../../../../src/subjects/frame-descriptors/candidates.js';
import { PLACES } from '../../../../src/subjects/frame-descriptors/descriptor.js';
import {
  analysisOf,
  CALLER_AND_GUARD,
  holding,
  inGuard,
  inMain,
  pointer,
  programOf,
  slot,
  UNKNOWN,
  ZERO,
} from '../states.js';

const program = programOf(CALLER_AND_GUARD);
const task = pointer('task', 1);

describe('findCandidates', () => {
  test('a site per pc in the order seen, the throwing frame first; duties list all copies', () => {
    const state = inGuard([task], holding('task'), [slot(task)], { registers: [task] });
    const { sites, duties } = findCandidates(program, analysisOf(program, [{ pc: 5, state }]));
    expect(sites.map(({ pc, seen }) => [pc, seen])).toEqual([
      [5, 1],
      [1, 1],
    ]);
    expect(duties.map(({ keys }) => keys)).toEqual([[64, PLACES, PLACES + 64]]);
  });

  test('duties of equal keys are kept once', () => {
    const throws = [1, 2, 3].map(() => ({ pc: 0, state: inMain([task], holding('task')) }));
    const { sites, duties } = findCandidates(program, analysisOf(program, throws));
    expect(duties.length).toBe(1);
    expect(sites[0]?.seen).toBe(3);
  });

  test('isUsable asks every state', () => {
    const throws = [
      { pc: 0, state: inMain([task, task, ZERO], holding('task')) },
      { pc: 0, state: inMain([ZERO, UNKNOWN, task], holding('task')) },
    ];
    const site = findCandidates(program, analysisOf(program, throws)).sites[0];
    if (site === undefined) throw new Error('no site');
    expect([64, 65, 66, 67].map((place) => isUsable(site, place))).toEqual([true, false, true, false]);
  });

  test('oppositionTo prefers another resource to a scalar', () => {
    const analysis = analysisOf(program, [
      { pc: 0, state: inMain([UNKNOWN], []) },
      { pc: 0, state: inMain([pointer('ring', 1)], holding('ring')) },
      { pc: 0, state: inMain([pointer('task', 0)], []) },
    ]);
    const site = findCandidates(program, analysis).sites[0];
    if (site === undefined) throw new Error('no site');
    expect(oppositionTo(analysis, site, 64, { kind: 'task', type: -1 }, 0)).toEqual({ what: 'ring', acquiredAt: 100 });
    expect(oppositionTo(analysis, site, 64, { kind: 'ring', type: -1 }, 0)).toEqual({ what: 'scalar' });
    expect(oppositionTo(analysis, site, 65, { kind: 'ring', type: -1 }, 0)).toEqual({ what: 'uninitialised' });
  });
});
