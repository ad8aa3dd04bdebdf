/** Tests of `replay`. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attribute, parseJunit, parseSarif } from '../report/schemas.js';
import { acceptingAll, moduleFile } from '../subjects/modules.js';
import { file, folder, run, WRONG_KIND } from './terminal.js';

const PLAIN = `;! case: nothing is held
;! origin: hand
;! run: => exit 0  holds=[]

main:
    r0 = 0
    exit
`;

describe('runReplay', () => {
  it('runReplay passes what is true', async () => {
    expect(await run('replay', file('a.bpf', PLAIN))).toMatchObject({ code: 0, out: '1 cases replayed, 0 failed\n' });
  });

  it('runReplay fails what is not, with file and line', async () => {
    const path = file('a.bpf', PLAIN.replace('exit 0', 'exit 1'));
    const answer = await run('replay', dirname(path));
    expect(answer.code).toBe(1);
    expect(answer.out).toContain(`${path}:3: run: expected exit 1`);
  });

  it('runReplay goes on after a file it cannot read and ends with exit code 2', async () => {
    const good = file('a.bpf', PLAIN);
    const bad = file('b.bpf', 'main\n');
    const answer = await run('replay', bad, good);
    expect(answer.code).toBe(2);
    expect(answer.err).toContain(`${bad}:1:`);
    expect(answer.out).toContain('2 cases replayed');
  });

  it('runReplay blesses a file that was named, once', async () => {
    const path = file('a.bpf', PLAIN);
    expect((await run('replay', '--bless', path)).out).toContain(`blessed ${path}`);
    expect(readFileSync(path, 'utf8')).toContain(';> stack mainline main +0');
    expect((await run('replay', '--bless', path)).out).not.toContain('blessed');
    expect((await run('replay', path)).code).toBe(0);
  });

  it('runReplay answers in JSON', async () => {
    const answer = await run('replay', '--json', file('a.bpf', PLAIN));
    expect(JSON.parse(answer.out)).toMatchObject({ cases: 1, failed: 0, outcomes: [{ title: 'nothing is held' }] });
  });

  it('runReplay refuses a path that is not there', async () => {
    expect((await run('replay', '/nonexistent')).code).toBe(2);
  });

  it('runReplay writes JUnit XML and SARIF of their schemas for the whole corpus', async () => {
    const [junit, sarif] = [join(folder(), 'junit.xml'), join(folder(), 'replay.sarif')];
    expect((await run('replay', '--quiet', '--junit', junit, '--sarif', sarif)).code).toBe(0);
    const suites = parseJunit(readFileSync(junit, 'utf8'));
    expect(Number(attribute(suites, 'tests'))).toBeGreaterThan(80);
    expect(attribute(suites, 'failures')).toBe('0');
    const results = parseSarif(readFileSync(sarif, 'utf8')).runs[0]?.results ?? [];
    expect(results.length).toBeGreaterThan(20);
    expect(new Set(results.map(({ baselineState }) => baselineState))).toEqual(new Set(['unchanged']));
    for (const { locations } of results) {
      const { artifactLocation, region } = locations?.[0]?.physicalLocation ?? {};
      const line = readFileSync(artifactLocation?.uri ?? '', 'utf8').split('\n')[(region?.startLine ?? 0) - 1];
      expect(line).toMatch(/^ {4}call bpf_throw/);
    }
  });

  it('runReplay writes its reports when something fails, too', async () => {
    const path = file('a.bpf', PLAIN.replace('exit 0', 'exit 1'));
    const junit = join(dirname(path), 'new', 'junit.xml');
    expect((await run('replay', path, '--junit', junit)).code).toBe(1);
    expect(parseJunit(readFileSync(junit, 'utf8')).attributes).toMatchObject({ tests: '1', failures: '1' });
  });

  it('runReplay replays the chosen subjects only, those from outside included', async () => {
    const wrong = file('a.bpf', WRONG_KIND.replace('hand\n', 'hand\n;! run: cb=[1]  => throw 7  holds=[task#1]\n'));
    expect((await run('replay', wrong)).code).toBe(1);
    expect((await run('replay', wrong, '--subject', 'runtime-table/per-frame')).code).toBe(0);
    const mine = moduleFile(acceptingAll('mine/nothing'));
    const answer = await run('replay', wrong, '--subject', mine);
    expect(answer.code).toBe(1);
    expect(answer.out).toContain('expected mine/nothing: no defect, found leak/');
  });

  it('runReplay blesses lines of a subject from outside when it is asked for', async () => {
    const path = file('a.bpf', PLAIN);
    const mine = moduleFile(acceptingAll('mine/nothing'));
    await run('replay', '--bless', path, '--subject', mine);
    expect(readFileSync(path, 'utf8')).toContain(';> stack mine/nothing main +0');
    expect((await run('replay', path)).code).toBe(0);
    expect((await run('replay', path, '--subject', mine)).code).toBe(0);
  });

  it('runReplay says how a subject is loaded that a file has refuse a case', async () => {
    const path = file(
      'a.bpf',
      PLAIN.replace('r0 = 0\n', 'r0 = 0                        ;! refuse: mine/x: merge-failure\n'),
    );
    const answer = await run('replay', path);
    expect(answer.code).toBe(1);
    expect(answer.out).toContain("or one that --subject FILE loads, found 'mine/x'");
    const before = "return { ok: false, refusal: { code: 'merge-failure', pc: 0, message: 'no' } };";
    const mine = moduleFile(acceptingAll('mine/x', '', before));
    expect((await run('replay', path, '--subject', mine)).code).toBe(0);
    const other = moduleFile(acceptingAll('mine/x', '', before.replace('merge-failure', 'no-destructor')));
    expect((await run('replay', path, '--subject', other)).code).toBe(1);
  });
});
