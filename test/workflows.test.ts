/** The workflows of .github: their commands are run here, shortened; their permissions and pins are what they should be. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { run } from './src/commands/terminal.js';

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: { readonly sarif_file?: string; readonly path?: string; readonly 'persist-credentials'?: boolean };
}

interface Job {
  readonly steps: readonly Step[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly strategy?: { readonly matrix: { readonly node: readonly string[] } };
}

interface Workflow<JobName extends string> {
  readonly on: { readonly schedule?: readonly { readonly cron: string }[] };
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<JobName, Job>>;
}

const ROOT = process.cwd();
const FOLDER = join(ROOT, '.github', 'workflows');
const load = (name: string) => parse(readFileSync(join(FOLDER, name), 'utf8'), { strict: true });
const ci: Workflow<'gate'> = load('ci.yml');
const nightly: Workflow<'fuzz' | 'code-scanning'> = load('nightly.yml');
const jobs: readonly Job[] = [...Object.values(ci.jobs), ...Object.values(nightly.jobs)];
const steps = jobs.flatMap((job) => job.steps);
const commands = steps.flatMap((step) => step.run?.split('\n').filter((line) => line.trim() !== '') ?? []);

/** Words of a shell command up to a redirection, variables as a short run would have them. */
function words(command: string): readonly string[] {
  const plain = command
    .replace(/\s>>?\s.*$/, '')
    .replace(SEED, 'nightly-2026-01-31')
    .replace('"$TIME"', '1s');
  return plain.trim().split(/\s+/);
}

/** The day's seed, unless somebody asked for another. */
const SEED = /"\$\{SEED:-nightly-\$\(date -u \+%F\)\}"/;

const ours = commands.filter((command) => command.startsWith('npx unwindiff '));

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unwindiff-workflows-'));
  cpSync(join(ROOT, 'corpus'), join(folder, 'corpus'), { recursive: true });
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(ROOT);
  rmSync(folder, { recursive: true, force: true });
});

describe('workflows', () => {
  it('are these, and each is read here', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(['ci.yml', 'nightly.yml']);
    expect(ours.map((command) => command.split(' ')[2])).toEqual(['replay', 'fuzz']);
  });

  it.each(ours)('run what exists: %s', async (command) => {
    const [, , ...argv] = words(command);
    expect(argv.join(' ')).not.toMatch(/["'$`]/);
    const { code, err } = await run(...argv, '--quiet');
    // A second may be enough to meet something new.
    expect(argv[0] === 'fuzz' ? [0, 1] : [0], err).toContain(code);
    for (const [option, at] of argv.entries()) {
      if (at === '--junit' || at === '--sarif') expect(existsSync(argv[option + 1] ?? ''), at).toBe(true);
    }
  });

  it('run nothing else than what the package and every shell has', () => {
    const others = commands.filter((command) => !ours.includes(command)).map((command) => words(command).slice(0, 2));
    const known = [
      ['bash', '.ci/run'],
      ['npm', 'ci'],
    ];
    for (const other of others) {
      if (other[0] === 'echo' || other[0] === 'cat') continue;
      expect(known).toContainEqual(other);
    }
    expect(existsSync(join(ROOT, '.ci', 'run'))).toBe(true);
    expect(existsSync(join(ROOT, 'package-lock.json'))).toBe(true);
  });

  it('nightly shows and uploads what its commands write', () => {
    const written = ours.flatMap((command) => command.match(/nightly\/\S+/g) ?? []);
    expect(written.length).toBeGreaterThanOrEqual(6);
    const used = [...steps.map((step) => step.with?.sarif_file), 'nightly/report.txt'].filter(
      (path) => path !== undefined,
    );
    for (const path of used) expect(written).toContain(path);
    const kept = steps.filter(({ uses }) => uses?.startsWith('actions/upload-artifact@'));
    expect(kept.map((step) => step.with?.path)).toEqual(['nightly']);
  });

  it('nightly takes its seed from the date and runs every night', () => {
    expect(ours.filter((command) => SEED.test(command)).map((command) => command.split(' ')[2])).toEqual(['fuzz']);
    expect(nightly.on.schedule).toEqual([{ cron: expect.stringMatching(/^\d+ \d+ \* \* \*$/) }]);
  });

  it('ci runs the gate on the oldest Node that the package allows, and on later ones', () => {
    const { engines }: { readonly engines: { readonly node: string } } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    );
    const versions = ci.jobs.gate.strategy?.matrix.node ?? [];
    expect(`>=${versions[0]}`).toBe(engines.node);
    expect(versions).toEqual(['20.19', '22', '24']);
  });

  it('pin actions by major version', () => {
    const pins = steps.flatMap(({ uses }) => uses ?? []);
    expect(pins.length).toBeGreaterThan(5);
    for (const pin of pins) expect(pin).toMatch(/^(actions|github)\/[a-z-]+(\/[a-z-]+)?@v\d+$/);
  });

  it('have no more permissions than they need, and a limit of time', () => {
    for (const { permissions } of [ci, nightly]) expect(permissions).toEqual({ contents: 'read' });
    const more = jobs.filter(({ permissions }) => permissions !== undefined);
    expect(more).toEqual([nightly.jobs['code-scanning']]);
    expect(more[0]?.permissions).toEqual({ contents: 'read', 'security-events': 'write' });
    for (const job of jobs) expect(job['timeout-minutes']).toBeGreaterThan(0);
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts.every((step) => step.with?.['persist-credentials'] === false)).toBe(true);
  });
});
