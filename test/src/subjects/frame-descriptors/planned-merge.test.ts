/** What rfc-v2 makes of copies: which locations paths share, and what is erased. */
import { describe, expect, test } from 'vitest';
import type { Kind } from '../../../../src/isa/kinds.js';
import { type Place, SLOTS } from '../../../../src/subjects/frame-descriptors/descriptor.js';
import { mergeCopies, type PlannedEntry } from '../../../../src/subjects/frame-descriptors/planned-merge.js';

const R8 = SLOTS + 2;
const R9 = SLOTS + 3;

const owned = (place: Place, copyOf: number, kind: Kind = 'task'): PlannedEntry => ({
  place,
  holds: { kind, type: -1 },
  spill: 'register',
  offset: 0,
  destructor: kind,
  acquiredAt: 3,
  copyOf,
});
const nothing = (place: Place): PlannedEntry => ({
  place,
  holds: undefined,
  spill: 'register',
  offset: 0,
  destructor: '',
  acquiredAt: undefined,
});
const zero = (place: Place): PlannedEntry => ({ ...nothing(place), isNull: true });

/** What came of each location, `R8 kept`, and what stands there: `task`, `null`, `nothing`, or `-` for no entry. */
function merged(standing: readonly PlannedEntry[], arriving: readonly PlannedEntry[]): readonly string[] {
  const outcome = mergeCopies(new Map(standing.map((entry) => [entry.place, entry])), arriving);
  return outcome.map(({ place, came, stands }) => {
    const what = stands === undefined ? '-' : (stands.holds?.kind ?? (stands.isNull === true ? 'null' : 'nothing'));
    return `R${place - SLOTS + 6} ${came} ${what}`;
  });
}

describe('mergeCopies', () => {
  test('mergeCopies takes all of the first path', () => {
    expect(merged([], [owned(R8, 1), owned(R9, 1)])).toEqual(['R8 taken task', 'R9 taken task']);
  });

  test('mergeCopies erases a copy where the other path has nothing known, whichever came first', () => {
    const both = [owned(R8, 1), owned(R9, 1)];
    const one = [nothing(R8), owned(R9, 2)];
    expect(merged(both, one)).toEqual(['R8 erased -', 'R9 kept task']);
    expect(merged(one, both)).toEqual(['R8 erased nothing', 'R9 kept task']);
  });

  test('mergeCopies erases a copy of which the other path says nothing, and takes none that the descriptor lacks', () => {
    expect(merged([owned(R8, 1), owned(R9, 1)], [owned(R9, 2)])).toEqual(['R9 kept task', 'R8 erased -']);
    expect(merged([owned(R9, 1)], [owned(R8, 2), owned(R9, 2)])).toEqual(['R8 erased -', 'R9 kept task']);
  });

  test('mergeCopies erases a copy where the other path has NULL, and keeps an only copy there', () => {
    expect(merged([owned(R8, 1), owned(R9, 1)], [zero(R8), owned(R9, 2)])).toEqual(['R8 erased -', 'R9 kept task']);
    expect(merged([zero(R8), owned(R9, 1)], [owned(R8, 2), owned(R9, 2)])).toEqual(['R8 erased null', 'R9 kept task']);
    expect(merged([owned(R8, 1), owned(R9, 1)], [zero(R8), zero(R9)])).toEqual(['R8 kept task', 'R9 kept task']);
    expect(merged([zero(R8)], [owned(R8, 1)])).toEqual(['R8 taken task']);
  });

  test('mergeCopies refuses where the last copy would go', () => {
    expect(merged([owned(R8, 1)], [nothing(R8)])).toEqual(['R8 refused task']);
    expect(merged([owned(R8, 1), owned(R9, 1)], [nothing(R8), nothing(R9)])).toEqual([
      'R8 refused task',
      'R9 refused task',
    ]);
    expect(merged([owned(R8, 1), owned(R9, 1)], [owned(R8, 2, 'ring'), owned(R9, 3)])).toEqual([
      'R8 refused task',
      'R9 kept task',
    ]);
  });

  test('mergeCopies erases where both paths have a copy of something that they share elsewhere', () => {
    const place = R8 - 1;
    const old = [owned(R8, 1), owned(R9, 1), owned(place, 2, 'ring')];
    const fresh = [owned(R8, 3, 'ring'), owned(R9, 4), owned(place, 3, 'ring')];
    expect(merged(old, fresh)).toEqual(['R8 erased -', 'R9 kept task', 'R7 kept ring']);
  });

  test('mergeCopies remembers nothing of what it has erased: rule 1 applies again', () => {
    expect(merged([owned(R9, 1)], [owned(R8, 2), zero(R9)])).toEqual(['R8 taken task', 'R9 kept task']);
  });

  test('mergeCopies drops a failed merge of a slot that is not initialised', () => {
    const lenient: PlannedEntry = { ...nothing(R8), lenient: true };
    expect(merged([owned(R8, 1)], [lenient])).toEqual(['R8 dropped task']);
    expect(merged([owned(R8, 1), owned(R9, 1)], [lenient, owned(R9, 2)])).toEqual(['R8 erased -', 'R9 kept task']);
  });

  test('mergeCopies leaves alone what is no copy and of which a path says nothing', () => {
    expect(merged([owned(R8, 1)], [owned(R9, 2)])).toEqual(['R9 taken task']);
  });
});
