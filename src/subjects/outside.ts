/**
 * Subjects from outside: an ES module exports one as `subject`, or several as `subjects`. What is loaded is checked and put
 * behind a guard; the module is named by its path as the user gave it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { errorWords, type SubjectModule } from './failure.js';
import { flawOfSubject, isSubject } from './flaws.js';
import { guardSubject } from './guard.js';
import { subjectByName } from './registry.js';
import type { Subject } from './subject.js';

/** Subjects of modules, or one message that says which module is wrong, and how. */
export type LoadedSubjects =
  | { readonly ok: true; readonly subjects: readonly Subject[] }
  | { readonly ok: false; readonly message: string };

/** Whether a word is the path of a module rather than the name of a subject. */
export function isModulePath(word: string): boolean {
  return /^\.{0,2}[/\\]|\.m?js$/.test(word);
}

/** The module at a path, relative to the working directory. */
export function moduleAt(path: string): SubjectModule {
  return { given: path, url: pathToFileURL(resolve(path)).href };
}

/** Loads modules in order. No two subjects may have one name, ours included. */
export async function loadSubjects(modules: readonly SubjectModule[]): Promise<LoadedSubjects> {
  const subjects: Subject[] = [];
  for (const module of modules) {
    const loaded = await loadModule(module);
    if (!loaded.ok) return loaded;
    for (const subject of loaded.subjects) {
      const taken = subjectByName(subject.name) !== undefined ? 'a subject of unwindiff' : 'another loaded subject';
      if (taken === 'a subject of unwindiff' || subjects.some(({ name }) => name === subject.name)) {
        return wrong(module, `the name '${subject.name}' is that of ${taken}; expected one of its own`);
      }
      subjects.push(subject);
    }
  }
  return { ok: true, subjects };
}

function wrong({ given }: SubjectModule, message: string): LoadedSubjects & { readonly ok: false } {
  return { ok: false, message: `${given}: ${message}` };
}

/** Where a module does not parse: import() does not tell, `node --check` does. */
function syntaxPlace({ given, url }: SubjectModule): string | undefined {
  const { stderr } = spawnSync(process.execPath, ['--check', fileURLToPath(url)], { encoding: 'utf8' });
  const [, line, before] = /:(\d+)\n.*\n( *)\^/.exec(stderr) ?? [];
  return line === undefined ? undefined : `${given}:${line}:${(before?.length ?? 0) + 1}`;
}

async function loadModule(module: SubjectModule): Promise<LoadedSubjects> {
  if (!existsSync(fileURLToPath(module.url))) return wrong(module, 'cannot be loaded: no such file');
  let namespace: Readonly<Record<string, unknown>>;
  try {
    namespace = await import(/* @vite-ignore */ module.url);
  } catch (error) {
    const { what, where = error instanceof SyntaxError ? syntaxPlace(module) : undefined } = errorWords(error, module);
    return { ok: false, message: `${where ?? module.given}: cannot be loaded: ${what}` };
  }
  const { subject, subjects } = namespace;
  if (subject === undefined && subjects === undefined) {
    const found = Object.keys(namespace).join(', ') || 'nothing';
    return wrong(module, `expected an export named subject (or subjects, a list), found ${found}`);
  }
  if (subjects !== undefined && !Array.isArray(subjects)) {
    return wrong(module, 'the export subjects: expected a list of subjects');
  }
  // A module may well export one of its subjects under both names.
  const exported = new Map<unknown, string>(subject === undefined ? [] : [[subject, 'subject']]);
  const listed: readonly unknown[] = subjects ?? [];
  listed.forEach((each, index) => {
    if (!exported.has(each)) exported.set(each, `subjects[${index}]`);
  });
  if (exported.size === 0) return wrong(module, 'the export subjects: expected at least one, found an empty list');
  const loaded: Subject[] = [];
  for (const [value, place] of exported) {
    if (!isSubject(value)) return wrong(module, `the export ${place}: ${flawOfSubject(value)}`);
    loaded.push(guardSubject(value, module));
  }
  return { ok: true, subjects: loaded };
}
