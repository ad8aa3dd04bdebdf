/** Tests of the whole explanation for people. */
import { readdirSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { seededChoices } from '../../../generators/choices.js';
import { PROFILE_NAMES, PROFILES } from '../../../generators/profile.js';
import { generate } from '../../../generators/program.js';
import { explanationText } from '../../../src/report/explain-text.js';
import { caseOf, coloured, corpusCase, explain, plain, TWO_KINDS } from './explained.js';

const textOf = (of: ReturnType<typeof caseOf>) => explanationText(of.program, explain(of), plain);
/** The lines up to the first blank one. */
const head = (text: string) => text.split('\n\n')[0];
const files = readdirSync('corpus', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.bpf'));

describe('explanationText', () => {
  it('explanationText begins with what came of each design', () => {
    expect(head(textOf(caseOf(TWO_KINDS)))).toBe(`two kinds in one register
  mainline                  refuses it: held-reference at 12
  frame-descriptors/rfc-v1  WRONG in world 1: wrong-destructor
  frame-descriptors/sound   refuses it: merge-failure at 9
  runtime-table/per-frame   right in worlds 1 and 2`);
    expect(head(textOf(corpusCase('accept/globals/clean-global')))).toContain('mainline                  right in');
    const silent = { ...caseOf(TWO_KINDS), runs: [] };
    expect(explanationText(silent.program, explain(silent, { worlds: 1, world: 2 }), plain)).toContain(
      'accepts it; no world told here throws',
    );
  });

  it('explanationText has the sections in order, a blank line between two', () => {
    const titles = textOf(caseOf(TWO_KINDS))
      .split('\n\n')
      .map((block) => block.split('\n')[0]);
    expect(titles).toEqual([
      'two kinds in one register',
      'Program',
      'Throw at 12 in thrower: 2 states arrive',
      'What frame-descriptors/rfc-v1 knows',
      'What frame-descriptors/sound knows',
      'What runtime-table/per-frame knows',
      'World 1 of 2: (nothing set: all inputs 0, no acquire fails) => throw 1',
      'World 2 of 2: cb=[1] => throw 1',
    ]);
  });

  it('explanationText says why the verifier refuses a program', () => {
    const text = textOf(corpusCase('refuse/verifier/release-twice'));
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'The verifier refuses it at 7 (call bpf_task_release): bad-argument:',
    );
  });

  it.each(files)('explanationText of %s keeps to 100 columns and ends in one line feed', (name) => {
    const of = corpusCase(name.replace(/\.bpf$/, ''));
    const text = textOf(of);
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(text).toMatch(/[^\n]\n$/);
    expect(text).not.toMatch(/undefined|NaN|\[object/);
  });

  it('explanationText differs in nothing but colours on a terminal', () => {
    const of = corpusCase('found/leak-nothing-unlisted-register-caller');
    const painted = explanationText(of.program, explain(of), coloured);
    expect(painted).not.toBe(textOf(of));
    expect(stripVTControlCharacters(painted)).toBe(textOf(of));
  });

  it('explanationText of generated programs keeps to 100 columns, whatever they hold', () => {
    for (let index = 0; index < 40; index++) {
      const profile = PROFILE_NAMES[index % PROFILE_NAMES.length] ?? 'default';
      const { program } = generate(seededChoices('explain', index), PROFILES[profile]);
      const of = { ...caseOf(TWO_KINDS), title: `program ${index}`, program, runs: [], layout: undefined };
      const { layout: _, ...bare } = of;
      const text = explanationText(program, explain(bare, { worlds: 4 }), plain);
      expect(
        text.split('\n').filter((line) => line.length > 100),
        `program ${index}`,
      ).toEqual([]);
      expect(text, `program ${index}`).not.toMatch(/undefined|NaN|\[object/);
    }
  });
});
