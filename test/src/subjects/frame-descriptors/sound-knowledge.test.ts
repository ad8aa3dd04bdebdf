/** What the sound policy says of its choice: why a location is listed, and why others are not. */
import { describe, expect, test } from 'vitest';
import { soundKnowledge } from '../../../../src/subjects/frame-descriptors/sound-knowledge.js';
import type { StateView } from '../../../../src/verify/analysis.js';
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
} from '../states.js';

const program = programOf(CALLER_AND_GUARD);
const task = pointer('task', 1);

function know(...states: readonly StateView[]) {
  const throws = states.map((state) => ({ pc: state.depth > 1 ? 5 : 0, state }));
  return soundKnowledge(program, analysisOf(program, throws));
}

/** `r6: why` for all locations of a site, and whether it is listed. */
function reasons(knowledge: ReturnType<typeof know>, pc: number) {
  return knowledge.sites
    .find((site) => site.pc === pc)
    ?.locations.map(({ location, entry, listing }) => [
      location.in === 'register' ? `r${location.register}` : location.in,
      entry === undefined ? 'not listed' : entry.what,
      listing.why,
    ]);
}

describe('soundKnowledge', () => {
  test('soundKnowledge names the path on which a place is the only one', () => {
    const known = know(inMain([UNKNOWN, task], holding('task')));
    expect(reasons(known, 0)).toEqual([['r7', 'task', 'only-place']]);
    expect(known.sites[0]?.locations[0]?.listing).toEqual({ why: 'only-place', visit: 0, reference: 1 });
    expect(known.leavesUnlisted).toBe(false);
  });

  test('soundKnowledge says which copy is listed already, and where', () => {
    const known = know(inGuard([task], holding('task'), [], { registers: [task] }));
    expect(reasons(known, 5)).toEqual([['r6', 'task', 'one-of-several']]);
    expect(known.sites.find(({ pc }) => pc === 1)?.locations).toEqual([
      {
        location: { in: 'register', register: 6 },
        listing: {
          why: 'second-copy',
          visit: 0,
          reference: 1,
          first: { pc: 5, location: { in: 'register', register: 6 } },
        },
      },
    ]);
  });

  test('soundKnowledge says what makes a place unusable', () => {
    const known = know(inMain([task, task], holding('task')), inMain([UNKNOWN, task], holding('task')));
    expect(reasons(known, 0)).toEqual([
      ['r7', 'task', 'only-place'],
      ['r6', 'not listed', 'unusable'],
    ]);
    expect(known.sites[0]?.locations[1]?.listing).toEqual({ why: 'unusable', against: { what: 'scalar' } });
  });

  test('soundKnowledge lists two places of which each path has one', () => {
    const known = know(inMain([task, ZERO], holding('task')), inMain([ZERO, task], holding('task')));
    expect(reasons(known, 0)).toEqual([
      ['r6', 'task', 'only-place'],
      ['r7', 'task', 'only-place'],
    ]);
  });

  test('soundKnowledge of a refused program names the resource, its places and what stands against each', () => {
    const ring = inMain([pointer('ring', 1)], holding({ kind: 'ring', acquiredAt: 9 }));
    expect(know(inMain([task], holding('task')), ring)).toMatchObject({
      sites: [],
      failed: {
        visit: 0,
        reference: 1,
        why: 'no-key',
        places: [{ pc: 0, location: { in: 'register', register: 6 }, against: { what: 'ring', acquiredAt: 9 } }],
      },
    });
  });

  test('soundKnowledge of a resource that no frame has any more gives no places', () => {
    expect(know(inMain([], holding('task'))).failed).toEqual({ visit: 0, reference: 1, why: 'no-key', places: [] });
  });
});
