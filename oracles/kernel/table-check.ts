/**
 * Puts a runtime table to the running kernel: its pushes, deletes and walks as real loads and stores (table-program.ts), each
 * throw replaced by the walk. The kernel accepts it exactly if every path ends with nothing held and no destructor misused.
 */
import type { KernelLoader } from '../../src/bridge/kernel/load.js';
import type { Program } from '../../src/isa/program.js';
import type { Subject } from '../../src/subjects/subject.js';
import {
  CHECK_OPTIONS,
  type CheckOptions,
  type DescriptorResult,
  putToKernel,
  type Transformed,
  transform,
  type Writer,
  writeDescriptors,
} from './descriptor-check.js';
import { tableProgram } from './table-program.js';

/** Checks the table that a subject keeps for a program against the running kernel and our judge. */
export function checkTable(
  loader: KernelLoader,
  subject: Subject,
  program: Program,
  options: CheckOptions = CHECK_OPTIONS,
): DescriptorResult {
  return putToKernel(loader, subject, program, transformTable(subject, program, options), options);
}

/** Prepares a program and writes its table as real instructions. */
export function transformTable(
  subject: Subject,
  program: Program,
  options: Pick<CheckOptions, 'pruning'> = CHECK_OPTIONS,
): Transformed {
  return transform(subject, program, options, writeTable);
}

const writeTable: Writer = (input, prepared, subject) => {
  // Nothing was inserted: nothing is ever owned where the program can be stopped.
  if (prepared.intrinsics.length === 0) return writeDescriptors(input, prepared, subject);
  const knowledge = subject.know?.(input);
  if (knowledge?.is === 'tables') return tableProgram(input.analysis, prepared, knowledge);
  return { ok: false, reason: 'rewritten', detail: 'it does not say where its tables are' };
};
