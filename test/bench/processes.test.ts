import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { measureProcesses } from '../../bench/processes.js';
import { file } from '../src/commands/terminal.js';
import { SETTINGS } from './samples.js';

/** A command that answers as `fuzz` does, and remembers in a file what it was asked. */
function fakeCli(body: string): string {
  return file('cli.mjs', `import { appendFileSync } from 'node:fs';\nconst argv = process.argv.slice(2);\n${body}\n`);
}

describe('measureProcesses', () => {
  it('measureProcesses starts with one program, then runs once, twice and four times as many', async () => {
    const log = file('asked.txt', '');
    const cli = fakeCli(`
      const runs = Number(argv[argv.indexOf('--runs') + 1]);
      appendFileSync(${JSON.stringify(log)}, argv.join(' ') + '\\n');
      console.log(JSON.stringify({ timing: { rssMiB: 100 + runs } }));
      process.exitCode = runs > 1 ? 1 : 0;`);
    const measured = await measureProcesses(cli, SETTINGS, 17, 10);
    if (!measured.available) throw new Error(measured.reason);
    expect(measured.resident).toEqual([
      { programs: 10, rssMiB: 110 },
      { programs: 20, rssMiB: 120 },
      { programs: 40, rssMiB: 140 },
    ]);
    expect(measured.start.ms).toBeGreaterThan(0);
    expect(measured.start.bareMs).toBeGreaterThan(0);
    const asked = readFileSync(log, 'utf8').trim().split('\n');
    expect(asked).toHaveLength(5 + 3);
    const [first = ''] = asked;
    expect(first).toContain('--seed bench --profile all');
    for (const name of SETTINGS.subjects) expect(first).toContain(`--subject ${name}`);
    expect(first).toContain('--from 17 --runs 1');
    expect(first).toContain('--workers 1 --json --quiet');
    expect(existsSync(/--out (\S+)/.exec(first)?.[1] ?? '.')).toBe(false);
  });

  it('measureProcesses fails with the words of a command that fails', async () => {
    await expect(
      measureProcesses(fakeCli("console.log('{}'); console.error('broken'); process.exitCode = 4;"), SETTINGS, 0, 1),
    ).rejects.toThrow('broken');
    await expect(measureProcesses(fakeCli("console.log('{}');"), SETTINGS, 0, 1)).rejects.toThrow('how much memory');
  });
});
