/**
 * rfc-v2: merges what one path has at a pc into the descriptor that earlier paths have made there, location by location by the
 * rules of rfc-v1, with one thing more: a location on which the paths do not agree is erased if it is only a second copy.
 *
 * Two entries of one path are *copies* if they carry one reference (`copyOf`). A location is *shared* if the descriptor and the
 * path both have a resource there and these merge. A resource at a location that is not shared is dispensable if another copy
 * of it is shared: then the entry of the descriptor is taken away, or that of the path is not taken in. Erased means
 * gone: nothing remembers that the location was ever looked at, so for a later path rule 1 applies to it again.
 */
import type { MergeRule } from '../../contract/knowledge.js';
import type { Entry, Place } from './descriptor.js';
import { mergeEntries, mergeRule } from './merge.js';

/** An entry that knows which others are copies of it. */
export interface PlannedEntry extends Entry {
  /** The same for all copies of one resource on one path; no two paths have one in common. */
  readonly copyOf?: number;
  /** A failed merge is dropped, as in rfc-v1: the slot was MISC, INVALID or partly ZERO. */
  readonly lenient?: true;
}

/** What became of one location; `rule` is absent where the path says nothing. */
export interface MergedLocation {
  readonly place: Place;
  readonly fresh: PlannedEntry | undefined;
  readonly rule?: MergeRule;
  readonly came: 'taken' | 'kept' | 'erased' | 'dropped' | 'refused';
  /** The entry that stands now. */
  readonly stands: PlannedEntry | undefined;
}

/** Merges the entries of a path into those of a descriptor; locations in the order of the path, then those it does not have. */
export function mergeCopies(
  standing: ReadonlyMap<Place, PlannedEntry>,
  arriving: readonly PlannedEntry[],
): readonly MergedLocation[] {
  const shared = new Set<number>();
  for (const fresh of arriving) {
    const old = standing.get(fresh.place);
    if (old?.holds === undefined || fresh.holds === undefined || mergeEntries(old, fresh) === undefined) continue;
    for (const { copyOf } of [old, fresh]) if (copyOf !== undefined) shared.add(copyOf);
  }
  const isCopy = ({ copyOf }: PlannedEntry) => copyOf !== undefined && shared.has(copyOf);
  const here = new Set(arriving.map(({ place }) => place));
  const silent = [...standing.values()].filter((old) => !here.has(old.place) && isCopy(old));
  return [
    ...arriving.map((fresh) => mergeOne(standing.get(fresh.place), fresh, isCopy)),
    ...silent.map(({ place }): MergedLocation => ({ place, fresh: undefined, came: 'erased', stands: undefined })),
  ];
}

function mergeOne(
  old: PlannedEntry | undefined,
  fresh: PlannedEntry,
  isCopy: (entry: PlannedEntry) => boolean,
): MergedLocation {
  const { place } = fresh;
  const rule = mergeRule(old, fresh);
  const kept = mergeEntries(old, fresh);
  const isShared = kept !== undefined && old?.holds !== undefined && fresh.holds !== undefined;
  const isDispensable = [old, fresh].every((entry) => entry?.holds === undefined || isCopy(entry));
  const isResource = old?.holds !== undefined || fresh.holds !== undefined;
  if (!isShared && isResource && isDispensable) {
    // What is no resource may stay.
    return { place, fresh, rule, came: 'erased', stands: old?.holds === undefined ? old : undefined };
  }
  if (kept !== undefined) return { place, fresh, rule, came: kept === old ? 'kept' : 'taken', stands: kept };
  return { place, fresh, rule, came: fresh.lenient === true ? 'dropped' : 'refused', stands: old };
}
