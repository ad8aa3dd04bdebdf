/** The findings of a campaign: one per subject and defect, kept under the smallest index that shows it. */
import { join } from 'node:path';
import type { FindingVerdict } from '../contract/verdict.js';
import { writeAtomically } from './atomic-file.js';
import { type BaselineRow, keyOf } from './baseline.js';
import type { Minimised, Sighting } from './shard.js';

export interface Finding {
  readonly subject: string;
  readonly defect: string;
  readonly verdict: FindingVerdict;
  /** The smallest index that shows it. */
  readonly index: number;
  /** How many programs show it. */
  programs: number;
  /** The reason the baseline gives, if it is in there. */
  readonly known: string | undefined;
  /** Where its file is; the file is there before this is. */
  file: string | undefined;
  minimised: Minimised | undefined;
}

export class Findings {
  readonly #byKey = new Map<string, Finding>();
  readonly #reasons: ReadonlyMap<string, string>;

  constructor(baseline: readonly BaselineRow[]) {
    this.#reasons = new Map(baseline.map(({ subject, defect, reason }) => [keyOf(subject, defect), reason]));
  }

  /** Counts a sighting; returns the finding if it is the first of its kind. Sightings must come in index order. */
  add(sighting: Sighting): Finding | undefined {
    const key = keyOf(sighting.subject, sighting.defect);
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      known.programs += sighting.programs;
      return undefined;
    }
    const finding: Finding = {
      ...sighting,
      known: this.#reasons.get(key),
      file: undefined,
      minimised: undefined,
    };
    this.#byKey.set(key, finding);
    return finding;
  }

  /** All findings by index, then subject and defect. */
  all(): readonly Finding[] {
    return [...this.#byKey.values()].sort(
      (a, b) => a.index - b.index || compare(a.subject, b.subject) || compare(a.defect, b.defect),
    );
  }

  /** Whether a defect was seen. */
  has(subject: string, defect: string): boolean {
    return this.#byKey.has(keyOf(subject, defect));
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Path of a finding's file within the output folder. */
export function findingPath(out: string, subject: string, defect: string): string {
  const word = (text: string) => text.replaceAll(/[^A-Za-z0-9._-]+/g, '-');
  return join(out, word(subject), `${word(defect)}.bpf`);
}

/** Puts a finding's file in place and only then says so in the finding. */
export function saveFinding(out: string, finding: Finding, minimised: Minimised): void {
  const path = findingPath(out, finding.subject, finding.defect);
  writeAtomically(path, minimised.file.text);
  finding.file = path;
  finding.minimised = minimised;
}
