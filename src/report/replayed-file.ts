/** What a replay of one file came to: the values that its reports are made of. */
import type { Mismatch, ShownDefect } from '../case/replay.js';

export interface ReplayedFile {
  readonly file: string;
  /** Empty if the file could not be read. */
  readonly title: string;
  readonly mismatches: readonly (Mismatch & { readonly line: number })[];
  readonly defects: readonly (ShownDefect & { readonly line: number })[];
  /** Subjects that the file knows defects of, but which are not ours and were not loaded. */
  readonly unreplayed?: readonly string[];
  /** Why the file could not be read, one `file:line:column: message` a line; or which subject from outside failed on it. */
  readonly error?: string;
  readonly blessed: boolean;
}
