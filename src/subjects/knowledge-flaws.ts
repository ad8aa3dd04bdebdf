/** What a subject from outside can get wrong in what it tells `explain` (`Subject.know`): positions that are not there, words. */
import type { Knowledge, Listing, MergeStep } from '../contract/knowledge.js';
import { opAt, type Program } from '../isa/program.js';
import { expected, fieldsOf, flawOfLocation, isOneLine, isWhole, within } from './flaws.js';
import type { PrepareInput } from './subject.js';

const CAME: Readonly<Record<MergeStep['came'], true>> = {
  taken: true,
  kept: true,
  refused: true,
  dropped: true,
  erased: true,
  silent: true,
};

type Check = (value: unknown, input: PrepareInput) => string | undefined;

/** What is wrong with the answer of `know`, or `undefined`; `read` of tables is for the guard. */
export function flawOfKnowledge(value: unknown, input: PrepareInput): string | undefined {
  const { is } = fieldsOf(value);
  if (typeof is !== 'string' || !Object.hasOwn(KNOWLEDGE, is)) {
    return `is: ${expected(`one of ${Object.keys(KNOWLEDGE).join(', ')}`, is)}`;
  }
  return is === 'descriptors' ? KNOWLEDGE.descriptors(value, input) : KNOWLEDGE.tables(value, input);
}

const KNOWLEDGE: Readonly<Record<Knowledge['is'], Check>> = {
  descriptors(value, input) {
    const { sites, leavesUnlisted, failed, spills = [] } = fieldsOf(value);
    if (typeof leavesUnlisted !== 'boolean') return `leavesUnlisted: ${expected('true or false', leavesUnlisted)}`;
    return (
      list('sites', sites, flawOfSite, input) ??
      list('spills', spills, flawOfSpill, input) ??
      (failed === undefined ? undefined : within('failed', flawOfFailure(failed, input)))
    );
  },
  tables(value, input) {
    const { tables, types, read } = fieldsOf(value);
    if (typeof read !== 'function') return `read: ${expected('a function', read)}`;
    return list('tables', tables, flawOfTable, input) ?? list('types', types, flawOfType, input);
  },
};

/** The first flaw in a list, with its index. */
function list(name: string, value: unknown, check: Check, input: PrepareInput): string | undefined {
  if (!Array.isArray(value)) return `${name}: ${expected('a list', value)}`;
  for (const [index, each] of value.entries()) {
    const flaw = check(each, input);
    if (flaw !== undefined) return `${name}[${index}]: ${flaw}`;
  }
  return undefined;
}

function flawOfPc(value: unknown, program: Program): string | undefined {
  if (isWhole(value, 0, program.length) && opAt(program, value) !== undefined) return undefined;
  return `pc: ${expected('the pc of an instruction', value)}`;
}

function flawOfVisit(value: unknown, { analysis }: PrepareInput): string | undefined {
  const { length } = analysis.throws;
  return isWhole(value, 0, length) ? undefined : `visit: ${expected(`one of ${length} throws`, value)}`;
}

function flawOfSubprogram(value: unknown, { program }: PrepareInput): string | undefined {
  const { length } = program.subprograms;
  return isWhole(value, 0, length) ? undefined : `subprogram: ${expected(`one of ${length}`, value)}`;
}

const flawOfSite: Check = (value, input) => {
  const { pc, subprogram, locations } = fieldsOf(value);
  return (
    flawOfPc(pc, input.program) ??
    flawOfSubprogram(subprogram, input) ??
    list('locations', locations, flawOfDescribed, input)
  );
};

const flawOfDescribed: Check = (value, input) => {
  const { location, entry, listing } = fieldsOf(value);
  const misplaced = within('location', flawOfLocation(location));
  if (misplaced !== undefined) return misplaced;
  if (entry !== undefined) {
    const { what, offset, mayBeNull } = fieldsOf(entry);
    if (!isOneLine(what)) return `entry.what: ${expected('a kind', what)}`;
    if (!Number.isSafeInteger(offset)) return `entry.offset: ${expected('a number of bytes', offset)}`;
    if (typeof mayBeNull !== 'boolean') return `entry.mayBeNull: ${expected('true or false', mayBeNull)}`;
  }
  return within('listing', flawOfListing(listing, input));
};

const LISTINGS: Readonly<Record<Listing['why'], Check>> = {
  merged: (value, input) => {
    const { steps } = fieldsOf(value);
    return list('steps', steps, flawOfMergeStep, input);
  },
  'only-place': (value, input) => flawOfHolder(value, input),
  'one-of-several': () => undefined,
  'second-copy': (value, input) => {
    const { first } = fieldsOf(value);
    const { pc, location } = fieldsOf(first);
    return (
      flawOfHolder(value, input) ??
      within('first', flawOfPc(pc, input.program) ?? within('location', flawOfLocation(location)))
    );
  },
  unusable: (value) => {
    const { against } = fieldsOf(value);
    return flawOfSide(against);
  },
};
const isListing = (word: unknown): word is Listing['why'] => typeof word === 'string' && Object.hasOwn(LISTINGS, word);

const flawOfListing: Check = (value, input) => {
  const { why } = fieldsOf(value);
  if (!isListing(why)) return `why: ${expected(`one of ${Object.keys(LISTINGS).join(', ')}`, why)}`;
  return LISTINGS[why](value, input);
};

const flawOfMergeStep: Check = (value, input) => {
  const { visit, rule, came } = fieldsOf(value);
  if (rule !== undefined && !isWhole(rule, 1, 9)) return `rule: ${expected('1 to 8', rule)}`;
  if (typeof came !== 'string' || !Object.hasOwn(CAME, came)) {
    return `came: ${expected(`one of ${Object.keys(CAME).join(', ')}`, came)}`;
  }
  return flawOfVisit(visit, input);
};

const flawOfHolder: Check = (value, input) => {
  const { visit, reference } = fieldsOf(value);
  if (!isWhole(reference, 1)) return `reference: ${expected('the id of a reference', reference)}`;
  return flawOfVisit(visit, input);
};

function flawOfSide(value: unknown): string | undefined {
  const { what } = fieldsOf(value);
  return isOneLine(what) ? undefined : `against.what: ${expected('a word', what)}`;
}

const flawOfFailure: Check = (value, input) => {
  const { why, places } = fieldsOf(value);
  if (why !== 'no-key' && why !== 'overlap' && why !== 'gave-up') {
    return `why: ${expected('one of no-key, overlap, gave-up', why)}`;
  }
  return flawOfHolder(value, input) ?? list('places', places, flawOfPlace, input);
};

const flawOfSpill: Check = (value, input) => {
  const { pc, subprogram, offset, holds } = fieldsOf(value);
  if (!isWhole(offset, -512, -7)) return `offset: ${expected('an offset from -512 to -8', offset)}`;
  return (
    flawOfPc(pc, input.program) ??
    flawOfSubprogram(subprogram, input) ??
    list(
      'holds',
      holds,
      (each) => (isWhole(each, 0) ? undefined : expected('the id of a reference, or 0', each)),
      input,
    )
  );
};

const flawOfPlace: Check = (value, input) => {
  const { pc, location, against } = fieldsOf(value);
  return flawOfPc(pc, input.program) ?? within('location', flawOfLocation(location)) ?? flawOfSide(against);
};

const flawOfTable: Check = (value, input) => {
  const { subprogram, entries } = fieldsOf(value);
  return flawOfSubprogram(subprogram, input) ?? list('entries', entries, flawOfEntry, input);
};

const flawOfEntry: Check = (value) => {
  const { pointer, type } = fieldsOf(value);
  const isOffset = (offset: unknown) => isWhole(offset, -512, -7);
  return isOffset(pointer) && isOffset(type) ? undefined : expected('two offsets from -512 to -8', value);
};

const flawOfType: Check = (value) => {
  const { what, destructor } = fieldsOf(value);
  return isOneLine(what) && isOneLine(destructor) ? undefined : expected('what it is and its destructor', value);
};

/** What is wrong with the answer of `read`, or `undefined`. */
export function flawOfWords(value: unknown): string | undefined {
  const { address, type, alias } = fieldsOf(value);
  const isRight = typeof address === 'bigint' && isWhole(type, 0) && typeof alias === 'boolean';
  return isRight ? undefined : expected('{ address, type, alias }', value);
}
