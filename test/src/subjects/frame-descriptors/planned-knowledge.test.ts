/** What rfc-v2 says of its descriptors. */
import { describe, expect, test } from 'vitest';
import { plannedKnowledge } from '../../../../src/subjects/frame-descriptors/planned-knowledge.js';
import type { StateView } from '../../../../src/verify/analysis.js';
import { placeOf } from '../places.js';
import { analysisOf, CALLER_AND_GUARD, CTX, holding, inMain, pointer, programOf, UNKNOWN, ZERO } from '../states.js';

const program = programOf(CALLER_AND_GUARD);
const task = pointer('task', 1);

/** Per location: entry, and what came of each path or why it is not listed. */
function known(...states: readonly StateView[]): readonly string[] {
  const knowledge = plannedKnowledge(
    program,
    analysisOf(
      program,
      states.map((state) => ({ pc: 0, state })),
    ),
  );
  return knowledge.sites.flatMap(({ locations }) =>
    locations.map(({ location, entry, listing }) => {
      const why =
        listing.why === 'merged'
          ? listing.steps
              .map(({ visit, made, rule, came }) => `${visit} ${made ?? '-'} ${rule ?? '-'} ${came}`)
              .join(', ')
          : listing.why === 'second-copy'
            ? `second copy of ${listing.reference} of visit ${listing.visit}: ${placeOf(listing.first.location)}`
            : listing.why;
      return `${placeOf(location)} ${entry?.what ?? '-'}: ${why}`;
    }),
  );
}

describe('plannedKnowledge', () => {
  test('plannedKnowledge tells what is erased and what is a second copy', () => {
    const both = inMain([CTX, task, task, task], holding('task'));
    const two = inMain([CTX, UNKNOWN, task, task], holding('task'));
    expect(known(both, two)).toEqual([
      'r8 task: 0 task 1 taken, 1 task 2 kept',
      'r7 -: 0 task 1 taken, 1 uninitialised 6 erased',
      'r9 -: second copy of 1 of visit 0: r8',
    ]);
  });

  test('plannedKnowledge tells of copies of which a path says nothing, and of NULL', () => {
    const both = inMain([CTX, CTX, task, task], holding('task'));
    expect(known(both, inMain([CTX, CTX, CTX, task], holding('task')))).toEqual([
      'r9 task: 0 task 1 taken, 1 task 2 kept',
      'r8 -: 0 task 1 taken, 1 - - erased',
    ]);
    expect(known(inMain([CTX, CTX, CTX, ZERO], []), inMain([CTX, CTX, CTX, task], holding('task')))).toEqual([
      'r9 task: 0 null 1 taken, 1 task 8 taken',
    ]);
  });

  test('plannedKnowledge ends where the program is refused', () => {
    const held = inMain([CTX, CTX, task, CTX], holding('task'));
    expect(known(held, inMain([CTX, CTX, UNKNOWN, UNKNOWN], []))).toEqual([
      'r8 task: 0 task 1 taken, 1 uninitialised 6 refused',
    ]);
  });
});
