/** Why the descriptors of rfc-v1 are what they are: per pc and location, what each path made there and which rule fired. */
import type { DescribedLocation, DescribedSite, DescriptorKnowledge, MergeStep } from '../../contract/knowledge.js';
import type { Program } from '../../isa/program.js';
import type { Analysis } from '../../verify/analysis.js';
import { pcOfFrame } from '../../verify/frame-pc.js';
import { collectPosted, type MergeEvent } from './collect.js';
import { entryInWords, locationOf, type Place, SLOTS } from './descriptor.js';

/** Collects once more, with a witness. Of a refused program it tells what was merged up to the refusal. */
export function postedKnowledge(program: Program, analysis: Analysis): DescriptorKnowledge {
  const events: MergeEvent[] = [];
  const collected = collectPosted(program, analysis, (event) => events.push(event));
  const refused = events.find(({ came }) => came === 'refused');
  const arrivals = arrivalsByPc(analysis, collected.ok ? undefined : collected.visit, refused?.pc);
  const sites = [...arrivals]
    .sort(([a], [b]) => a - b)
    .map(([pc, visits]): DescribedSite => {
      const here = events.filter((event) => event.pc === pc);
      const nullable = collected.ok ? collected.descriptors.byPc.get(pc)?.nullable : undefined;
      return {
        pc,
        subprogram: program.subprogramOf[pc] ?? 0,
        locations: inOrderOfRelease(here.map(({ fresh }) => fresh.place)).map((place) => {
          // Where a merge failed, what comes behind it in that frame was not looked at any more.
          const unseen = refused !== undefined && pc === refused.pc && place > refused.fresh.place ? refused.visit : -1;
          const seen = visits.filter((visit) => visit !== unseen);
          return describe(program, place, here, seen, nullable?.has(place) ?? false);
        }),
      };
    });
  return { is: 'descriptors', sites, leavesUnlisted: true };
}

/**
 * By pc of a frame: the visits that were looked at, in order; up to the visit that was refused, if any, and there up to
 * the frame whose merge failed.
 */
export function arrivalsByPc(
  analysis: Analysis,
  last: number | undefined,
  refusedAt: number | undefined,
): Map<number, number[]> {
  const arrivals = new Map<number, number[]>();
  for (const [visit, { pc, state }] of analysis.throws.entries()) {
    if (last !== undefined && visit > last) break;
    for (let frame = state.depth - 1; frame >= 0; frame--) {
      const at = pcOfFrame({ pc, state }, frame);
      const visits = arrivals.get(at);
      if (visits === undefined) arrivals.set(at, [visit]);
      else visits.push(visit);
      if (visit === last && at === refusedAt) break;
    }
  }
  return arrivals;
}

/** Each place once: stack entries as first recorded, then R6..R9. */
export function inOrderOfRelease(recorded: readonly Place[]): readonly Place[] {
  const places = [...new Set(recorded)];
  const registers = places.filter((place) => place >= SLOTS).sort((a, b) => a - b);
  return [...places.filter((place) => place < SLOTS), ...registers];
}

function describe(
  program: Program,
  place: Place,
  events: readonly MergeEvent[],
  visits: readonly number[],
  mayBeNull: boolean,
): DescribedLocation {
  const here = new Map(events.filter(({ fresh }) => fresh.place === place).map((event) => [event.visit, event]));
  const steps = visits.map((visit): MergeStep => {
    const event = here.get(visit);
    if (event === undefined) return { visit, came: 'silent' };
    return { visit, made: event.fresh.holds?.kind ?? 'uninitialised', rule: event.rule, came: event.came };
  });
  const location = locationOf(place);
  const entry = [...here.values()].find(({ came }) => came === 'taken')?.fresh;
  if (entry === undefined) return { location, listing: { why: 'merged', steps } };
  return { location, entry: { ...entryInWords(program, entry), mayBeNull }, listing: { why: 'merged', steps } };
}
