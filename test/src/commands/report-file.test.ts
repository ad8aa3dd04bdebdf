/** Tests of the reports that verbs write beside their answers. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/commands/failure.js';
import { prepareReports, writeReports } from '../../../src/commands/report-file.js';
import { file, folder } from './terminal.js';

const texts = { junit: () => '<testsuites/>', sarif: () => '{}' };

describe('prepareReports', () => {
  it('prepareReports makes the folders and no files', () => {
    const out = folder();
    prepareReports({ junit: join(out, 'a', 'junit.xml') });
    expect(readdirSync(out, { recursive: true })).toEqual(['a']);
  });

  it('prepareReports refuses a folder, and a path below a file', () => {
    const out = folder();
    expect(() => prepareReports({ sarif: out })).toThrow('it is a folder');
    expect(() => prepareReports({ sarif: join(file('plain', ''), 'below', 'x') })).toThrow(Failure);
  });
});

describe('writeReports', () => {
  it('writeReports writes what is asked for and makes no text of what is not', () => {
    const out = folder();
    const sarif = join(out, 'x.sarif');
    const never = () => {
      throw new Error('not asked for');
    };
    expect(writeReports({ sarif }, { ...texts, junit: never })).toBeUndefined();
    expect(readFileSync(sarif, 'utf8')).toBe('{}');
    expect(readdirSync(out)).toEqual(['x.sarif']);
  });

  it('writeReports returns what went wrong, so that the answer can still be given', () => {
    const out = folder();
    mkdirSync(join(out, 'taken'));
    const failure = writeReports({ junit: join(out, 'taken') }, texts);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure?.code).toBe(2);
    expect(existsSync(join(out, 'taken'))).toBe(true);
  });

  it('writeReports does not take a bug in a report for a file that cannot be written', () => {
    const bug = () => {
      throw new TypeError('a bug');
    };
    expect(() => writeReports({ junit: join(folder(), 'x') }, { ...texts, junit: bug })).toThrow(TypeError);
  });
});
