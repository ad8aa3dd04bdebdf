/**
 * Puts a runtime table to the running kernel: its pushes, deletes and walks as real loads and stores (table-program.ts), each
 * throw replaced by the walk. The kernel accepts it exactly if every path ends with nothing held and no destructor misused.
 */
import type { KernelLoader } from '../../src/bridge/kernel/load.js';
import type { Program } from '../../src/isa/program.js';
import type { Subject } from '../../src/subjects/subject.js';
import { analyse } from '../../src/verify/walk.js';
import { cleanupPrograms } from './cleanup-program.js';
import {
  CHECK_OPTIONS,
  type CheckOptions,
  type DescriptorResult,
  putToKernel,
  type Transformed,
  transform,
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
  const analysis = analyse(program, { pruning: options.pruning });
  if (analysis.refusal !== undefined) return { is: 'refused-by-subject' };
  const input = { program, analysis, stopAt: 'throw' } as const;
  const prepared = subject.prepare(input);
  if (!prepared.ok) return { is: 'refused-by-subject' };
  const knowledge = subject.know?.(input);
  // Nothing was inserted: nothing is ever owned where the program can be stopped.
  if (prepared.intrinsics.length === 0) return transform(subject, program, options);
  if (knowledge?.is !== 'tables') {
    return { is: 'not-expressible', reason: 'rewritten', detail: 'it does not say where its tables are' };
  }
  const made = tableProgram(analysis, prepared, knowledge);
  if (!made.ok) return { is: 'not-expressible', reason: made.reason, detail: made.detail };
  const written = cleanupPrograms(made.program, made.stack, made.chains);
  if (!written.ok) return { is: 'not-expressible', reason: written.reason, detail: written.detail };
  return { is: 'programs', programs: written.programs };
}
