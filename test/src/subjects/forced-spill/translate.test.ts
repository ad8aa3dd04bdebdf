/** From the walk of a rewrite back to the original. */
import { describe, expect, test } from 'vitest';
import type { DescriptorKnowledge, Listing } from '../../../../src/contract/knowledge.js';
import { spillUntilPlaced } from '../../../../src/subjects/forced-spill/spill.js';
import { translateKnowledge, translationOf } from '../../../../src/subjects/forced-spill/translate.js';
import { RELEASED_BEFORE, walked } from './programs.js';

const { program, analysis } = walked(RELEASED_BEFORE);
const spilled = spillUntilPlaced(program, analysis);
if (!spilled.ok) throw new Error(spilled.refusal.message);
const { attempt } = spilled;
const to = translationOf(analysis, attempt.analysis, attempt.pcMap);

describe('translationOf', () => {
  test('translationOf finds for each visit one with the same calls and references', () => {
    expect(to.originals).toHaveLength(attempt.analysis.throws.length);
    const held = (visit: number) => analysis.throws[visit]?.state.references.map(({ acquiredAt }) => acquiredAt);
    attempt.analysis.throws.forEach(({ pc, state }, visit) => {
      const there = to.originals[visit] ?? -1;
      expect(to.pc(pc)).toBe(18);
      expect(held(there)).toEqual(state.references.map(({ acquiredAt }) => to.pc(acquiredAt)));
      for (const { id } of state.references) {
        expect(analysis.throws[there]?.state.references.map((each) => each.id)).toContain(to.reference(visit, id));
      }
      expect(to.reference(visit, 99)).toBe(0);
    });
  });
});

describe('translateKnowledge', () => {
  test('translateKnowledge translates pcs, visits and references of every listing', () => {
    const at = attempt.pcMap.toPrepared[18] ?? -1;
    const acquiredAt = attempt.pcMap.toPrepared[3] ?? -1;
    const visit = attempt.analysis.throws.findIndex(({ state }) => state.references.length > 0);
    const [reference] = attempt.analysis.throws[visit]?.state.references ?? [];
    const location = { in: 'register', register: 6 } as const;
    const listings: readonly Listing[] = [
      { why: 'only-place', visit, reference: reference?.id ?? 0 },
      { why: 'second-copy', visit, reference: reference?.id ?? 0, first: { pc: at, location } },
      { why: 'unusable', against: { what: 'task', acquiredAt } },
      { why: 'unusable', against: { what: 'scalar' } },
      { why: 'one-of-several' },
    ];
    const knowledge: DescriptorKnowledge = {
      is: 'descriptors',
      sites: [{ pc: at, subprogram: 0, locations: listings.map((listing) => ({ location, listing })) }],
      leavesUnlisted: false,
    };
    const there = { visit: to.originals[visit], reference: to.reference(visit, reference?.id ?? 0) };
    const [site] = translateKnowledge(knowledge, to).sites;
    expect(site?.pc).toBe(18);
    expect(site?.locations.map(({ listing }) => listing)).toEqual([
      { why: 'only-place', ...there },
      { why: 'second-copy', ...there, first: { pc: 18, location } },
      { why: 'unusable', against: { what: 'task', acquiredAt: 3 } },
      { why: 'unusable', against: { what: 'scalar' } },
      { why: 'one-of-several' },
    ]);
  });
});
