/** Tells in terms of the original walk what was found out in the walk of a rewrite. */
import type { DescriptorKnowledge, Listing } from '../../contract/knowledge.js';
import type { PcMap } from '../../contract/prepared.js';
import type { MergeSide } from '../../contract/refusal.js';
import type { Analysis, ThrowVisit } from '../../verify/analysis.js';

/** Pcs, visits and references of a rewrite against those of the original. */
export interface Translation {
  pc(pc: number): number;
  /** By visit of the rewrite: the visit of the original. */
  readonly originals: readonly number[];
  /** The id, in the original visit, of a reference of a visit of the rewrite; 0 if there is none. */
  reference(visit: number, id: number): number;
}

/**
 * A visit of the rewrite is the first of the original with the same calls and references: slots tell states apart that
 * looked alike, so several may be one.
 */
export function translationOf(original: Analysis, rewritten: Analysis, { toOriginal }: PcMap): Translation {
  const pcOf = (pc: number) => toOriginal[pc] ?? -1;
  const visits = new Map<string, number>();
  for (const [visit, { pc, state }] of original.throws.entries()) {
    const key = keyOf({ pc, state }, (at) => at);
    if (!visits.has(key)) visits.set(key, visit);
  }
  const originals = rewritten.throws.map((visit) => visits.get(keyOf(visit, pcOf)) ?? 0);
  return {
    pc: pcOf,
    originals,
    reference(visit, id) {
      const position = rewritten.throws[visit]?.state.references.findIndex((each) => each.id === id) ?? -1;
      return original.throws[originals[visit] ?? 0]?.state.references[position]?.id ?? 0;
    },
  };
}

/** The chain of calls of a throw and what is held there, in original pcs. */
function keyOf({ pc, state }: Pick<ThrowVisit, 'pc' | 'state'>, pcOf: (pc: number) => number): string {
  const chain = Array.from({ length: state.depth }, (_, frame) =>
    frame === 0 ? -1 : pcOf(state.frame(frame).callsite),
  );
  const held = state.references.map(({ acquiredAt, frame }) => `${pcOf(acquiredAt)} ${frame}`);
  return `${pcOf(pc)} ${chain.join()} ${held.join()}`;
}

/** The same knowledge with original pcs, visits and references. */
export function translateKnowledge(knowledge: DescriptorKnowledge, to: Translation): DescriptorKnowledge {
  return {
    ...knowledge,
    sites: knowledge.sites.map((site) => ({
      ...site,
      pc: to.pc(site.pc),
      locations: site.locations.map((each) => ({ ...each, listing: translateListing(each.listing, to) })),
    })),
  };
}

function translateListing(listing: Listing, to: Translation): Listing {
  switch (listing.why) {
    case 'only-place':
    case 'second-copy': {
      const { visit, reference } = listing;
      const there = { visit: to.originals[visit] ?? 0, reference: to.reference(visit, reference) };
      if (listing.why === 'only-place') return { ...listing, ...there };
      return { ...listing, ...there, first: { ...listing.first, pc: to.pc(listing.first.pc) } };
    }
    case 'unusable':
      return { ...listing, against: translateSide(listing.against, to) };
    case 'merged':
    case 'one-of-several':
      return listing;
    default:
      return listing satisfies never;
  }
}

function translateSide(side: MergeSide, to: Translation): MergeSide {
  return side.acquiredAt === undefined ? side : { ...side, acquiredAt: to.pc(side.acquiredAt) };
}
