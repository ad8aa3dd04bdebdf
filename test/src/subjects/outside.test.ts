/** Modules of subjects: what they may export, and the words for those that export something else. */
import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isModulePath, loadSubjects, moduleAt } from '../../../src/subjects/outside.js';
import { acceptingAll, loaded, moduleFile } from './modules.js';

const named = (name: string) => `{ name: '${name}', stops: 'throw', prepare() {} }`;

async function refused(...codes: readonly string[]): Promise<string> {
  const modules = codes.map((code) => moduleAt(moduleFile(code)));
  const answer = await loadSubjects(modules);
  if (answer.ok) return expect.unreachable('it was loaded');
  return answer.message.replace(/^.*\/mine-\d+/, 'mine');
}

describe('isModulePath', () => {
  it.each(['./mine', '../mine.js', '/home/x/mine', 'mine.js', 'designs/mine.mjs', '.\\mine.js'])(
    'isModulePath %s',
    (word) => {
      expect(isModulePath(word)).toBe(true);
    },
  );

  it.each(['all', 'mainline', 'frame-descriptors/sound', 'mine.ts', 'js'])('isModulePath not %s', (word) => {
    expect(isModulePath(word)).toBe(false);
  });
});

describe('moduleAt', () => {
  it('moduleAt keeps the path as it was given beside an absolute URL', () => {
    expect(moduleAt('./mine.js')).toEqual({ given: './mine.js', url: new URL(`file://${process.cwd()}/mine.js`).href });
  });
});

describe('loadSubjects', () => {
  it('loadSubjects takes one export, a list, or both, each subject once and in order', async () => {
    const names = async (code: string) => (await loaded(code)).map(({ name }) => name);
    expect(await names(acceptingAll('mine/x'))).toEqual(['mine/x']);
    expect(await names(`export const subjects = [${named('b')}, ${named('a')}];`)).toEqual(['b', 'a']);
    const both = `export const subject = ${named('c')}; export const subjects = [${named('a')}, subject];`;
    expect(await names(both)).toEqual(['c', 'a']);
  });

  it('loadSubjects finds a path from the working directory and keeps it in messages', async () => {
    const path = relative('.', moduleFile('export const other = 1;'));
    const answer = await loadSubjects([moduleAt(path)]);
    expect(answer).toMatchObject({ ok: false });
    expect(!answer.ok && answer.message.startsWith(`${path}: `)).toBe(true);
  });

  it.each([
    ['export const other = 1;', 'mine.mjs: expected an export named subject (or subjects, a list), found other'],
    ['export {};', 'mine.mjs: expected an export named subject (or subjects, a list), found nothing'],
    ['export const subjects = 3;', 'mine.mjs: the export subjects: expected a list of subjects'],
    ['export const subjects = [];', 'mine.mjs: the export subjects: expected at least one, found an empty list'],
    ['export const subject = { name: "x" };', 'mine.mjs: the export subject: stops: expected one of throw'],
    [`export const subjects = [${named('a')}, 7];`, 'mine.mjs: the export subjects[1]: expected a subject'],
    [`export const subject = ${named('mainline')};`, "mine.mjs: the name 'mainline' is that of a subject of unwindiff"],
    [
      `export const subjects = [${named('a')}, ${named('a')}];`,
      "mine.mjs: the name 'a' is that of another loaded subject",
    ],
    ['const x = 1;\nx();', 'mine.mjs:2:1: cannot be loaded: TypeError: x is not a function'],
  ])('loadSubjects refuses %j', async (code, message) => {
    expect(await refused(code)).toContain(message);
  });

  it('loadSubjects refuses two modules with one name, and files that are not there', async () => {
    const code = `export const subject = ${named('a')};`;
    expect(await refused(code, code)).toContain("the name 'a' is that of another loaded subject");
    expect(await loadSubjects([moduleAt('./not-there.js')])).toEqual({
      ok: false,
      message: './not-there.js: cannot be loaded: no such file',
    });
  });
});
