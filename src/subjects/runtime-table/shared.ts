/**
 * The runtime table in one region for all frames (the proposal's variant): it lies at the end of main's frame, and everybody's
 * entries are in it. No entry ever moves: a resource that is returned, passed down or released by another frame stays
 * where it is, and a throw walks one region.
 *
 * How does a subprogram reach the region? Not by a pointer that it is handed: its argument registers are the program's, and
 * a slot for it in every frame would cost what is to be saved. The inserted call finds it as the unwinder finds main's frame:
 * it follows the saved frame pointers outward, at most seven, to the frame that the exception boundary has marked. That
 * is a call into the kernel, as push and delete are anyway. An intrinsic may therefore act on the reserved bytes of an outer
 * frame, and only main has any.
 *
 * How large is it? N is the most that is held at once in the whole program, plus clones of dynptrs: never more than the
 * maxima of the frames of a chain taken together, because those need not fall on the same moment.
 *
 * Which entry does a release delete? Any of that address: they all say the same, and one goes. What a subprogram leaves in
 * its own stack when it returns is dropped from the region only if it can have a clone (rewrite.ts).
 */
import type { Subject } from '../subject.js';
import { WIDE } from './entry.js';
import { tableSubject } from './runtime-table.js';

export const shared: Subject = tableSubject('runtime-table/shared', { format: WIDE, region: 'main' });
