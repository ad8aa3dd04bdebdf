/**
 * What a design knows about a program, and why, for people. A visit is a position in `Analysis.throws`; a reference is
 * named by its id in the state of that visit; pcs are original ones.
 */
import type { Location } from './location.js';
import type { MergeSide } from './refusal.js';

/**
 * The rules by which the posted series merges an entry into the one it has for the same pc and location; the first that
 * applies counts: 1 there is none, 2 identical, 3 spill types differ, 4 dynptr or iterator, 5 same type number, 6 neither is
 * NULL, 7 the new one is NULL, 8 the old one is NULL.
 */
export type MergeRule = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** What one path did about one location. */
export interface MergeStep {
  readonly visit: number;
  /** The entry that the path made: a kind, or `uninitialised`; absent if it made none. */
  readonly made?: string;
  /** The rule that fired; absent if no entry was made. */
  readonly rule?: MergeRule;
  /**
   * `taken`: the new entry stands now. `kept`: the old one does. `refused`: they do not merge, the program is refused.
   * `dropped`: they do not merge, which is ignored. `erased`: the paths do not share the location, and what is lost there is
   * a second copy of something that they share elsewhere. `silent`: the path says nothing, an entry there is not looked
   * at again.
   */
  readonly came: 'taken' | 'kept' | 'refused' | 'dropped' | 'erased' | 'silent';
}

/** Why a location is listed in a descriptor, or is not. */
export type Listing =
  /** Listed: the entries of all paths, in the order in which they came. */
  | { readonly why: 'merged'; readonly steps: readonly MergeStep[] }
  /** Listed: on the path of this visit the resource is in no other place that could be listed. */
  | { readonly why: 'only-place'; readonly visit: number; readonly reference: number }
  /** Listed: one of several places of which every path has each resource in exactly one. */
  | { readonly why: 'one-of-several' }
  /** Not listed: it would release this resource twice on the path of this visit. */
  | {
      readonly why: 'second-copy';
      readonly visit: number;
      readonly reference: number;
      readonly first: { readonly pc: number; readonly location: Location };
    }
  /** Not listed: some path has something else there. */
  | { readonly why: 'unusable'; readonly against: MergeSide };

export interface DescribedLocation {
  readonly location: Location;
  /** The entry; absent for a location that is not listed. */
  readonly entry?: {
    /** A kind, or `uninitialised`: nothing to release. */
    readonly what: string;
    /** Struct type of a local object, pointer type of a socket. */
    readonly type?: string;
    /** Subtracted from the value found. */
    readonly offset: number;
    readonly mayBeNull: boolean;
    readonly destructor?: string;
  };
  readonly listing: Listing;
}

/** What a design knows of the frames that stand at one pc when the program throws. */
export interface DescribedSite {
  readonly pc: number;
  readonly subprogram: number;
  /** Entries in the order in which they are released, then the locations that are not listed. */
  readonly locations: readonly DescribedLocation[];
}

/** A resource for which no choice of locations works, and what stands against each place it has. */
export interface FailedChoice {
  readonly visit: number;
  readonly reference: number;
  /** `no-key`: no place of it can be listed. `overlap`: every choice releases something twice or never. */
  readonly why: 'no-key' | 'overlap' | 'gave-up';
  readonly places: readonly { readonly pc: number; readonly location: Location; readonly against: MergeSide }[];
}

/** A slot that a design has added, and what it holds at the throws. */
export interface SpillKnowledge {
  readonly subprogram: number;
  /** From the frame pointer, in bytes. */
  readonly offset: number;
  /** pc of the call that fills it. */
  readonly pc: number;
  /** By visit: the reference that it holds, or 0. */
  readonly holds: readonly number[];
}

export interface DescriptorKnowledge {
  readonly is: 'descriptors';
  /** By pc, ascending. */
  readonly sites: readonly DescribedSite[];
  /** At run time a frame without descriptor, of a subprogram that has some, is left without restoring its registers. */
  readonly leavesUnlisted: boolean;
  readonly failed?: FailedChoice;
  /** Slots of the prepared program that the original does not have. */
  readonly spills?: readonly SpillKnowledge[];
}

export interface TableKnowledge {
  readonly is: 'tables';
  /**
   * Per subprogram: for each entry the offset from the frame pointer of its pointer word and of its type word, which may be
   * one and the same word.
   */
  readonly tables: readonly {
    readonly subprogram: number;
    readonly entries: readonly { readonly pointer: number; readonly type: number }[];
  }[];
  /** What the types of entries stand for, by number. */
  readonly types: readonly { readonly what: string; readonly destructor: string }[];
  /**
   * What the two words of an entry in use say: the address of the resource, its type, and whether another entry stands for
   * the same resource. `fp` is R10 of the frame that the entry is in.
   */
  readonly read: (
    pointer: bigint,
    word: bigint,
    fp: bigint,
  ) => { readonly address: bigint; readonly type: number; readonly alias: boolean };
}

export type Knowledge = DescriptorKnowledge | TableKnowledge;
