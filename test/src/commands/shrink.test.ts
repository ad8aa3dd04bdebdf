/** Tests of `shrink`. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCase } from '../../../src/case/read.js';
import { instructionCount } from '../../../src/isa/program.js';
import { acceptingAll, moduleFile } from '../subjects/modules.js';
import { file, folder, MOVED, run, WRONG_KIND } from './terminal.js';

const RFC = 'frame-descriptors/rfc-v1';
const DEFECT = 'wrong-destructor/kernel-object/other-kind/register/thrower';
const LONG = WRONG_KIND.replace('    r7 = r0\n', '    r7 = r0\n    r8 = 3\n    r8 += 4\n    *(u64 *)(r10 - 16) = r8\n');

describe('runShrink', () => {
  it('runShrink writes a case that shows the same defect and replays', async () => {
    const out = join(folder(), 'small.bpf');
    const answer = await run('shrink', file('a.bpf', LONG), '--subject', RFC, '--defect', DEFECT, '-o', out);
    expect(answer).toMatchObject({ code: 0, out: '' });
    expect(answer.err).toMatch(/\d+ -> \d+ instructions/);
    expect(readFileSync(out, 'utf8')).not.toContain('r8');
    expect((await run('judge', out, '--subject', RFC, '--defect', DEFECT)).code).toBe(0);
    expect(await run('replay', out)).toMatchObject({ code: 0 });
  });

  it('runShrink writes to stdout and takes what shows by itself', async () => {
    const answer = await run('shrink', file('a.bpf', LONG), '--quiet');
    expect(answer).toMatchObject({ code: 0, err: '' });
    const read = readCase(answer.out);
    expect(read.ok && read.case.known[0]).toMatchObject({ subject: RFC, defect: DEFECT });
  });

  it('runShrink keeps the patches that are needed, aimed at the smaller program', async () => {
    const out = join(folder(), 'small.bpf');
    expect((await run('shrink', file('a.bpf', MOVED), '--quiet', '-o', out)).code).toBe(0);
    const read = readCase(readFileSync(out, 'utf8'));
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    expect(read.case.known[0]).toMatchObject({ subject: RFC, defect: 'leak/patched/unlisted/register/thrower' });
    const [step, ...rest] = read.case.patches;
    expect(rest).toEqual([]);
    expect(step).toMatchObject({ do: 'insert', before: 1, after: 0 });
    expect(read.case.program.length).toBeLessThan(8);
    expect((await run('replay', out)).code).toBe(0);
  });

  it('runShrink says what shows instead', async () => {
    const out = join(folder(), 'small.bpf');
    const answer = await run('shrink', file('a.bpf', LONG), '--subject', 'runtime-table/per-frame', '-o', out);
    expect(answer.code).toBe(1);
    expect(answer.err).toContain(`${RFC}: ${DEFECT}`);
    expect(existsSync(out)).toBe(false);
  });

  it('runShrink shrinks what a subject from outside does wrong', async () => {
    const mine = moduleFile(acceptingAll('mine/nothing'));
    const answer = await run('shrink', file('a.bpf', LONG), '--subject', mine);
    expect(answer.code).toBe(0);
    expect(answer.err).toContain('mine/nothing: leak/nothing/unlisted/');
    const read = readCase(answer.out);
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    expect(read.case.known.map(({ subject }) => subject)).toContain('mine/nothing');
    expect(instructionCount(read.case.program)).toBeLessThan(7);
  });
});
