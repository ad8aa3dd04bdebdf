/** What a replay of one file came to: the values that its reports are made of. */
import type { Mismatch, ShownDefect } from '../case/replay.js';

export interface ReplayedFile {
  readonly file: string;
  /** Empty if the file could not be read. */
  readonly title: string;
  readonly mismatches: readonly (Mismatch & { readonly line: number })[];
  readonly defects: readonly (ShownDefect & { readonly line: number })[];
  /** Why the file could not be read, one `file:line:column: message` a line. */
  readonly error?: string;
  readonly blessed: boolean;
}
