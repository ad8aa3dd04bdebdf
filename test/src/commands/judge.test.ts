/** Tests of `judge`. */
import { describe, expect, it } from 'vitest';
import { SUBJECTS } from '../../../src/subjects/registry.js';
import { acceptingAll, moduleFile } from '../subjects/modules.js';
import { file, MOVED, run, WRONG_KIND } from './terminal.js';

const RFC = 'frame-descriptors/rfc-v1';
const DEFECT = 'wrong-destructor/kernel-object/other-kind/register/thrower';

describe('runJudge', () => {
  it('runJudge gives every subject a verdict and the truth per world', async () => {
    const { code, out } = await run('judge', file('a.bpf', WRONG_KIND), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      subjects: {
        mainline: {
          verdict: 'refused',
          refusal: { code: 'held-reference' },
          curableBy: expect.arrayContaining(['runtime-table/per-frame']),
        },
        [RFC]: { verdict: 'wrong-destructor', defect: DEFECT },
        'frame-descriptors/sound': { verdict: 'merge-failure' },
        'runtime-table/per-frame': { verdict: 'agree' },
      },
    });
  });

  it('runJudge tells people the same', async () => {
    const { code, out } = await run('judge', file('a.bpf', WRONG_KIND));
    expect(code).toBe(0);
    expect(out).toContain('call bpf_throw');
    expect(out).toContain(`${RFC}: ${DEFECT}`);
    expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  it('runJudge answers by exit code whether a defect shows', async () => {
    const path = file('a.bpf', WRONG_KIND);
    expect((await run('judge', path, '--defect', DEFECT)).code).toBe(0);
    expect((await run('judge', path, '--subject', RFC, '--defect', DEFECT)).code).toBe(0);
    expect((await run('judge', path, '--subject', 'mainline', '--defect', DEFECT)).code).toBe(1);
    expect((await run('judge', path, '--defect', 'leak/nothing/unlisted/register/caller')).code).toBe(1);
  });

  it('runJudge judges the program also under the patches of the file, and says which', async () => {
    const path = file('a.bpf', MOVED);
    const moved = 'leak/patched/unlisted/register/thrower';
    expect((await run('judge', path, '--defect', moved)).code).toBe(0);
    const { out } = await run('judge', path);
    expect(out).toContain('after patches    remove dead, before 6 2');
    expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
    const subjects = JSON.parse((await run('judge', path, '--json')).out).subjects;
    expect(subjects[RFC].evidence.patches).toEqual([
      { do: 'remove', what: 'dead' },
      { do: 'insert', pc: 6, before: 2, after: 0, filler: 0 },
    ]);
    expect(subjects['frame-descriptors/sound'].verdict).toBe('agree');
  });

  it('runJudge draws patches where the file has none, unless --no-patches', async () => {
    const bare = MOVED.replaceAll(/;! patch: .*\n/g, '');
    const path = file('a.bpf', bare);
    const wrong = async (...options: readonly string[]) =>
      (await run('judge', path, '--defect', 'leak/patched/unlisted/register/thrower', ...options)).code === 0;
    const seeds = ['1', '2', '3', '4', '5', '6', '7', '8'];
    const drawn = await Promise.all(seeds.map((seed) => wrong('--seed', seed)));
    expect(drawn).toContain(true);
    expect(await Promise.all(seeds.map((seed) => wrong('--seed', seed, '--no-patches')))).not.toContain(true);
  });

  it('runJudge takes the pruning of the file unless another is asked for', async () => {
    const path = 'corpus/found/pruning/other-kind-in-one-slot.bpf';
    const verdict = async (...argv: readonly string[]) => {
      const { out } = await run('judge', path, '--json', ...argv);
      const json: { readonly subjects: Readonly<Record<string, { readonly verdict: string }>> } = JSON.parse(out);
      return json.subjects['frame-descriptors/sound']?.verdict;
    };
    expect(await verdict()).toBe('wrong-destructor');
    expect(await verdict('--pruning', 'exact')).toBe('merge-failure');
    expect(await verdict('--pruning', 'kernel-like-every')).toBe('wrong-destructor');
  });

  it('runJudge names file, line and column of what it cannot read', async () => {
    const wrong = file('b.bpf', WRONG_KIND.replace('r6 = r1', 'r16 = r1'));
    const answer = await run('judge', wrong);
    expect(answer.code).toBe(2);
    expect(answer.err).toContain(`${wrong}:5:5: `);
    const binary = file('c.bpf', Uint8Array.from([0x3b, 0x0a, 0x61, 0xff]));
    expect(await run('judge', binary)).toMatchObject({ code: 2, err: `${binary}:2:2: not UTF-8\n` });
  });

  it('runJudge judges a subject from outside, alone or beside ours', async () => {
    const [path, mine] = [file('a.bpf', WRONG_KIND), moduleFile(acceptingAll('mine/nothing'))];
    const alone = await run('judge', path, '--subject', mine, '--json');
    expect(JSON.parse(alone.out)).toMatchObject({ subjects: { 'mine/nothing': { verdict: 'leak' } } });
    expect(Object.keys(JSON.parse(alone.out).subjects)).toEqual(['mine/nothing']);
    const beside = await run('judge', path, '--subject', mine, '--subject', 'all', '--json');
    expect(Object.keys(JSON.parse(beside.out).subjects)).toEqual([...SUBJECTS.map(({ name }) => name), 'mine/nothing']);
    const leak = 'leak/nothing/unlisted/register/thrower';
    expect((await run('judge', path, '--subject', mine, '--defect', leak)).code).toBe(0);
    expect((await run('judge', path, '--subject', mine, '--defect', DEFECT)).code).toBe(1);
  });
});
