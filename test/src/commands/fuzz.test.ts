/** Tests of `fuzz`: determinism, exit codes, files. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attribute, parseJunit, parseSarif } from '../report/schemas.js';
import { acceptingAll, moduleFile } from '../subjects/modules.js';
import { file, folder, run } from './terminal.js';

const RFC = 'frame-descriptors/rfc-v1';

interface FuzzAnswer {
  readonly programs: number;
  readonly failure?: { readonly at: string; readonly message: string; readonly insns: number };
  readonly timing: object;
  readonly comparePruning?: {
    readonly subjects: Readonly<Record<string, { readonly changed: number; readonly verdicts: readonly object[] }>>;
  };
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
    const argv = ['--seed', 'twice', '--runs', '15', '--profile', 'all', '--out', out];
    const { timing: _, ...first } = (await fuzz(...argv)).json;
    const { timing: __, ...second } = (await fuzz(...argv)).json;
    expect(second).toEqual(first);
    expect(first.programs).toBe(15);
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

  it('runFuzz finds what a pruning hides, writes it so that it replays, and does not excuse it elsewhere', async () => {
    const out = folder();
    const argv = [
      '--seed',
      '1',
      '--profile',
      'all',
      '--from',
      '1880',
      '--runs',
      '1',
      '--out',
      out,
      '--baseline',
      'none',
    ];
    const hidden = await fuzz(...argv, '--pruning', 'kernel-like-every');
    const sound = hidden.json.subjects['frame-descriptors/sound']?.findings ?? [];
    expect([hidden.code, sound.map(({ defect }) => defect)]).toEqual([
      1,
      ['garbage-release/ring-record/uninitialised/stack/thrower'],
    ]);
    expect(readFileSync(sound[0]?.file ?? '', 'utf8')).toContain(';! pruning: kernel-like-every\n');
    expect(await run('replay', out)).toMatchObject({ code: 0 });
    expect((await fuzz(...argv)).json.subjects['frame-descriptors/sound']?.findings).toEqual([]);
  });

  it('runFuzz counts which verdicts another pruning changes', async () => {
    const argv = ['--seed', '1', '--profile', 'all', '--from', '1878', '--runs', '4', '--out', folder()];
    const { subjects } = (await fuzz(...argv, '--compare-pruning', 'kernel-like-every')).json.comparePruning ?? {};
    expect(subjects?.['frame-descriptors/sound']?.changed).toBe(1);
    expect(subjects?.['frame-descriptors/sound']?.verdicts).toContainEqual({
      from: 'agree',
      to: 'garbage-release',
      programs: 1,
      first: 1880,
    });
    expect(subjects?.['runtime-table/per-frame']?.changed).toBe(0);
    const { out: text } = await run('fuzz', ...argv, '--compare-pruning', 'kernel-like-every', '--quiet');
    expect(text).toMatch(/agree +garbage-release +1 +1880/);
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

describe('runFuzz with a subject from outside', () => {
  it('runFuzz judges it by its own name beside ours, shrinks and saves what it does wrong', async () => {
    const [out, path] = [folder(), moduleFile(acceptingAll('mine/nothing'))];
    const argv = ['--seed', '1', '--runs', '30', '--out', out, '--subject', path, '--subject', 'mainline'];
    const { code, json } = await fuzz(...argv, '--baseline', 'none');
    expect(code).toBe(1);
    expect(Object.keys(json.subjects)).toEqual(['mainline', 'mine/nothing']);
    const findings = json.subjects['mine/nothing']?.findings ?? [];
    expect(findings.length).toBeGreaterThan(1);
    for (const finding of findings) {
      const text = readFileSync(finding.file, 'utf8');
      expect(text).toContain(`;! known: mine/nothing: ${finding.defect} ; found by fuzzing`);
      expect(text).not.toContain(path);
      expect(text.split('\n').length).toBeLessThan(30);
    }
    expect(JSON.stringify(json.subjects)).not.toContain(path);
    // Its findings replay with it, and without it as far as they speak of ours.
    expect(await run('replay', out, '--subject', path)).toMatchObject({ code: 0 });
    const without = await run('replay', out);
    expect(without.code).toBe(0);
    expect(without.out).toContain('known defects of mine/nothing were not replayed; --subject FILE loads a subject');
    // The baseline that the run wrote knows it, as long as it is loaded.
    const baseline = join(out, 'baseline.txt');
    expect((await fuzz(...argv, '--baseline', baseline)).code).toBe(0);
    const unknown = await run('fuzz', '--runs', '1', '--baseline', baseline, '--out', folder());
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.err).toContain("unknown subject 'mine/nothing'");
  });

  it('runFuzz leaves it out of files about ours, so that they replay anywhere', async () => {
    const out = folder();
    const path = moduleFile(
      acceptingAll(
        'mine/refuses',
        '',
        "return { ok: false, refusal: { code: 'merge-failure', pc: 0, message: 'no' } };",
      ),
    );
    const argv = ['--seed', '1', '--runs', '60', '--profile', 'merge-heavy', '--out', out, '--baseline', 'none'];
    const { json } = await fuzz(...argv, '--subject', RFC, '--subject', path);
    const findings = json.subjects[RFC]?.findings ?? [];
    expect(findings.length).toBeGreaterThan(0);
    for (const { file: saved } of findings) expect(readFileSync(saved, 'utf8')).not.toContain('mine/refuses');
    expect(await run('replay', out)).toMatchObject({ code: 0 });
    // A file that does not speak of it says nothing about whether it refuses.
    expect(await run('replay', out, '--subject', path)).toMatchObject({ code: 0 });
  });

  it('runFuzz ends with 2 where it fails, names it, and saves the smallest program on which it does', async () => {
    const out = folder();
    const before = "if (program.code.includes(0x85) && program.length > 3) throw new Error('at ' + program.length);";
    const path = moduleFile(acceptingAll('mine/throws', '', before));
    const argv = ['--seed', '1', '--runs', '30', '--out', out, '--subject', path];
    const { code, json } = await fuzz(...argv);
    expect(code).toBe(2);
    expect(json).toMatchObject({
      failure: {
        subject: 'mine/throws',
        module: path,
        work: 'prepare',
        message: expect.stringMatching(/^Error: at [4-7]$/),
        index: 0,
        file: join(out, 'failure-0.bpf'),
      },
      programs: 0,
      complete: false,
      timing: { ended: 'failure' },
    });
    expect(json).not.toHaveProperty('crash');
    expect(json.failure?.insns).toBeLessThan(7);
    const { message } = json.failure ?? { message: '' };
    expect(json.failure?.at).toMatch(/mine-\d+\.mjs:\d+:\d+$/);
    const told = await run('fuzz', '--quiet', ...argv);
    expect(told.code).toBe(2);
    expect(told.out).toContain(`${path}: mine/throws failed in prepare, in program 0: ${message} (at ${path}:`);
    expect(told.out).not.toContain('unwindiff has a bug');
    const saved = join(out, 'failure-0.bpf');
    expect(told.out).toContain(`again: unwindiff judge ${saved} --subject ${path}`);
    // What is saved is a case: right for ours, a failure for it, in every verb.
    expect(await run('replay', saved)).toMatchObject({ code: 0 });
    const replayed = await run('replay', saved, '--subject', path);
    expect(replayed).toMatchObject({ code: 2, out: '1 cases replayed, 0 failed\n' });
    expect(replayed.err).toContain(`${saved}: ${path}: mine/throws failed in prepare: ${message}`);
    for (const verb of ['judge', 'shrink']) {
      const answer = await run(verb, saved, '--subject', path);
      expect(answer).toMatchObject({ code: 2, out: '' });
      expect(answer.err).toContain(`${path}: mine/throws failed in prepare: ${message} (at ${path}:`);
      expect(answer.err).toMatch(/\n {4}at .*prepare/);
    }
  });

  it('runFuzz reports what fails in an unwinding and in a shrink, too', async () => {
    const path = moduleFile(acceptingAll('mine/unwinds', '*unwind({ frames }) { if (frames.length > 1) yield 7; },'));
    const { code, json } = await fuzz('--seed', '1', '--runs', '30', '--subject', path, '--out', folder());
    expect(code).toBe(2);
    expect(json.failure).toMatchObject({ work: 'unwind' });
    expect(json.failure?.message).toContain('step 0: expected { do:');
    const tiny = moduleFile(acceptingAll('mine/tiny', '', "if (program.length < 6) throw new Error('too small');"));
    const out = folder();
    const shrinking = await fuzz('--seed', '1', '--runs', '30', '--subject', tiny, '--out', out);
    expect(shrinking.code).toBe(2);
    expect(shrinking.json.failure).toMatchObject({ work: 'prepare', message: 'Error: too small' });
    // The findings are there as they were found.
    const findings = shrinking.json.subjects['mine/tiny']?.findings ?? [];
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings) expect(existsSync(finding.file)).toBe(true);
  });

  it('runFuzz refuses what is no module of subjects', async () => {
    expect(await run('fuzz', '--subject', './not-there.js')).toEqual({
      code: 2,
      out: '',
      err: './not-there.js: cannot be loaded: no such file\n',
    });
    const path = moduleFile('export const subject = { name: "x" };');
    const answer = await run('fuzz', '--subject', path);
    expect(answer).toMatchObject({ code: 2, out: '' });
    expect(answer.err).toContain(`${path}: the export subject: stops: expected one of throw, points, anywhere`);
  });
});
