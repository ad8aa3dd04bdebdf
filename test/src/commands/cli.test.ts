/** Tests of the command line: usage, exit codes, dispatch. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/case/package-root.js';
import { folder, run } from './terminal.js';

describe('main', () => {
  it.each([
    [['--help'], 'Usage: unwindiff'],
    [['fuzz', '--help'], '--profile'],
    [['--version'], '0.'],
  ])('main answers %j on stdout', async (argv, text) => {
    const answer = await run(...argv);
    expect(answer).toMatchObject({ code: 0, err: '' });
    expect(answer.out).toContain(text);
  });

  it.each([
    [[], 'Usage: unwindiff'],
    [['fuss'], "unknown command 'fuss'"],
    [['fuzz', '--rnus', '3'], "unknown option '--rnus'"],
    [['fuzz', '--runs', 'many'], 'whole number from 1'],
    [['fuzz', '--runs', '0'], 'whole number from 1'],
    [['fuzz', '--runs', '-1'], 'whole number from 1'],
    [['fuzz', '--from', '99999999999999999999'], 'whole number from 0'],
    [['fuzz', '--time', 'soon'], 'a duration such as'],
    [['fuzz', '--seed', 'two words'], 'without blanks'],
    [['fuzz', '--subject', 'nobody'], 'Expected all, one of mainline'],
    [['fuzz', '--profile', 'huge'], 'Expected all or one of default'],
    [['fuzz', '--stop-at', 'noon'], 'Expected one of throw, points, anywhere, window'],
    [['fuzz', '--pruning', 'some'], 'off, exact, kernel-like, kernel-like-every'],
    [['fuzz', '--compare-pruning', 'some'], 'off, exact, kernel-like, kernel-like-every'],
    [['fuzz', 'extra'], 'too many arguments'],
    [['fuzz', '--baseline', '/nonexistent/baseline'], '/nonexistent/baseline: cannot be read'],
    [['judge'], "missing required argument 'file'"],
    [['judge', 'x.bpf', '--defect', 'leak'], 'expected verdict/claim'],
    [['judge', '/nonexistent.bpf'], '/nonexistent.bpf: cannot be read: no such file'],
  ])('main refuses %j with exit code 2 and says why', async (argv, text) => {
    const answer = await run(...argv);
    expect(answer.code).toBe(2);
    expect(answer.out).toBe('');
    expect(answer.err).toContain(text);
  });

  const built = join(packageRoot(), 'dist', 'src', 'commands', 'cli.js');
  it.skipIf(!existsSync(built))('main works as a process of its own, with worker threads', () => {
    const out = folder();
    const args = ['fuzz', '--seed', '1', '--runs', '64', '--workers', '2', '--json', '--quiet', '--out', out];
    const { status, stdout, stderr } = spawnSync(process.execPath, [built, ...args], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect([0, 1]).toContain(status);
    expect(JSON.parse(stdout)).toMatchObject({ seed: '1', programs: 64 });
  });
});
