/** `export`: a case as a kernel selftest in C, as raw bytes, as a listing with bytes. */
import { basename } from 'node:path';
import { writeAtomically } from '../campaign/atomic-file.js';
import type { Case } from '../case/case.js';
import { byteLines, byteListing, hexSlots } from '../export/byte-listing.js';
import { expectationOf } from '../export/expectation.js';
import { selftest } from '../export/selftest.js';
import { encodeProgram } from '../isa/encode.js';
import { jsonText } from '../report/json.js';
import type { Terminal } from '../report/terminal.js';
import { badInput, EXIT, type ExitCode } from './failure.js';
import { loadCase } from './input.js';

/** What a file can be exported as. */
export type ExportForm = 'selftest' | 'bytes' | 'listing';

export interface ExportOptions {
  readonly as: ExportForm;
  readonly out?: string;
  readonly json?: boolean;
}

/** What is exported: contents of the file, text for the terminal, answer in JSON. */
interface Exported {
  readonly content: string | Uint8Array;
  readonly text: string;
  readonly json: object;
}

/** Exports a file to stdout or to `out`. Always exit code 0, or a Failure for what cannot be read, written or exported. */
export function runExport(path: string, options: ExportOptions, terminal: Terminal): ExitCode {
  const of = loadCase(path);
  const exported = EXPORTERS[options.as](of, path, options.out);
  if (options.out !== undefined) {
    try {
      writeAtomically(options.out, exported.content);
    } catch (error) {
      throw badInput(`${options.out}: cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (options.json === true) {
    terminal.out.write(jsonText({ as: options.as, case: of.title, file: options.out ?? null, ...exported.json }));
  } else if (options.out === undefined) terminal.out.write(exported.text);
  return EXIT.nothingNew;
}

const EXPORTERS: Readonly<Record<ExportForm, (of: Case, path: string, out: string | undefined) => Exported>> = {
  selftest(of, path, out) {
    const expectation = expectationOf(of);
    // In the kernel's tree programs, files and skeletons have one name.
    const written = selftest(of, basename(out ?? path).replace(/\.\w+$/, ''), expectation);
    if (!written.ok) throw badInput(`${path}: cannot be a selftest: ${written.message}`);
    return { content: written.text, text: written.text, json: { expectation, text: written.text } };
  },
  bytes({ program }) {
    const slots = hexSlots(program);
    const text = slots.map((slot) => `${slot}\n`).join('');
    return { content: encodeProgram(program), text, json: { slots } };
  },
  listing({ program }) {
    const text = byteListing(program);
    return { content: text, text, json: { lines: byteLines(program) } };
  },
};
