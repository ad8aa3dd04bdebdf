/** Rewrites the machine-written lines of a corpus file, and nothing else, in place. */
import { writeAtomically } from '../campaign/atomic-file.js';
import { SUBJECTS } from '../subjects/registry.js';
import type { Case } from './case.js';
import { blessedLines, type ReplaySettings, replayCase } from './replay.js';
import { writeCase } from './write.js';

/** The case with the expected lines that a replay gives it now. */
function blessCase(of: Case, settings: ReplaySettings = {}): Case {
  const { output } = replayCase(of, settings);
  return { ...of, expected: blessedLines(of, output, settings.subjects ?? SUBJECTS) };
}

/** Blesses the file a case was read from; returns whether that changed it. Throws what the file system throws. */
export function blessFile(path: string, of: Case, settings: ReplaySettings = {}): boolean {
  const text = writeCase(blessCase(of, settings));
  if (text === writeCase(of)) return false;
  writeAtomically(path, text);
  return true;
}
