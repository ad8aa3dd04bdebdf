/** Tests of `explain`. */
import { describe, expect, it } from 'vitest';
import { acceptingAll, moduleFile } from '../subjects/modules.js';
import { file, run, WRONG_KIND } from './terminal.js';

const RFC = 'frame-descriptors/rfc-v1';

describe('runExplain', () => {
  it('runExplain answers people and ends in 0 whatever the designs do', async () => {
    const { code, out, err } = await run('explain', file('a.bpf', WRONG_KIND));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('rule 5, same type number: the old one stays; WRONG here');
    expect(out).toContain('WRONG: another kind');
  });

  it('runExplain answers in JSON and nothing else', async () => {
    const { code, out, err } = await run(
      'explain',
      file('a.bpf', WRONG_KIND),
      '--json',
      '--worlds',
      '2',
      '--seed',
      'x',
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      worlds: { from: 'explored', count: 2 },
      subjects: { [RFC]: { knows: { is: 'descriptors' } }, mainline: { refusal: { code: 'held-reference' } } },
    });
  });

  it('runExplain narrows to subjects and a world', async () => {
    const { out } = await run('explain', 'corpus/readme.bpf', '--subject', RFC, '--world', '4', '--json');
    const answer: unknown = JSON.parse(out);
    expect(answer).toMatchObject({ runs: [{ number: 4, outcome: 'throw 9' }] });
    expect(answer).not.toHaveProperty(['subjects', 'mainline']);
    expect(answer).toHaveProperty(['subjects', RFC]);
    const text = (await run('explain', 'corpus/readme.bpf', '--subject', RFC, '--world', '4')).out;
    expect(text).toContain('6 other worlds are left out by --world.');
    expect(text).not.toContain('runtime-table');
  });

  it('runExplain passes the pruning on', async () => {
    const loop = 'corpus/accept/loops/acquire-and-release.bpf';
    const states = async (pruning: string) =>
      (await run('explain', loop, '--pruning', pruning)).out.match(/(\d+) states arrive/)?.[1];
    expect(Number(await states('off'))).toBeGreaterThan(Number(await states('exact')));
    expect((await run('explain', loop, '--pruning', 'none')).code).toBe(2);
  });

  it('runExplain names what it cannot read, and a world that does not exist', async () => {
    const wrong = file('b.bpf', WRONG_KIND.replace('r6 = r1', 'r16 = r1'));
    const answer = await run('explain', wrong);
    expect(answer.code).toBe(2);
    expect(answer.err).toContain(`${wrong}:5:5: `);
    const beyond = await run('explain', 'corpus/readme.bpf', '--world', '8');
    expect(beyond).toMatchObject({ code: 2, out: '', err: 'corpus/readme.bpf: there is no world 8: 7 run lines\n' });
    const unrun = file('a.bpf', WRONG_KIND);
    expect(await run('explain', unrun, '--world', '9', '--worlds', '2')).toMatchObject({
      code: 2,
      err: `${unrun}: there is no world 9: 2 worlds were explored (--worlds asks for more)\n`,
    });
  });

  it('runExplain says the same twice', async () => {
    const path = file('a.bpf', WRONG_KIND);
    expect(await run('explain', path, '--json')).toEqual(await run('explain', path, '--json'));
  });

  it('runExplain explains a subject from outside by its own lines, and names the one that fails', async () => {
    const path = file('a.bpf', WRONG_KIND);
    const mine = moduleFile(acceptingAll('mine/x', "describe: () => ['main 0: mine'],"));
    const answer = await run('explain', path, '--subject', mine);
    expect(answer.code).toBe(0);
    expect(answer.out).toContain('What mine/x knows');
    expect(answer.out).toContain('main 0: mine');
    const broken = moduleFile(
      acceptingAll('mine/y').replace("stops: 'throw',", "stops: 'throw', know() { throw new Error('no'); },"),
    );
    const failed = await run('explain', path, '--subject', broken);
    expect(failed).toMatchObject({ code: 2, out: '' });
    expect(failed.err).toContain(`${broken}: mine/y failed in know: Error: no (at ${broken}:`);
  });
});
