/** Tests of `fuzz`: determinism, exit codes, files. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attribute, parseJunit, parseSarif } from '../report/schemas.js';
import { file, folder, run } from './terminal.js';

const RFC = 'frame-descriptors/rfc-v1';

interface FuzzAnswer {
  readonly programs: number;
  readonly timing: object;
  readonly subjects: Readonly<
    Record<
      string,
      { readonly findings: readonly { readonly defect: string; readonly file: string; readonly known: boolean }[] }
    >
  >;
}

async function fuzz(...argv: readonly string[]): Promise<{ readonly code: number; readonly json: FuzzAnswer }> {
  const { code, out } = await run('fuzz', '--json', '--quiet', ...argv);
  const json: FuzzAnswer = JSON.parse(out);
  return { code, json };
}

describe('runFuzz', () => {
  it('runFuzz answers the same twice, timing apart', async () => {
    const out = folder();
    const argv = ['--seed', 'twice', '--runs', '40', '--profile', 'all', '--out', out];
    const { timing: _, ...first } = (await fuzz(...argv)).json;
    const { timing: __, ...second } = (await fuzz(...argv)).json;
    expect(second).toEqual(first);
    expect(first.programs).toBe(40);
  });

  it('runFuzz ends with 1 for what is new and with 0 for what the baseline knows', async () => {
    const out = folder();
    const argv = ['--seed', '1', '--runs', '60', '--subject', RFC, '--profile', 'merge-heavy', '--out', out];
    const fresh = await fuzz(...argv, '--baseline', 'none');
    const findings = fresh.json.subjects[RFC]?.findings ?? [];
    expect(findings.length).toBeGreaterThan(0);
    expect(fresh.code).toBe(1);
    for (const finding of findings) expect(existsSync(finding.file)).toBe(true);
    const rows = findings.map(({ defect }) => `${RFC}: ${defect} ; as posted\n`).join('');
    const known = await fuzz(...argv, '--baseline', file('baseline.txt', rows));
    expect(known.code).toBe(0);
    expect(known.json.subjects[RFC]?.findings.every((finding) => finding.known)).toBe(true);
    // The folder of findings is a baseline as well: each file says which defect it shows.
    expect((await fuzz(...argv, '--baseline', out)).code).toBe(0);
    expect(await run('replay', out)).toMatchObject({ code: 0 });
  });

  it('runFuzz prints the seed first', async () => {
    const answer = await run('fuzz', '--runs', '3', '--quiet', '--out', folder(), '--coverage');
    expect(answer.out).toMatch(/^seed \d+\n/);
    expect(answer.out).toContain('What the generator emitted');
    expect(answer.err).toBe('');
  });

  it('runFuzz with a slice gives the same findings under the same indices', async () => {
    const all = await fuzz('--seed', '3', '--runs', '30', '--out', folder(), '--baseline', 'none');
    const slice = await fuzz('--seed', '3', '--from', '20', '--runs', '10', '--out', folder(), '--baseline', 'none');
    expect(slice.json.programs).toBe(10);
    const late = JSON.stringify(all.json.subjects).match(/"index":2\d/g) ?? [];
    const found = JSON.stringify(slice.json.subjects);
    for (const index of late) expect(found).toContain(index);
  });

  it('runFuzz keeps no temporary files and writes findings only below its folder', async () => {
    const out = join(folder(), 'new', 'place');
    const { json } = await fuzz('--seed', '1', '--runs', '40', '--out', out);
    for (const { findings } of Object.values(json.subjects)) {
      for (const finding of findings) {
        expect(finding.file.startsWith(out)).toBe(true);
        expect(readFileSync(finding.file, 'utf8')).toContain(finding.defect);
      }
    }
  });

  it('runFuzz writes JUnit XML and SARIF of their schemas that say what the answer says', async () => {
    const out = folder();
    const [junit, sarif] = [join(out, 'reports', 'junit.xml'), join(out, 'findings.sarif')];
    const argv = ['--seed', '1', '--runs', '60', '--subject', RFC, '--profile', 'merge-heavy', '--out', out];
    const { code, json } = await fuzz(...argv, '--baseline', 'none', '--junit', junit, '--sarif', sarif);
    expect(code).toBe(1);
    const findings = json.subjects[RFC]?.findings ?? [];
    const suites = parseJunit(readFileSync(junit, 'utf8'));
    expect(attribute(suites, 'failures')).toBe(String(findings.length));
    const [log] = parseSarif(readFileSync(sarif, 'utf8')).runs;
    expect(log?.results?.map(({ properties }) => properties)).toMatchObject(findings.map(({ defect }) => ({ defect })));
    // The region is a throw: a call of bpf_throw or of a subprogram in which one is reached.
    for (const [index, result] of (log?.results ?? []).entries()) {
      const line = result.locations?.[0]?.physicalLocation?.region?.startLine ?? 0;
      const text = readFileSync(findings[index]?.file ?? '', 'utf8').split('\n')[line - 1];
      expect(text).toMatch(/^ {4}call bpf_throw/);
    }
  });

  it('runFuzz refuses report files that can be none before it begins', async () => {
    const out = folder();
    const argv = ['fuzz', '--runs', '1', '--out', out];
    expect(await run(...argv, '--junit', out)).toMatchObject({
      code: 2,
      out: '',
      err: `${out}: cannot be written: it is a folder\n`,
    });
    const below = join(file('plain', ''), 'x.sarif');
    const answer = await run(...argv, '--sarif', below);
    expect(answer).toMatchObject({ code: 2, out: '' });
    expect(answer.err).toContain(`${below}: cannot be written`);
  });
});
