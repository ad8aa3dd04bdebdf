/**
 * The runtime table with the smallest entry that is right, one word; why none is smaller, and what is in the word, is argued
 * in entry.ts. Nothing else differs from the table per frame, so that what the entry saves can be read off: the objection
 * of the thread was that a more compact entry helps, but does not remove the problem. With the one region of `shared` it would
 * be 8 bytes for each resource that is held at once.
 */
import type { Subject } from '../subject.js';
import { PACKED } from './entry.js';
import { tableSubject } from './runtime-table.js';

export const compact: Subject = tableSubject('runtime-table/compact', { format: PACKED, region: 'frame' });
