/**
 * A process of its own that keeps one vitest for a copy of the tree, so that what did not change is not transformed again. It
 * gets `{ changed, path }` and answers with the first failure, or with `null`.
 */
import { resolve } from 'node:path';
import { createVitest, type TestCase, type TestModule } from 'vitest/node';
import type { Answer, Question } from './vitest-run.js';

/** One worker that stops at the first failure, and no cache of results: nothing is written beside the files. */
const vitest = await createVitest('test', { watch: false, reporters: [{}], maxWorkers: 1, bail: 1, cache: false });

async function answer({ changed, path }: Question): Promise<Answer> {
  for (const file of changed) vitest.invalidateFile(resolve(file));
  // Else the answer of an earlier run would come back.
  vitest.state.filesMap.clear();
  vitest.state.idMap.clear();
  const specifications = await vitest.globTestSpecifications([path]);
  if (specifications.length === 0) throw new Error(`no tests in ${path}`);
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications, false);
  const modules = [...testModules].sort((a, b) => (a.relativeModuleId < b.relativeModuleId ? -1 : 1));
  for (const module of modules) {
    const failure = failureIn(module);
    if (failure !== undefined) return { failure };
  }
  const passed = modules.some((module) => !module.children.allTests('passed').next().done);
  if (!passed) throw new Error(`no test of ${path} was run`);
  const [unhandled] = unhandledErrors;
  return { failure: unhandled === undefined ? null : `${path}: ${String(unhandled)}` };
}

function failureIn(module: TestModule): string | undefined {
  const [failed]: TestCase[] = [...module.children.allTests('failed')];
  if (failed !== undefined)
    return `${module.relativeModuleId}: ${failed.fullName.replaceAll(' > ', ' ').replaceAll(/\s+/g, ' ')}`;
  if (module.ok()) return undefined;
  const message = module.errors()[0]?.message.split('\n')[0] ?? 'a suite fails';
  return `${module.relativeModuleId}: does not load: ${message}`;
}

process.on('message', (question: Question) => {
  answer(question).then(
    (told) => process.send?.(told),
    (error: unknown) => process.send?.({ broken: String(error) } satisfies Answer),
  );
});
process.on('disconnect', () => process.exit());
process.send?.({ failure: null } satisfies Answer);
