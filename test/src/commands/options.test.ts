/** Tests of option values; what they refuse is tested through the command line. */
import { describe, expect, it } from 'vitest';
import {
  duration,
  freshSeed,
  profiles,
  seed,
  stops,
  subject,
  subjects,
  wholeNumber,
} from '../../../src/commands/options.js';

describe('duration', () => {
  it.each([
    ['10', 10],
    ['10s', 10],
    ['5m', 300],
    ['1.5h', 5400],
  ])('duration reads %s', (text, seconds) => {
    expect(duration(text)).toBe(seconds);
  });

  it.each(['', '0', '-1', '1d', 'Infinity', '1e3'])('duration refuses %j', (text) => {
    expect(() => duration(text)).toThrow('duration');
  });
});

describe('wholeNumber', () => {
  it.each(['', ' 1', '1.0', '0x10', '1e3', '11', '-1'])('wholeNumber refuses %j', (text) => {
    expect(() => wholeNumber(0, 10)(text)).toThrow('whole number from 0 to 10');
  });
});

describe('subjects', () => {
  it('subjects collects in the order of the registry, each once', () => {
    const first = subjects('runtime-table/per-frame');
    expect(subjects('mainline', subjects('mainline', first))).toEqual(['mainline', 'runtime-table/per-frame']);
    expect(subjects('all')).toContain('frame-descriptors/rfc-v1');
  });

  it('subjects collects paths of modules behind the names, each once and in order', () => {
    const both = subjects('mainline', subjects('./b.js', subjects('./a.js')));
    expect(both).toEqual(['mainline', './a.js', './b.js']);
    expect(subjects('./a.js', both)).toEqual(both);
  });
});

describe('freshSeed', () => {
  it('freshSeed is a seed', () => {
    expect(seed(freshSeed())).toMatch(/^\d+$/);
  });
});

describe('subject', () => {
  it('subject is one name or one path', () => {
    expect(subject('mainline')).toEqual(['mainline']);
    expect(subject('./mine.js')).toEqual(['./mine.js']);
    expect(() => subject('all')).toThrow('Expected one subject');
  });
});

describe('profiles', () => {
  it('profiles collects in their own order, each once', () => {
    expect(profiles('default', profiles('loops', profiles('loops')))).toEqual(['default', 'loops']);
    expect(profiles('all', ['loops'])).toHaveLength(5);
    expect(() => profiles('none')).toThrow('Unknown profile');
  });
});

describe('stops', () => {
  it('stops collects in their own order, each once', () => {
    expect(stops('throw', stops('anywhere', stops('anywhere')))).toEqual(['throw', 'anywhere']);
    expect(stops('all')).toEqual(['throw', 'points', 'anywhere', 'window']);
    expect(() => stops('none')).toThrow('Expected one of');
  });
});
