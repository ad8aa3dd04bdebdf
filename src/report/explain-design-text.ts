/** What each design knows, for people: entries with the rule or the choice behind them, tables, inserted code. */
import type { DescribedLocation, MergeRule } from '../contract/knowledge.js';
import type { Location } from '../contract/location.js';
import { cellText, offsetText } from './explain-cell.js';
import type {
  DesignExplanation,
  ExplainedDescriptors,
  ExplainedListing,
  ExplainedLocation,
  ExplainedSite,
  ExplainedStep,
  ExplainedTables,
  Insertion,
  ListedAt,
} from './explain-design.js';
import { sideText } from './explain-listing.js';
import { locationText } from './finding-text.js';
import { foldedTable, inWords, number, wrap } from './table.js';
import { type Paint, paintLines } from './terminal.js';

/** A section, or nothing about a design that refused the program and has no more to say than that. */
export function designSection(design: DesignExplanation, names: SubprogramNames, paint: Paint): string {
  if (design.refusal !== undefined && design.knows === undefined && design.lines.length === 0) return '';
  return [
    `${paint.bold(`What ${design.name} knows`)}\n`,
    costText(design),
    design.refusal === undefined ? '' : paintLines(refusalText(design.refusal), paint.red),
    knowledgeText(design, names, paint),
    ...design.lines.map((line) => wrap(line, '    ', '  ')),
  ].join('');
}

/** Names of subprograms by their index. */
export type SubprogramNames = readonly string[];

function refusalText({ code, pc, message }: NonNullable<DesignExplanation['refusal']>): string {
  return wrap(`refuses the program: ${code} at ${pc}: ${message}`, '    ', '  ');
}

function costText({ cost, growth }: DesignExplanation): string {
  const parts: string[] = [];
  if (growth !== undefined && growth.chain > 0) parts.push(`${number(growth.chain)} bytes of stack`);
  if (cost !== undefined && cost.metadataBytes > 0) parts.push(`${number(cost.metadataBytes)} bytes of metadata`);
  if (cost !== undefined && cost.instructionsAdded > 0)
    parts.push(`${number(cost.instructionsAdded)} instructions inserted`);
  return parts.length === 0 ? '' : `  costs ${inWords(parts)}\n`;
}

function knowledgeText({ knows, refusal, lines }: DesignExplanation, names: SubprogramNames, paint: Paint): string {
  switch (knows?.is) {
    case undefined:
      return refusal === undefined && lines.length === 0
        ? '  nothing: it accepts only programs that hold nothing at a throw\n'
        : '';
    case 'descriptors':
      return descriptorsText(knows, refusal !== undefined, paint);
    case 'tables':
      return tablesText(knows, names, paint);
    default:
      return knows satisfies never;
  }
}

function descriptorsText(knows: ExplainedDescriptors, refused: boolean, paint: Paint): string {
  const { sites, unlisted, failed, leavesUnlisted, spills, inserted } = knows;
  const described = new Set(sites.flatMap(({ subprogram, hasDescriptor }) => (hasDescriptor ? [subprogram] : [])));
  const empty = refused ? [] : sites.filter(({ hasDescriptor }) => !hasDescriptor);
  const left = empty.filter(({ subprogram }) => leavesUnlisted && described.has(subprogram));
  const harmless = empty.filter((site) => !left.includes(site));
  const names = (some: readonly ExplainedSite[]) => inWords(some.map(({ subprogram, pc }) => `${subprogram} at ${pc}`));
  return [
    ...sites.filter(({ locations }) => locations.length > 0).map((site) => siteText(site, paint)),
    harmless.length === 0 ? '' : wrap(`${names(harmless)}: nothing to list, no descriptor`, '    ', '  '),
    left.length === 0
      ? ''
      : wrap(
          `${names(left)}: nothing makes an entry, so there is no descriptor; a frame that stops there is left at once, and the registers it saved are not restored`,
          '    ',
          '  ',
        ),
    ...unlisted.map(({ state, resource }) =>
      paintLines(wrap(`${resource} of state ${state} is LISTED NOWHERE`, '    ', '  '), paint.red),
    ),
    failed === undefined ? '' : failureText(failed, paint),
    ...spills.map(({ subprogram, location, pc }) =>
      wrap(
        `${locationText(location)} of ${subprogram} is new: it is for what the call at ${pc} acquires`,
        '    ',
        '  ',
      ),
    ),
    inserted.length === 0 ? '' : foldedTable(paint, ['', ''], insertedRows(inserted)),
  ].join('');
}

function siteText({ subprogram, pc, locations }: ExplainedSite, paint: Paint): string {
  const merged = locations.some(({ listing }) => listing.why === 'merged');
  const rows: string[][] = [];
  const quiet: Location[] = [];
  for (const each of locations) {
    if (isQuiet(each)) quiet.push(each.location);
    else rows.push(...locationRows(each, pc, merged, paint));
  }
  const head = ['place', 'entry', ...(merged ? ['what a state has there'] : []), 'why'];
  const table = rows.length === 0 ? '' : foldedTable(paint, head, rows, '    ');
  const rest =
    quiet.length === 0
      ? ''
      : wrap(`${placesText(quiet)}: uninitialised or a scalar, nothing to release`, '      ', '    ');
  return `  ${subprogram} at ${pc}\n${table}${rest}`;
}

/** `fp-8 r7`; slots in a row are `fp-8 to fp-40`. */
function placesText(locations: readonly Location[]): string {
  const runs: Location[][] = [];
  for (const location of locations) {
    const last = runs.at(-1);
    const before = last?.at(-1);
    const follows = before?.in === 'stack' && location.in === 'stack' && location.offset === before.offset - 8;
    if (follows) last?.push(location);
    else runs.push([location]);
  }
  return runs
    .map((run) => run.map(locationText))
    .map((names) => (names.length < 3 ? names.join(' ') : `${names[0]} to ${names.at(-1)}`))
    .join(' ');
}

/** An entry without a resource that met no resource in any state. */
function isQuiet({ entry, listing }: ExplainedLocation): boolean {
  if (listing.why !== 'merged' || entry === undefined || entry.destructor !== undefined) return false;
  return listing.steps.every(
    ({ rule, came, cell }) => (rule === 1 || rule === 2 || came === 'silent') && cell?.is !== 'owned',
  );
}

/** `merged`: the table has a column for what states have. */
function locationRows(
  { location, entry, listing }: ExplainedLocation,
  pc: number,
  merged: boolean,
  paint: Paint,
): readonly string[][] {
  const place = locationText(location);
  const what = entryText(entry);
  if (listing.why !== 'merged') return [[place, what, ...(merged ? [''] : []), choiceText(listing, pc)]];
  return listing.steps.map((step, index) => {
    const wrong = misfitText(step, pc);
    const before = listing.steps.slice(0, index).filter(({ came }) => came === 'taken' || came === 'erased');
    const stands = before.at(-1)?.came === 'taken';
    const why = `${stepText(step, stands)}${wrong === '' ? '' : `; ${paint.red(wrong)}`}`;
    return [index === 0 ? place : '', index === 0 ? what : '', hasText(step), why];
  });
}

/** `B: task@7?`, `B, C and D: task@4`. */
function hasText({ states, cell }: ExplainedStep): string {
  const names = inWords(states, 4);
  if (cell === undefined) return names;
  return `${names}: ${cellText(cell)}`;
}

/** How the entry that stands is wrong for the states of a step, if it is. */
function misfitText({ fits, also = [] }: ExplainedStep, pc: number): string {
  switch (fits) {
    case undefined:
    case 'yes':
      return '';
    case 'other':
      return 'WRONG here';
    case 'twice':
      return `LISTED TWICE, also ${inWords(also.map((each) => placeFrom(each, pc)))}`;
    default:
      return fits satisfies never;
  }
}

function entryText(entry: DescribedLocation['entry']): string {
  if (entry === undefined) return 'not listed';
  const { what, type, offset, mayBeNull } = entry;
  return `${what}${type === undefined ? '' : ` ${type}`}${offsetText(offset)}${mayBeNull ? '?' : ''}`;
}

/** `fp-8`, or `fp-8 at 23` if that is the frame of another pc. */
function placeFrom({ pc, location }: ListedAt, here: number): string {
  return pc === here ? locationText(location) : `${locationText(location)} at ${pc}`;
}

const RULES: Readonly<Record<MergeRule, string>> = {
  1: 'rule 1, no entry yet',
  2: 'rule 2, identical',
  3: 'rule 3, spill types differ',
  4: 'rule 4, dynptr or iterator',
  5: 'rule 5, same type number',
  6: 'rule 6, neither is NULL',
  7: 'rule 7, the new one is NULL',
  8: 'rule 8, the old one is NULL',
};

const CAME: Readonly<Record<Exclude<ExplainedStep['came'], 'silent'>, string>> = {
  taken: 'taken',
  kept: 'the old one stays',
  refused: 'REFUSED',
  dropped: 'a failure that is ignored here: the old one stays',
  erased: 'a second copy of what the paths share elsewhere: ERASED',
};

/** `stands`: some state before these has made an entry. */
function stepText({ rule, came, made, cell }: ExplainedStep, stands: boolean): string {
  if (came === 'erased' && rule === undefined) return `makes no entry; ${CAME.erased}`;
  if (came === 'silent' || rule === undefined) {
    return stands ? 'makes no entry, so the old one is not looked at' : 'makes no entry';
  }
  // The simulated cleanup of this throw has come by another copy of the pointer.
  const gone = made === 'uninitialised' && cell?.is === 'owned' ? 'released through another copy: now a scalar; ' : '';
  return `${gone}${RULES[rule]}: ${CAME[came]}`;
}

function choiceText(listing: Exclude<ExplainedListing, { readonly why: 'merged' }>, here: number): string {
  switch (listing.why) {
    case 'only-place':
      return `the only place that can be listed for ${listing.resource} of state ${listing.state}`;
    case 'one-of-several':
      return 'with it every state has each resource listed exactly once';
    case 'second-copy':
      return `${listing.resource} of state ${listing.state} is listed already: ${placeFrom(listing.first, here)}`;
    case 'unusable':
      return `some state has there: ${sideText(listing.against)}`;
    default:
      return listing satisfies never;
  }
}

function failureText(
  { state, resource, why, places }: NonNullable<ExplainedDescriptors['failed']>,
  paint: Paint,
): string {
  const head: Readonly<Record<typeof why, string>> = {
    'no-key': `${resource} of state ${state} can be listed nowhere:`,
    overlap: `${resource} of state ${state}: every choice releases something twice or never:`,
    'gave-up': `${resource} of state ${state}: the search for a choice was given up:`,
  };
  if (places.length === 0)
    return wrap(`${resource} of state ${state} is in no callee-saved register and in no slot`, '  ');
  const rows = places.map(({ pc, location, against }) => [
    `${locationText(location)} at ${pc}`,
    why === 'no-key' ? `another state has there: ${sideText(against)}` : `a copy of it`,
  ]);
  return `  ${head[why]}\n${foldedTable(paint, ['', ''], rows, '    ')}`;
}

function tablesText({ tables, types, inserted }: ExplainedTables, names: SubprogramNames, paint: Paint): string {
  const rows = tables
    .filter(({ entries }) => entries.length > 0)
    .map(({ subprogram, entries }) => [
      names[subprogram] ?? '?',
      `${entries.length}`,
      entries
        .map(({ pointer, type }, index) => `[${index}] fp${pointer}${type === pointer ? '' : `, type fp${type}`}`)
        .join('; '),
    ]);
  if (rows.length === 0) return '  no table: nothing is ever owned, or nothing throws\n';
  const words = types.map(({ what, destructor }, number) => [`type ${number}`, what, destructor]);
  return [
    foldedTable(paint, ['frame', 'entries', 'where'], rows),
    foldedTable(paint, ['', '', ''], words),
    foldedTable(paint, ['', ''], insertedRows(inserted)),
  ].join('');
}

/** One row per kind of inserted code. */
function insertedRows(inserted: readonly Insertion[]): readonly string[][] {
  const rows = new Map<string, Map<string, Set<string>>>();
  for (const each of inserted) {
    const [what, where, at] =
      each.where === 'entry' ? ['zeroing', 'at the entry of', each.subprogram] : [each.what, each.where, `${each.pc}`];
    const places = rows.get(what) ?? new Map<string, Set<string>>();
    rows.set(what, places.set(where, (places.get(where) ?? new Set()).add(at)));
  }
  return [...rows].map(([what, places]) => [
    what,
    [...places].map(([where, at]) => `${where} ${inWords([...at], 24)}`).join(', '),
  ]);
}
