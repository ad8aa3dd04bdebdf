/** What only a process of its own can show: how long the command takes to start, and how much memory it keeps. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CampaignSettings } from '../src/campaign/plan.js';
import { median } from './clock.js';

/** Starts that are timed, each beside one of Node alone. */
const STARTS = 5;

/** Milliseconds on the wall from the start of a process until its answer, one program judged, begins; medians. */
export interface StartTime {
  readonly ms: number;
  /** The same for a Node that prints a line. */
  readonly bareMs: number;
}

/** Resident set of `fuzz` with one worker at its end. */
export interface Resident {
  readonly programs: number;
  readonly rssMiB: number;
}

export type Processes =
  | { readonly available: true; readonly start: StartTime; readonly resident: readonly Resident[] }
  | { readonly available: false; readonly reason: string };

/**
 * Runs the command `cli` as a user would: first with one program at `index`, which should have no finding; then with
 * `programs`, twice and four times as many.
 */
export async function measureProcesses(
  cli: string,
  { seed, profile, subjects }: CampaignSettings,
  index: number,
  programs: number,
): Promise<Processes> {
  const out = mkdtempSync(join(tmpdir(), 'unwindiff-bench-'));
  const fuzz = [
    cli,
    'fuzz',
    '--workers',
    '1',
    '--json',
    '--quiet',
    '--out',
    out,
    '--seed',
    seed,
    '--profile',
    profile,
  ].concat(subjects.flatMap((name) => ['--subject', name]));
  try {
    const [ours, bare]: [number[], number[]] = [[], []];
    for (let start = 0; start < STARTS; start++) {
      ours.push((await answer([...fuzz, '--from', String(index), '--runs', '1'])).firstByteMs);
      bare.push((await answer(['-p', '1'])).firstByteMs);
    }
    const resident: Resident[] = [];
    for (const runs of [programs, 2 * programs, 4 * programs]) {
      const { text } = await answer([...fuzz, '--runs', String(runs)]);
      resident.push({ programs: runs, rssMiB: rssOf(text) });
    }
    return { available: true, start: { ms: median(ours), bareMs: median(bare) }, resident };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function rssOf(text: string): number {
  const parsed: { readonly timing?: { readonly rssMiB?: unknown } } = JSON.parse(text);
  const rss = parsed.timing?.rssMiB;
  if (typeof rss !== 'number') throw new Error('fuzz does not say how much memory it took');
  return rss;
}

/** What a Node process prints, and how long that took to begin. Fuzzing may end with 1, for findings. */
function answer(argv: readonly string[]): Promise<{ readonly text: string; readonly firstByteMs: number }> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    let firstByteMs: number | undefined;
    let [text, message] = ['', ''];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      firstByteMs ??= performance.now() - began;
      text += part;
    });
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      message += part;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (firstByteMs !== undefined && (code === 0 || code === 1)) resolve({ text, firstByteMs });
      else reject(new Error(`${argv.join(' ')} ended with ${code}: ${message}`));
    });
  });
}
