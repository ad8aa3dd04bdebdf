/**
 * What each design knows about a case and why: its descriptors with the rule or the choice behind every entry, its tables,
 * what it inserts; and for each state whether what is listed fits it.
 */
import { stackGrowth } from '../../oracles/stack-growth.js';
import { printInstruction } from '../asm/print.js';
import type {
  DescribedLocation,
  DescriptorKnowledge,
  FailedChoice,
  Listing,
  MergeStep,
  TableKnowledge,
} from '../contract/knowledge.js';
import type { Location } from '../contract/location.js';
import type { Cost } from '../contract/prepared.js';
import type { Refusal } from '../contract/refusal.js';
import type { Program } from '../isa/program.js';
import type { Prepared, PrepareInput, Refused, Subject } from '../subjects/subject.js';
import { type Cell, cellText, isFit } from './explain-cell.js';
import type { States } from './explain-states.js';
import { locationText } from './finding-text.js';

/** One step of a merge for all states that made it alike. */
export interface ExplainedStep extends Omit<MergeStep, 'visit'> {
  readonly states: readonly string[];
  /** What they have there. */
  readonly cell?: Cell;
  /**
   * Whether the entry that stands in the end is right for these states: `other`: they have something else there;
   * `twice`: another entry lists the same resource. Absent for a program that is refused.
   */
  readonly fits?: 'yes' | 'other' | 'twice';
  /** For `twice`: where else. */
  readonly also?: readonly ListedAt[];
}

/** A location of the frame that stands at a pc. */
export interface ListedAt {
  readonly pc: number;
  readonly location: Location;
}

/** A `Listing` with states instead of visits. */
export type ExplainedListing =
  | { readonly why: 'merged'; readonly steps: readonly ExplainedStep[] }
  | { readonly why: 'only-place'; readonly state: string; readonly resource: string }
  | { readonly why: 'one-of-several' }
  | {
      readonly why: 'second-copy';
      readonly state: string;
      readonly resource: string;
      readonly first: ListedAt;
    }
  | Extract<Listing, { readonly why: 'unusable' }>;

export interface ExplainedLocation extends Omit<DescribedLocation, 'listing'> {
  readonly listing: ExplainedListing;
}

export interface ExplainedSite {
  readonly pc: number;
  readonly subprogram: string;
  /** Without a descriptor nothing is known here. */
  readonly hasDescriptor: boolean;
  readonly locations: readonly ExplainedLocation[];
}

export interface ExplainedDescriptors {
  readonly is: 'descriptors';
  readonly sites: readonly ExplainedSite[];
  readonly leavesUnlisted: boolean;
  /** What some state holds and no entry lists. */
  readonly unlisted: readonly { readonly state: string; readonly resource: string }[];
  readonly failed?: Omit<FailedChoice, 'visit' | 'reference'> & { readonly state: string; readonly resource: string };
  /** Slots that the design has added: in whose frame, where, and the call that fills them. */
  readonly spills: readonly { readonly subprogram: string; readonly location: Location; readonly pc: number }[];
  readonly inserted: readonly Insertion[];
}

/** Code that a rewrite inserted, by the original instruction it serves, or at a subprogram's entry. */
export type Insertion =
  | { readonly where: 'before' | 'after'; readonly pc: number; readonly what: string }
  | { readonly where: 'entry'; readonly subprogram: string; readonly what: string };

export interface ExplainedTables extends TableKnowledge {
  readonly inserted: readonly Insertion[];
}

/** One design and the case. */
export interface DesignExplanation {
  readonly name: string;
  readonly refusal?: Refusal;
  readonly cost?: Cost;
  /** Bytes of stack added to each subprogram and to the worst chain of calls. */
  readonly growth?: ReturnType<typeof stackGrowth>;
  readonly knows?: ExplainedDescriptors | ExplainedTables;
  /** Of a design that does not say what it knows and why: its own lines. */
  readonly lines: readonly string[];
}

/** Explains what a subject made of a program, given how it was prepared. */
export function explainDesign(
  subject: Subject,
  input: PrepareInput,
  prepared: Prepared | Refused,
  states: States,
): DesignExplanation {
  const knowledge = subject.know?.(input);
  const shared = prepared.ok
    ? {
        name: subject.name,
        cost: prepared.cost,
        growth: stackGrowth(input.program, input.analysis.stackDepth, prepared.program, prepared.cost, subject.name),
        lines: knowledge === undefined ? prepared.describe() : [],
      }
    : { name: subject.name, refusal: prepared.refusal, lines: [] };
  const inserted = prepared.ok ? insertions(input.program, prepared) : [];
  switch (knowledge?.is) {
    case undefined:
      return shared;
    case 'descriptors':
      return {
        ...shared,
        knows: {
          ...explainDescriptors(input.program, knowledge, seenBy(input.program, knowledge, states), prepared.ok),
          inserted,
        },
      };
    case 'tables':
      return { ...shared, knows: { ...knowledge, inserted } };
    default:
      return knowledge satisfies never;
  }
}

/** The states as a design sees them that has added slots: what it says of those it knows better. */
function seenBy(program: Program, { spills = [] }: DescriptorKnowledge, states: States): States {
  if (spills.length === 0) return states;
  return {
    ...states,
    cellAt(visit, pc, location) {
      const spill = spills.find(
        ({ subprogram, offset }) =>
          location.in === 'stack' && offset === location.offset && subprogram === program.subprogramOf[pc],
      );
      const cell = states.cellAt(visit, pc, location);
      return spill === undefined || cell === undefined ? cell : states.cellOfReference(visit, spill.holds[visit] ?? 0);
    },
  };
}

function explainDescriptors(
  program: Program,
  knowledge: DescriptorKnowledge,
  states: States,
  accepted: boolean,
): Omit<ExplainedDescriptors, 'inserted'> {
  const listed = listedResources(knowledge, states);
  const nameOf = (visit: number) => states.groupOf(visit)?.name ?? '?';
  const explain = (pc: number, { location, entry, listing }: DescribedLocation): ExplainedLocation => {
    const shared = entry === undefined ? { location } : { location, entry };
    switch (listing.why) {
      case 'merged': {
        const steps = explainSteps(listing.steps, states, pc, location);
        if (!accepted) return { ...shared, listing: { why: 'merged', steps } };
        const fitted = steps.map((step) => ({ ...step, ...fitOf(step, entry, pc, location, listed) }));
        return { ...shared, listing: { why: 'merged', steps: fitted } };
      }
      case 'only-place': {
        const { why, reference, visit } = listing;
        return { ...shared, listing: { why, resource: states.nameOf(visit, reference), state: nameOf(visit) } };
      }
      case 'second-copy': {
        const { why, reference, visit, first } = listing;
        return { ...shared, listing: { why, resource: states.nameOf(visit, reference), first, state: nameOf(visit) } };
      }
      case 'one-of-several':
      case 'unusable':
        return { ...shared, listing };
      default:
        return listing satisfies never;
    }
  };
  const { failed } = knowledge;
  return {
    is: 'descriptors',
    leavesUnlisted: knowledge.leavesUnlisted,
    spills: (knowledge.spills ?? []).map(({ subprogram, offset, pc }) => ({
      subprogram: program.subprograms[subprogram]?.name ?? '?',
      location: { in: 'stack', offset },
      pc,
    })),
    sites: knowledge.sites.map(({ pc, subprogram, locations }) => ({
      pc,
      subprogram: program.subprograms[subprogram]?.name ?? '?',
      hasDescriptor: locations.some(({ entry }) => entry !== undefined),
      locations: locations.map((each) => explain(pc, each)),
    })),
    unlisted: accepted
      ? states.groups.flatMap(({ name, holds }) =>
          holds
            .filter(({ resource }) => !listed.has(`${name} ${resource}`))
            .map(({ resource }) => ({ state: name, resource })),
        )
      : [],
    ...(failed === undefined
      ? {}
      : {
          failed: {
            state: nameOf(failed.visit),
            resource: states.nameOf(failed.visit, failed.reference),
            why: failed.why,
            places: failed.places,
          },
        }),
  };
}

/** Where each resource of each state is listed, by `STATE RESOURCE`. */
function listedResources({ sites }: DescriptorKnowledge, states: States): ReadonlyMap<string, readonly ListedAt[]> {
  const listed = new Map<string, ListedAt[]>();
  for (const { name, visits, frames } of states.groups) {
    for (const { pc, locations } of sites) {
      if (!frames.some((frame) => frame.pc === pc)) continue;
      for (const { location, entry } of locations) {
        const cell = states.cellAt(visits[0] ?? -1, pc, location);
        if (entry?.destructor === undefined || cell?.is !== 'owned') continue;
        const key = `${name} ${cell.resource}`;
        const known = listed.get(key);
        if (known === undefined) listed.set(key, [{ pc, location }]);
        else known.push({ pc, location });
      }
    }
  }
  return listed;
}

/** Joins the steps of states that look alike and did the same; of one state only what it did first is told twice. */
function explainSteps(
  steps: readonly MergeStep[],
  states: States,
  pc: number,
  location: Location,
): readonly Omit<ExplainedStep, 'fits'>[] {
  const joined: (Omit<ExplainedStep, 'fits' | 'states'> & { readonly key: string; readonly states: string[] })[] = [];
  const told = new Set<string>();
  for (const { visit, ...step } of steps) {
    const name = states.groupOf(visit)?.name ?? '?';
    const cell = states.cellAt(visit, pc, location);
    const text = cell === undefined ? '' : cellText(cell);
    // The second of two states that look alike finds the entry of the first: nothing new.
    const repeated = told.has(`${name} ${text}`) && (step.rule === 2 || step.came === 'silent');
    told.add(`${name} ${text}`);
    if (repeated) continue;
    const key = `${text} ${step.made} ${step.rule} ${step.came}`;
    const last = joined.at(-1);
    if (last?.key !== key) joined.push({ states: [name], key, ...step, ...(cell === undefined ? {} : { cell }) });
    else if (last.states.at(-1) !== name) last.states.push(name);
  }
  return joined.map(({ key: _, ...step }) => step);
}

function fitOf(
  { states, cell }: Omit<ExplainedStep, 'fits'>,
  entry: DescribedLocation['entry'],
  pc: number,
  location: Location,
  listed: ReadonlyMap<string, readonly ListedAt[]>,
): Pick<ExplainedStep, 'fits' | 'also'> {
  if (entry?.destructor === undefined) return { fits: 'yes' };
  if (!isFit(cell, entry)) return { fits: 'other' };
  if (cell?.is !== 'owned') return { fits: 'yes' };
  const where = listed.get(`${states[0]} ${cell.resource}`) ?? [];
  const also = where.filter((each) => each.pc !== pc || locationText(each.location) !== locationText(location));
  return also.length === 0 ? { fits: 'yes' } : { fits: 'twice', also };
}

/** All slots of a rewrite that are not the original's. */
function insertions(program: Program, { program: rewritten, pcMap, intrinsics }: Prepared): readonly Insertion[] {
  const names = new Map(intrinsics.map(({ pc, name }) => [pc, name]));
  const inserted: Insertion[] = [];
  for (let pc = 0; pc < rewritten.length; pc++) {
    if ((pcMap.toOriginal[pc] ?? 0) >= 0) continue;
    const what = names.get(pc) ?? printInstruction(rewritten, pc);
    const serves = pcMap.serves?.[pc] ?? -1;
    if (serves < 0) {
      const subprogram = program.subprograms[rewritten.subprogramOf[pc] ?? 0]?.name ?? '?';
      inserted.push({ where: 'entry', subprogram, what });
    } else {
      inserted.push({ where: pc < (pcMap.toPrepared[serves] ?? 0) ? 'before' : 'after', pc: serves, what });
    }
  }
  return inserted;
}
