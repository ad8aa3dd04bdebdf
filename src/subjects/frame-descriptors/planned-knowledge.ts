/** Why the descriptors of rfc-v2 are what they are: per pc and location, what each path made there and what came of it. */
import type { DescribedLocation, DescribedSite, DescriptorKnowledge, MergeStep } from '../../contract/knowledge.js';
import type { Program } from '../../isa/program.js';
import type { Analysis } from '../../verify/analysis.js';
import { collectPlanned, type PlannedEvent, type SecondCopy } from './collect-planned.js';
import { contentOf, type Entry, entryInWords, locationOf, type Place } from './descriptor.js';
import { arrivalsByPc, inOrderOfRelease } from './posted-knowledge.js';

/** Collects once more, with a witness. Of a refused program it tells what was merged up to the refusal. */
export function plannedKnowledge(program: Program, analysis: Analysis): DescriptorKnowledge {
  const events: PlannedEvent[] = [];
  const second: SecondCopy[] = [];
  const collected = collectPlanned(program, analysis, {
    merged: (event) => events.push(event),
    secondCopy: (copy) => second.push(copy),
  });
  const refused = events.find(({ came }) => came === 'refused');
  const arrivals = arrivalsByPc(analysis, collected.ok ? undefined : collected.visit, refused?.pc);
  const sites = [...arrivals]
    .sort(([a], [b]) => a - b)
    .map(([pc, visits]): DescribedSite => {
      const here = events.filter((event) => event.pc === pc);
      const nullable = collected.ok ? collected.descriptors.byPc.get(pc)?.nullable : undefined;
      const locations = inOrderOfRelease(here.map(({ place }) => place)).map((place): DescribedLocation => {
        const copy = second.find((each) => each.pc === pc && each.place === place);
        if (copy !== undefined) {
          const { visit, reference, first } = copy;
          const listing = { why: 'second-copy', visit, reference, first: { pc, location: locationOf(first) } } as const;
          return { location: locationOf(place), listing };
        }
        const unseen = refused !== undefined && pc === refused.pc && place > refused.place ? refused.visit : -1;
        const seen = visits.filter((visit) => visit !== unseen);
        return describe(program, place, here, seen, nullable?.has(place) ?? false);
      });
      return { pc, subprogram: program.subprogramOf[pc] ?? 0, locations: listedFirst(locations) };
    });
  return { is: 'descriptors', sites, leavesUnlisted: true };
}

function listedFirst(locations: readonly DescribedLocation[]): readonly DescribedLocation[] {
  const isListed = ({ entry }: DescribedLocation) => entry !== undefined;
  return [...locations.filter(isListed), ...locations.filter((each) => !isListed(each))];
}

function describe(
  program: Program,
  place: Place,
  events: readonly PlannedEvent[],
  visits: readonly number[],
  mayBeNull: boolean,
): DescribedLocation {
  const here = new Map(events.filter((event) => event.place === place).map((event) => [event.visit, event]));
  let entry: Entry | undefined;
  const steps = visits.map((visit): MergeStep => {
    const event = here.get(visit);
    if (event === undefined) return { visit, came: 'silent' };
    const { fresh, rule, came } = event;
    entry = event.stands;
    const made = fresh === undefined ? {} : { made: contentOf(fresh) };
    return rule === undefined ? { visit, ...made, came } : { visit, ...made, rule, came };
  });
  const location = locationOf(place);
  if (entry === undefined) return { location, listing: { why: 'merged', steps } };
  return { location, entry: { ...entryInWords(program, entry), mayBeNull }, listing: { why: 'merged', steps } };
}
