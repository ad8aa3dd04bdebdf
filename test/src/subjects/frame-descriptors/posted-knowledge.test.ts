/** What the posted policy says of its entries: the rule behind each, and the paths that made none. */
import { describe, expect, test } from 'vitest';
import type { MergeStep } from '../../../../src/contract/knowledge.js';
import { postedKnowledge } from '../../../../src/subjects/frame-descriptors/posted-knowledge.js';
import type { StateView } from '../../../../src/verify/analysis.js';
import {
  analysisOf,
  CALLER_AND_GUARD,
  CTX,
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
const inR7 = (value: Parameters<typeof inMain>[0][number]) => [ZERO, value, ZERO, ZERO];

/** Throws of guard for states of two frames, of main for others. */
function know(...states: readonly StateView[]) {
  const throws = states.map((state) => ({ pc: state.depth > 1 ? 5 : 0, state }));
  return postedKnowledge(program, analysisOf(program, throws));
}

/** The steps at r7 of the first site: `0 rule 1 taken`, `1 silent`. */
function steps(...states: readonly StateView[]): readonly string[] {
  const [r7] = know(...states).sites[0]?.locations ?? [];
  if (r7?.listing.why !== 'merged') throw new Error('r7 has no steps');
  return r7.listing.steps.map(({ visit, rule, came }: MergeStep) =>
    rule === undefined ? `${visit} ${came}` : `${visit} rule ${rule} ${came}`,
  );
}

describe('postedKnowledge', () => {
  test('postedKnowledge tells by which rule each path merged, and which made no entry', () => {
    const cgroup = pointer('cgroup', 1);
    const states = [
      inMain(inR7(ZERO), []),
      inMain(inR7(task), holding('task')),
      inMain(inR7(task), holding('task')),
      inMain(inR7(cgroup), holding('cgroup')),
      inMain(inR7(CTX), []),
    ];
    expect(steps(...states)).toEqual(['0 silent', '1 rule 1 taken', '2 rule 2 kept', '3 rule 5 kept', '4 silent']);
  });

  test('postedKnowledge gives the entry that stands, with its destructor and struct type', () => {
    const node = pointer('object', 1);
    const { sites, leavesUnlisted } = know(inMain(inR7(node), holding('object')), inMain(inR7(ZERO), []));
    expect(leavesUnlisted).toBe(true);
    expect(sites).toMatchObject([
      {
        pc: 0,
        subprogram: 0,
        locations: [
          {
            location: { in: 'register', register: 7 },
            entry: { what: 'object', type: 'node', offset: 0, mayBeNull: true, destructor: 'bpf_obj_drop_impl(node)' },
          },
        ],
      },
    ]);
  });

  test('postedKnowledge lists entries in the order of release: slots as first recorded, then registers', () => {
    const first = inMain(inR7(task), holding('task', 'task'), [slot(ZERO), slot(pointer('task', 2))]);
    const second = inMain([ZERO, task, UNKNOWN, ZERO], holding('task', 'task'), [slot(pointer('task', 2)), slot(ZERO)]);
    const [site] = know(first, second).sites;
    expect(site?.locations.map(({ location }) => location)).toEqual([
      { in: 'stack', offset: -16 },
      { in: 'stack', offset: -8 },
      { in: 'register', register: 7 },
      { in: 'register', register: 8 },
    ]);
  });

  test('postedKnowledge of a frame in which nothing makes an entry has a site without locations', () => {
    const { sites } = know(inGuard(inR7(task), holding('task'), [], { registers: [ZERO, ZERO, ZERO, ZERO] }));
    expect(sites.map(({ pc, locations }) => [pc, locations.length])).toEqual([
      [1, 1],
      [5, 0],
    ]);
  });

  test('postedKnowledge of a refused program ends where the merge failed', () => {
    const guard = { registers: [ZERO, ZERO, ZERO, ZERO] };
    const { sites } = know(
      inGuard([task, pointer('ring', 2), ZERO, ZERO], holding('task', 'ring'), [], {
        registers: [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN],
      }),
      inGuard([ZERO, ZERO, ZERO, ZERO], [], [], guard),
      inGuard([UNKNOWN, UNKNOWN, ZERO, ZERO], [], [], guard),
      inGuard([ZERO, ZERO, ZERO, ZERO], [], [], guard),
    );
    const main = sites.find(({ pc }) => pc === 1);
    // r7 comes behind r6, where it failed; the fourth state was not looked at.
    expect(
      main?.locations.map(({ location, listing }) => [location, listing.why === 'merged' && listing.steps]),
    ).toEqual([
      [
        { in: 'register', register: 6 },
        [
          { visit: 0, made: 'task', rule: 1, came: 'taken' },
          { visit: 1, came: 'silent' },
          { visit: 2, made: 'uninitialised', rule: 6, came: 'refused' },
        ],
      ],
      [
        { in: 'register', register: 7 },
        [
          { visit: 0, made: 'ring', rule: 1, came: 'taken' },
          { visit: 1, came: 'silent' },
        ],
      ],
    ]);
    const thrower = sites.find(({ pc }) => pc === 5)?.locations[0];
    expect(thrower?.listing).toMatchObject({ steps: [{ visit: 0 }, { visit: 1 }, { visit: 2 }] });
  });

  test('postedKnowledge knows no frame further out than the one whose merge failed', () => {
    const { sites } = know(
      inGuard([pointer('ring', 2), ZERO, ZERO, ZERO], holding('task', 'ring'), [], {
        registers: [task, ZERO, ZERO, ZERO],
      }),
      inGuard([ZERO, ZERO, ZERO, ZERO], [], [], { registers: [UNKNOWN, ZERO, ZERO, ZERO] }),
    );
    expect(sites.find(({ pc }) => pc === 1)?.locations.map(({ listing }) => listing)).toEqual([
      { why: 'merged', steps: [{ visit: 0, made: 'ring', rule: 1, came: 'taken' }] },
    ]);
  });
});
