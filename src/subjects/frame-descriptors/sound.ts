/** sound: descriptors from all throw states at once; the argument is in merge.ts. */
import type { MergeSide, Refusal } from '../../contract/refusal.js';
import type { Program } from '../../isa/program.js';
import type { Analysis } from '../../verify/analysis.js';
import { DESTRUCTORS, type Holding } from '../destructors.js';
import { heldReference } from '../refusal.js';
import {
  type AddressesBelow,
  type Candidates,
  type Duty,
  findCandidates,
  isUsable,
  type Key,
  oppositionTo,
  type Site,
} from './candidates.js';
import type { Collected } from './collect.js';
import { type Descriptor, type Entry, PLACES, type Place, placeName, SCRATCH, SLOTS } from './descriptor.js';
import { mergeFailure } from './merge.js';
import { type Selection, selectKeys } from './selection.js';

/** What there was to choose from, and what was chosen. */
export interface Choice {
  readonly candidates: Candidates;
  /** By duty: the keys that may be listed. */
  readonly usable: readonly (readonly Key[])[];
  readonly selection: Selection;
}

/** Chooses the keys that descriptors list. */
export function chooseKeys(program: Program, analysis: Analysis, addresses?: AddressesBelow): Choice {
  const candidates = findCandidates(program, analysis, addresses);
  const { sites, duties } = candidates;
  const usable = duties.map(({ keys }) => keys.filter((key) => isUsableKey(sites, keys, key)));
  return { candidates, usable, selection: selectKeys(usable) };
}

/** Chooses the descriptors of a walked program such that every path is cleaned up exactly, or says where paths clash. */
export function collectSound(program: Program, analysis: Analysis, fine = false): Collected {
  return describeChoice(program, analysis, chooseKeys(program, analysis), fine);
}

/** The descriptors of a choice, or why there is none. `fine`: the program can be stopped between throws, so R0..R5 count. */
export function describeChoice(program: Program, analysis: Analysis, choice: Choice, fine = false): Collected {
  const { candidates, selection } = choice;
  const { sites } = candidates;
  if (!selection.ok) return { ok: false, refusal: refusalOf(program, analysis, choice, selection.duty, selection.why) };
  const byPc = new Map<number, Descriptor>();
  sites.forEach((site, index) => {
    const entries: (Entry | undefined)[] = [];
    for (let place = 0; place < site.claims.length; place++) {
      const claim = site.claims[place];
      if (claim === undefined || claim === 'mixed' || !selection.chosen.has(index * PLACES + place)) continue;
      const { holding, spill, offset, destructor, acquiredAt } = claim;
      entries[place] = { place, holds: holding, spill, offset, destructor, acquiredAt };
    }
    if (entries.length === 0) return;
    byPc.set(site.pc, {
      pc: site.pc,
      subprogram: program.subprogramOf[site.pc] ?? 0,
      stack: entries.slice(0, SLOTS).flatMap((entry) => entry ?? []),
      registers: [0, 1, 2, 3].map((register) => entries[SLOTS + register]),
      ...(fine ? { scratch: [0, 1, 2, 3, 4, 5].map((register) => entries[SCRATCH + register]) } : {}),
      nullable: site.nullable,
    });
  });
  return { ok: true, descriptors: { byPc, pcs: sites.map(({ pc }) => pc).sort((a, b) => a - b) } };
}

/** Why a duty cannot be met, by its position. */
export function refusalOf(
  program: Program,
  analysis: Analysis,
  { candidates }: Choice,
  index: number,
  why: Unmet,
): Refusal {
  const duty = candidates.duties[index];
  if (duty === undefined) throw new Error(`there is no duty ${index}`);
  return explain(program, analysis, candidates, duty, why);
}

/** Why a selection fails. */
type Unmet = Extract<Selection, { readonly ok: false }>['why'];

/** A key that one state has twice would release twice; a program without recursion has none. */
function isUsableKey(sites: readonly Site[], keys: readonly Key[], key: Key): boolean {
  const site = sites[Math.floor(key / PLACES)];
  return site !== undefined && isUsable(site, key % PLACES) && keys.indexOf(key) === keys.lastIndexOf(key);
}

/** Why a duty cannot be met, by its most telling place: one where another resource stands, else the first. */
function explain(program: Program, analysis: Analysis, { sites }: Candidates, duty: Duty, why: Unmet): Refusal {
  const { reference, keys } = duty;
  const left = { what: reference.kind, acquiredAt: reference.acquiredAt };
  const holding = { kind: reference.kind, type: reference.type };
  if (DESTRUCTORS[holding.kind].destructor(program, holding.type) === undefined) {
    return { code: 'no-destructor', pc: duty.pc, message: 'failed to simulate cleanup for frame desc entry' };
  }
  const conflicts = keys.flatMap((key) => {
    const site = sites[Math.floor(key / PLACES)];
    if (site === undefined) return [];
    const place = key % PLACES;
    return [{ site, place, right: oppositionAt(analysis, site, place, holding) }];
  });
  const told = conflicts.find(({ right }) => right.acquiredAt !== undefined) ?? conflicts[0];
  // Found in no frame: only dead registers had it.
  if (told === undefined) return heldReference(duty.pc, reference).refusal;
  if (why === 'no-key') return mergeFailure(program, told.site.pc, told.place, left, told.right);
  const others = conflicts.filter((conflict) => conflict !== told).map(({ place }) => placeName(place));
  const copies = others.length === 0 ? `a copy of the same ${reference.kind}` : `the same in ${others.join(' and ')}`;
  const right = { what: copies, acquiredAt: reference.acquiredAt };
  const remark = why === 'gave-up' ? ' (search given up)' : '';
  return mergeFailure(program, told.site.pc, told.place, left, right, remark);
}

/** What stands against a place that holds this on some path. */
export function oppositionAt(analysis: Analysis, site: Site, place: Place, holding: Holding): MergeSide {
  const claim = site.claims[place];
  const offset = claim === undefined || claim === 'mixed' ? 0 : claim.offset;
  return oppositionTo(analysis, site, place, holding, offset);
}
