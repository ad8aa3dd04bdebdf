/** Tests of the set of findings and their files. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Findings, findingPath, saveFinding } from '../../../src/campaign/findings.js';
import { DEFECT, MINIMISED, RFC, sighting, TABLE } from './samples.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('Findings', () => {
  it('Findings keeps one finding per subject and defect, under its first index', () => {
    const findings = new Findings([]);
    expect(findings.add(sighting(3))?.index).toBe(3);
    expect(findings.add(sighting(9))).toBeUndefined();
    expect(findings.add(sighting(5, DEFECT, TABLE))?.index).toBe(5);
    expect(findings.all().map(({ subject, index, programs }) => [subject, index, programs])).toEqual([
      [RFC, 3, 2],
      [TABLE, 5, 1],
    ]);
  });

  it('Findings marks what the baseline knows, for that subject only', () => {
    const findings = new Findings([{ subject: RFC, defect: DEFECT, reason: 'as posted', line: 1 }]);
    expect(findings.add(sighting(1))?.known).toBe('as posted');
    expect(findings.add(sighting(1, DEFECT, TABLE))?.known).toBeUndefined();
  });
});

describe('saveFinding', () => {
  it('saveFinding leaves the whole file and nothing else', () => {
    const out = mkdtempSync(join(tmpdir(), 'findings-'));
    folders.push(out);
    const finding = new Findings([]).add(sighting(1));
    if (finding === undefined) throw new Error('not added');
    saveFinding(out, finding, MINIMISED);
    expect(finding.file).toBe(findingPath(out, RFC, DEFECT));
    expect(readFileSync(finding.file ?? '', 'utf8')).toBe('the file\n');
    expect(readdirSync(dirname(finding.file ?? ''))).toHaveLength(1);
  });
});

describe('findingPath', () => {
  it('findingPath never leaves the folder', () => {
    expect(findingPath('out', '../up', 'a/../../b')).toBe(join('out', '..-up', 'a-..-..-b.bpf'));
  });
});
