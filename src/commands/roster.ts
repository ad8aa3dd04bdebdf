/** The subjects that a command line names: ours by their names, others from the modules that export them. */
import type { SubjectModule } from '../subjects/failure.js';
import { isModulePath, loadSubjects, moduleAt } from '../subjects/outside.js';
import { SUBJECTS } from '../subjects/registry.js';
import type { Subject } from '../subjects/subject.js';
import { badInput } from './failure.js';

export interface Roster {
  /** Those that were asked for, ours first. */
  readonly chosen: readonly Subject[];
  /** Those that were loaded, and from where. */
  readonly outside: readonly Subject[];
  readonly modules: readonly SubjectModule[];
}

/** Loads what `--subject` names; nothing means all of ours. A Failure says which module is wrong, and how. */
export async function rosterOf(words: readonly string[] | undefined): Promise<Roster> {
  if (words === undefined) return { chosen: SUBJECTS, outside: [], modules: [] };
  const modules = words.filter(isModulePath).map(moduleAt);
  const loaded = await loadSubjects(modules);
  if (!loaded.ok) throw badInput(loaded.message);
  const outside = loaded.subjects;
  return { chosen: [...SUBJECTS.filter(({ name }) => words.includes(name)), ...outside], outside, modules };
}
