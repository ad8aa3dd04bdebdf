/** A replay as JUnit XML: one test case per file. */
import { mismatchText } from '../case/replay.js';
import { junitXml, type TestCase, type TestEnd } from './junit.js';
import type { ReplayedFile } from './replayed-file.js';

/** The document; an expectation that does not hold is a failure, a file that cannot be read an error. */
export function replayJunit(files: readonly ReplayedFile[]): string {
  return junitXml('unwindiff replay', [{ name: 'replay', properties: {}, cases: files.map(caseOf) }]);
}

function caseOf(replayed: ReplayedFile): TestCase {
  const { file, title } = replayed;
  // Folders become packages; the title alone need not be the only one of its kind.
  const classname = file
    .replace(/\.bpf$/, '')
    .replaceAll(/[\\/]+/g, '.')
    .replace(/^\.+/, '');
  return { classname, name: title === '' ? file : title, end: endOf(replayed) };
}

function endOf({ file, mismatches, error }: ReplayedFile): TestEnd {
  if (error !== undefined) {
    return { is: 'error', type: 'unreadable', message: error.split('\n')[0] ?? '', text: error };
  }
  const [first] = mismatches;
  if (first === undefined) return { is: 'passed' };
  const lines = mismatches.map((mismatch) => `${file}:${mismatch.line}: ${mismatchText(mismatch)}\n`);
  return { is: 'failed', type: first.about, message: mismatchText(first), text: lines.join('') };
}
