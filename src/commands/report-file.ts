/** Reports that a verb writes beside its answer: checked before the work, written before the answer. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeAtomically } from '../campaign/atomic-file.js';
import { badInput, type Failure } from './failure.js';

export interface ReportFiles {
  readonly junit?: string;
  readonly sarif?: string;
}

/** Makes the folders of the reports. A Failure names the path that can be no file: better now than after the work. */
export function prepareReports({ junit, sarif }: ReportFiles): void {
  for (const path of [junit, sarif]) {
    if (path === undefined) continue;
    try {
      mkdirSync(dirname(path), { recursive: true });
    } catch (error) {
      throw cannotBeWritten(path, error);
    }
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
      throw badInput(`${path}: cannot be written: it is a folder`);
    }
  }
}

/**
 * Writes those reports that are asked for, each in full or not at all. What went wrong is returned and not thrown, so
 * that the answer of a long run is still given.
 */
export function writeReports(
  { junit, sarif }: ReportFiles,
  texts: { readonly junit: () => string; readonly sarif: () => string },
): Failure | undefined {
  return writeReport(junit, texts.junit) ?? writeReport(sarif, texts.sarif);
}

function writeReport(path: string | undefined, text: () => string): Failure | undefined {
  if (path === undefined) return undefined;
  const written = text();
  try {
    writeAtomically(path, written);
    return undefined;
  } catch (error) {
    return cannotBeWritten(path, error);
  }
}

const cannotBeWritten = (path: string, error: unknown) =>
  badInput(`${path}: cannot be written: ${error instanceof Error ? error.message : String(error)}`);
