/** Why sound lists the locations it lists and no others; the words are those of the argument in merge.ts. */
import type {
  DescribedLocation,
  DescribedSite,
  DescriptorKnowledge,
  FailedChoice,
  Listing,
} from '../../contract/knowledge.js';
import type { Program } from '../../isa/program.js';
import type { Analysis } from '../../verify/analysis.js';
import type { Duty, Key, Site } from './candidates.js';
import { entryInWords, locationOf, PLACES, type Place } from './descriptor.js';
import { type Choice, chooseKeys, oppositionAt } from './sound.js';

/** Chooses once more and gives the reasons. Of a refused program it tells which resource has no place, and why. */
export function soundKnowledge(program: Program, analysis: Analysis): DescriptorKnowledge {
  return knowledgeOfChoice(program, analysis, chooseKeys(program, analysis));
}

/** The reasons of a choice that has been made. */
export function knowledgeOfChoice(program: Program, analysis: Analysis, choice: Choice): DescriptorKnowledge {
  const { sites, duties } = choice.candidates;
  const { selection } = choice;
  const duty = selection.ok ? undefined : duties[selection.duty];
  if (selection.ok || duty === undefined) {
    const described = sites.map((site, index) => describe(program, analysis, choice, site, index));
    return { is: 'descriptors', sites: described.sort((a, b) => a.pc - b.pc), leavesUnlisted: false };
  }
  return {
    is: 'descriptors',
    sites: [],
    leavesUnlisted: false,
    failed: failedChoice(analysis, sites, duty, selection.why),
  };
}

function failedChoice(
  analysis: Analysis,
  sites: readonly Site[],
  { keys, reference, visit }: Duty,
  why: FailedChoice['why'],
): FailedChoice {
  const places = keys.flatMap((key) => {
    const site = sites[Math.floor(key / PLACES)];
    if (site === undefined) return [];
    const against = oppositionAt(analysis, site, key % PLACES, reference);
    return [{ pc: site.pc, location: locationOf(key % PLACES), against }];
  });
  return { visit, reference: reference.id, why, places };
}

function describe(program: Program, analysis: Analysis, choice: Choice, site: Site, index: number): DescribedSite {
  const { duties } = choice.candidates;
  const keys = new Set(duties.flatMap((duty) => duty.keys).filter((key) => Math.floor(key / PLACES) === index));
  const inOrder = [...keys].sort((a, b) => a - b);
  const listed: DescribedLocation[] = [];
  const others: DescribedLocation[] = [];
  for (const key of inOrder) {
    const place: Place = key % PLACES;
    const location = locationOf(place);
    const claim = site.claims[place];
    const isListed = choice.selection.ok && choice.selection.chosen.has(key);
    if (!isListed || claim === undefined || claim === 'mixed') {
      others.push({ location, listing: whyNot(analysis, choice, site, key) });
      continue;
    }
    const { holding, ...more } = claim;
    const words = entryInWords(program, { place, holds: holding, ...more });
    listed.push({ location, entry: { ...words, mayBeNull: site.nullable.has(place) }, listing: why(choice, key) });
  }
  return { pc: site.pc, subprogram: program.subprogramOf[site.pc] ?? 0, locations: [...listed, ...others] };
}

function why({ candidates, usable }: Choice, key: Key): Listing {
  const only = candidates.duties[usable.findIndex((keys) => keys.length === 1 && keys[0] === key)];
  if (only === undefined) return { why: 'one-of-several' };
  return { why: 'only-place', visit: only.visit, reference: only.reference.id };
}

function whyNot(analysis: Analysis, { candidates, usable, selection }: Choice, site: Site, key: Key): Listing {
  const chosen = selection.ok ? selection.chosen : new Set<Key>();
  const at = usable.findIndex((keys) => keys.includes(key) && keys.some((other) => chosen.has(other)));
  const duty = candidates.duties[at];
  const first = usable[at]?.find((other) => chosen.has(other));
  const firstSite = candidates.sites[Math.floor((first ?? 0) / PLACES)];
  if (duty !== undefined && first !== undefined && firstSite !== undefined) {
    return {
      why: 'second-copy',
      visit: duty.visit,
      reference: duty.reference.id,
      first: { pc: firstSite.pc, location: locationOf(first % PLACES) },
    };
  }
  const holder = candidates.duties.find(({ keys }) => keys.includes(key));
  const against =
    holder === undefined ? { what: 'the same' } : oppositionAt(analysis, site, key % PLACES, holder.reference);
  return { why: 'unusable', against };
}
