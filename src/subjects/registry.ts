/** One row per subject, in the order in which reports list them. */
import { literal, sound as spilled } from './forced-spill/forced-spill.js';
import { rfcV1, rfcV2, sound } from './frame-descriptors/frame-descriptors.js';
import { landingPads } from './landing-pads/landing-pads.js';
import { mainline } from './mainline/mainline.js';
import { runToExit } from './run-to-exit/run-to-exit.js';
import { compact } from './runtime-table/compact.js';
import { perFrame } from './runtime-table/runtime-table.js';
import { shared } from './runtime-table/shared.js';
import type { Subject } from './subject.js';

export const SUBJECTS: readonly Subject[] = [
  mainline,
  rfcV1,
  rfcV2,
  sound,
  literal,
  spilled,
  perFrame,
  shared,
  compact,
  landingPads,
  runToExit,
];

const byName = new Map(SUBJECTS.map((subject) => [subject.name, subject]));

/** The subject of a name such as `frame-descriptors/sound`. */
export function subjectByName(name: string): Subject | undefined {
  return byName.get(name);
}
