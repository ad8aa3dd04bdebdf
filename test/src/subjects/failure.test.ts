/** Failures in words: one line, a place in the module, and no path but the one that the user gave. */
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { errorWords, SubjectFailure } from '../../../src/subjects/failure.js';
import { programOf } from './states.js';

const MODULE = { given: './mine.js', url: pathToFileURL('/home/somebody/designs/mine.js').href };
const PROGRAM = programOf('main:\n    r0 = 0\n    exit\n');

function thrown(stack: string, message = 'x is not a function'): TypeError {
  const error = new TypeError(message);
  error.stack = stack;
  return error;
}

describe('errorWords', () => {
  it('errorWords finds the first place in the module, and the calls from there on that lie beside it', () => {
    const error = thrown(`TypeError: x is not a function
    at patch (file:///usr/lib/node_modules/unwindiff/dist/src/patch/patch.js:9:9)
    at helper (file:///home/somebody/designs/helper.js:3:1)
    at Object.prepare (file:///home/somebody/designs/mine.js:12:5)
    at run (file:///home/somebody/designs/helper.js:7:2)
    at judge (file:///usr/lib/node_modules/unwindiff/dist/oracles/judge.js:1:1)`);
    expect(errorWords(error, MODULE)).toEqual({
      what: 'TypeError: x is not a function',
      where: './mine.js:12:5',
      stack: ['at Object.prepare (./mine.js:12:5)', 'at run (./helper.js:7:2)'],
    });
  });

  it('errorWords names no path of this machine', () => {
    const error = thrown(
      '',
      "Cannot find '/home/somebody/designs/data.json' from file:///home/somebody/designs/mine.js\nand more",
    );
    expect(errorWords(error, MODULE)).toEqual({
      what: "TypeError: Cannot find './data.json' from ./mine.js",
      where: undefined,
      stack: [],
    });
  });

  it('errorWords takes the place in front of a syntax error, and values that are no errors', () => {
    const error = thrown('file:///home/somebody/designs/mine.js:4\nimport { nothing } from "x";\n\nSyntaxError: no');
    expect(errorWords(error, MODULE).where).toBe('./mine.js:4');
    expect(errorWords('no', MODULE)).toEqual({ what: 'it threw no', where: undefined, stack: [] });
    expect(errorWords(thrown('at x'), undefined)).toMatchObject({ where: undefined, stack: [] });
  });

  it('errorWords leaves the root alone', () => {
    const root = { given: '/mine.js', url: 'file:///mine.js' };
    expect(errorWords(thrown('', 'read /etc/passwd, then /mine.js'), root).what).toContain(
      'read /etc/passwd, then /mine.js',
    );
  });
});

describe('SubjectFailure', () => {
  const failure = (what: string, where?: string) =>
    new SubjectFailure('mine/x', './mine.js', 'unwind', { what, where, stack: [] }, PROGRAM);

  it('SubjectFailure says who failed at what, where', () => {
    expect(failure('Error: no', './mine.js:3:4').message).toBe(
      './mine.js: mine/x failed in unwind: Error: no (at ./mine.js:3:4)',
    );
    const bare = new SubjectFailure(
      'mine/x',
      undefined,
      'prepare',
      { what: 'Error: no', where: undefined, stack: [] },
      PROGRAM,
    );
    expect(bare.message).toBe('mine/x failed in prepare: Error: no');
  });

  it('SubjectFailure is like another by place, else by words without numbers', () => {
    expect(failure('Error: pc 12', './m.js:3:4').likeness).toBe(failure('Error: pc 9, or so', './m.js:3:4').likeness);
    expect(failure('cost.stack: 12').likeness).toBe(failure('cost.stack: 9').likeness);
    expect(failure('cost.stack: 12').likeness).not.toBe(failure('cost.chain: 12').likeness);
    expect(failure('a', './m.js:3:4').likeness).not.toBe(failure('a', './m.js:3:5').likeness);
  });
});
