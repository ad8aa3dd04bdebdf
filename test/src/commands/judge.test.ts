/** Tests of `judge`. */
import { describe, expect, it } from 'vitest';
import { file, run, WRONG_KIND } from './terminal.js';

const RFC = 'frame-descriptors/rfc-v1';
const DEFECT = 'wrong-destructor/kernel-object/other-kind/register/thrower';

describe('runJudge', () => {
  it('runJudge gives every subject a verdict and the truth per world', async () => {
    const { code, out } = await run('judge', file('a.bpf', WRONG_KIND), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      subjects: {
        mainline: { verdict: 'refused', refusal: { code: 'held-reference' }, curableBy: ['runtime-table/per-frame'] },
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

  it('runJudge names file, line and column of what it cannot read', async () => {
    const wrong = file('b.bpf', WRONG_KIND.replace('r6 = r1', 'r16 = r1'));
    const answer = await run('judge', wrong);
    expect(answer.code).toBe(2);
    expect(answer.err).toContain(`${wrong}:5:5: `);
    const binary = file('c.bpf', Uint8Array.from([0x3b, 0x0a, 0x61, 0xff]));
    expect(await run('judge', binary)).toMatchObject({ code: 2, err: `${binary}:2:2: not UTF-8\n` });
  });
});
