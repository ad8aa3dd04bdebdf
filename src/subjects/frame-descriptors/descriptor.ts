/** What a frame descriptor is: per pc, which slot or callee-saved register of the frame holds which resource. */
import type { Location } from '../../contract/location.js';
import type { Program } from '../../isa/program.js';
import type { Holding } from '../destructors.js';

/** A place in a frame that can be described: 64 stack slots, fp-8 first, then R6..R9, then R0..R5 (stops between throws). */
export type Place = number;
export const SLOTS = 64;
/** The first place that only a stop between throws leaves anything in. */
export const SCRATCH = SLOTS + 4;
export const PLACES = SCRATCH + 6;

/** The register that a place above the slots is. */
export function registerOf(place: Place): number {
  return place < SCRATCH ? place - SLOTS + 6 : place - SCRATCH;
}

/** How a resource is at a place: spilled, in a callee-saved register, or on the stack itself. */
export type SpillType = 'spill' | 'register' | 'dynptr' | 'iter';

/** One entry. */
export interface Entry {
  readonly place: Place;
  /** What is there; `undefined` is the NOT_INIT entry of rfc-v1: nothing to release, but it must not meet a resource. */
  readonly holds: Holding | undefined;
  /** The NULL entry of rfc-v2: nothing to release on the path that made it, and whatever another path has there merges with it. */
  readonly isNull?: true;
  /** What kind of place it is (the RFC's spill type): a dynptr's or iterator's destructor gets the place's address. */
  readonly spill: SpillType;
  /** Subtracted from the value found there: the fixed offset of the pointer (rfc-v1 records none). */
  readonly offset: number;
  readonly destructor: string;
  /** pc of the call that acquired it, on the path that made the entry. */
  readonly acquiredAt: number | undefined;
}

/** What is known at one pc of a frame. */
export interface Descriptor {
  readonly pc: number;
  readonly subprogram: number;
  /** In the order first recorded. */
  readonly stack: readonly Entry[];
  /** For R6..R9. */
  readonly registers: readonly (Entry | undefined)[];
  /** For R0..R5, if the program can be stopped here between throws. */
  readonly scratch?: readonly (Entry | undefined)[];
  /** Places where some path that was merged has, or may have, NULL. */
  readonly nullable: ReadonlySet<Place>;
}

/** The descriptors of a program. A subprogram without any descriptor has no table. */
export interface Descriptors {
  readonly byPc: ReadonlyMap<number, Descriptor>;
  /** All pcs of frames seen at throws, described or not, ascending. */
  readonly pcs: readonly number[];
}

const LOCATIONS: readonly Location[] = Array.from({ length: PLACES }, (_, place) =>
  place < SLOTS ? { in: 'stack', offset: -8 * (place + 1) } : { in: 'register', register: registerOf(place) },
);

/** The location of a place. */
export function locationOf(place: Place): Location {
  return LOCATIONS[place] ?? { in: 'stack', offset: 0 };
}

/** `fp-8`, `r7`. */
export function placeName(place: Place): string {
  return place < SLOTS ? `fp-${8 * (place + 1)}` : `r${registerOf(place)}`;
}

/** An entry for people: kind (or `uninitialised`), struct or pointer type, offset, destructor. */
export function entryInWords(program: Program, entry: Entry) {
  const { holds, offset, destructor } = entry;
  if (holds === undefined) return { what: contentOf(entry), offset };
  const type = program.types[holds.type]?.name ?? holds.form;
  return { what: holds.kind, offset, destructor, ...(type === undefined ? {} : { type }) };
}

/** What an entry stands for: a kind, `null` or `uninitialised`. */
export function contentOf({ holds, isNull }: Entry): string {
  return holds?.kind ?? (isNull === true ? 'null' : 'uninitialised');
}

/**
 * Metadata of the kernel's structures: 16 bytes per table, per descriptor 8 + 28 × registers + 24 × stack entries; four
 * registers (112 bytes), or all ten where a program can be stopped between throws.
 */
export function metadataBytes(descriptors: Descriptors): number {
  const tables = new Set<number>();
  let bytes = 0;
  for (const { subprogram, stack, scratch } of descriptors.byPc.values()) {
    tables.add(subprogram);
    bytes += 8 + 28 * (scratch === undefined ? 4 : 10) + 24 * stack.length;
  }
  return bytes + 16 * tables.size;
}

/**
 * One line per pc: `main 7: r7=task?`; `?` where a path has it NULL or maybe NULL, `-` where nothing is described. `shown`: as
 * what a pc of a rewrite is told.
 */
export function describeDescriptors(
  program: Program,
  descriptors: Descriptors,
  shown = (pc: number): number => pc,
): readonly string[] {
  return descriptors.pcs.map((pc) => {
    const name = program.subprograms[program.subprogramOf[pc] ?? 0]?.name ?? '?';
    const descriptor = descriptors.byPc.get(pc);
    if (descriptor === undefined) return `${name} ${shown(pc)}: -`;
    const { stack, registers, scratch = [] } = descriptor;
    const entries = [...stack, ...[...registers, ...scratch].flatMap((entry) => entry ?? [])].map((entry) => {
      if (entry.holds === undefined) return `${placeName(entry.place)}=${contentOf(entry)}`;
      const nullable = descriptor.nullable.has(entry.place) ? '?' : '';
      const offset = entry.offset === 0 ? '' : `${entry.offset > 0 ? '+' : ''}${entry.offset}`;
      return `${placeName(entry.place)}=${entry.holds.kind}${offset}${nullable}`;
    });
    return `${name} ${shown(pc)}: ${entries.length === 0 ? '-' : entries.join(' ')}`;
  });
}
