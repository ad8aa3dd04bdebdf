/** Tests of what a place can show. */
import { describe, expect, it } from 'vitest';
import { paintFor, paintLines } from '../../../src/report/terminal.js';

const sink = (isTTY: boolean) => ({ isTTY, write: () => true });

describe('paintFor', () => {
  it.each([
    ['colours on a terminal', sink(true), {}, true],
    ['no colours in a file', sink(false), {}, false],
    ['no colours with NO_COLOR', sink(true), { NO_COLOR: '1' }, false],
    ['colours with an empty NO_COLOR', sink(true), { NO_COLOR: '' }, true],
    ['no colours on a dumb terminal', sink(true), { TERM: 'dumb' }, false],
  ])('paintFor gives %s', (_, out, env, coloured) => {
    expect(paintFor(out, env).red('x') !== 'x').toBe(coloured);
  });
});

describe('paintLines', () => {
  it('paintLines colours each line by itself, so that an indentation keeps no colour open', () => {
    expect(paintLines('one\ntwo\n', (line) => `<${line}>`)).toBe('<one>\n<two>\n');
    expect(paintLines('', (line) => `<${line}>`)).toBe('');
  });
});
