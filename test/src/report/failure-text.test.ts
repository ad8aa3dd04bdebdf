/** Tests of a failed subject in words. */
import { describe, expect, it } from 'vitest';
import { failedWords, failureText } from '../../../src/report/failure-text.js';
import { FAILURE } from '../campaign/samples.js';

describe('failureText', () => {
  it('failureText is the message, and below it the calls', () => {
    const words = { what: 'Error: no', where: './mine.js:3:4', stack: ['at f (./mine.js:3:4)', 'at ./mine.js:9:1'] };
    expect(failureText({ message: './mine.js: x failed', words })).toBe(
      './mine.js: x failed\n    at f (./mine.js:3:4)\n    at ./mine.js:9:1',
    );
    expect(failureText({ message: 'x failed', words: { ...words, stack: [] } })).toBe('x failed');
  });
});

describe('failedWords', () => {
  it('failedWords says at what, where and in which program', () => {
    expect(failedWords(FAILURE, 7)).toBe('failed in prepare, in program 7: TypeError: no (at ./mine.js:12:5)');
    const bare = { ...FAILURE, words: { ...FAILURE.words, where: undefined } };
    expect(failedWords(bare, 7)).toBe('failed in prepare, in program 7: TypeError: no');
  });
});
