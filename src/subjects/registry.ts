/** One row per subject, in the order in which reports list them. */
import { rfcV1, sound } from './frame-descriptors/frame-descriptors.js';
import { landingPads } from './landing-pads/landing-pads.js';
import { mainline } from './mainline/mainline.js';
import { runToExit } from './run-to-exit/run-to-exit.js';
import { compact } from './runtime-table/compact.js';
import { perFrame } from './runtime-table/runtime-table.js';
import { shared } from './runtime-table/shared.js';
import type { Subject } from './subject.js';

export const SUBJECTS: readonly Subject[] = [mainline, rfcV1, sound, perFrame, shared, compact, landingPads, runToExit];

const byName = new Map(SUBJECTS.map((subject) => [subject.name, subject]));

/** The subject of a name such as `frame-descriptors/sound`. */
export function subjectByName(name: string): Subject | undefined {
  return byName.get(name);
}
