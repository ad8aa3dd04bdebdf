/** Tests of words as identifiers, strings and comments of C. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CNames, cComment, cString } from '../../../src/export/c-names.js';
import { CLANG, CLANG_NOTE, compile } from './clang.js';

describe('CNames', () => {
  it('CNames gives a word that C has no use for as it is, once', () => {
    const names = new CNames();
    expect(['guard', 'guard', 'guard_2', 'guard'].map((word) => names.take(word))).toEqual([
      'guard',
      'guard_2',
      'guard_2_2',
      'guard_3',
    ]);
  });

  it.each([
    ['a.b$c', 'a_b_c'],
    ['3-frames', '_3_frames'],
    ['', '_'],
    ['while', 'while_2'],
    ['printf', 'printf_2'],
    ['cosl', 'cosl_2'],
    ['kfunc_root', 'kfunc_root_2'],
    ['mine', 'mine_2'],
  ])('CNames makes of %j the identifier %s', (word, name) => {
    expect(new CNames(['mine']).take(word)).toBe(name);
  });

  it('CNames are different identifiers, whatever the words', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 6 })), (words) => {
        const names = new CNames();
        const given = words.map((word) => names.take(word));
        expect(new Set(given).size).toBe(words.length);
        for (const name of given) expect(name).toMatch(/^[A-Za-z_]\w*$/);
      }),
    );
  });

  it.skipIf(CLANG === undefined)(`CNames that libraries have are no error for ${CLANG_NOTE}`, () => {
    const words = [
      'log',
      'free',
      'index',
      'exit',
      'memcpy',
      'sqrtf',
      'cexpl',
      'strtoull',
      'abort',
      'round',
      'y0',
      'move',
    ];
    const names = new CNames();
    const text = words.map((word) => `struct { int x; } ${names.take(word)};\n`).join('');
    if (CLANG !== undefined) expect(compile(text, CLANG)).toHaveProperty('object');
  });
});

describe('cString', () => {
  it('cString escapes quotes and backslashes and has one line', () => {
    expect(cString('say "a\\b"\nnow')).toBe('"say \\"a\\\\b\\" now"');
  });
});

describe('cComment', () => {
  it('cComment cannot end or begin a comment', () => {
    expect(cComment('a */ b /* c **/')).toBe('a * / b / * c ** /');
  });
});
