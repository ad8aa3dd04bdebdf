/** `kernel`: the running Linux kernel as an independent judge. What it says, and whether we say the same. */
import { readFileSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import { join } from 'node:path';
import type { ProfileName } from '../../generators/profile.js';
import { attemptsOf } from '../../oracles/kernel/attempts.js';
import { confirmCallables, tryAcquisitions } from '../../oracles/kernel/callables.js';
import { openLoader, type RunningKernel } from '../bridge/kernel/load.js';
import { openKernelLog } from '../bridge/kernel/log.js';
import { healthOf } from '../campaign/kernel/health.js';
import { runKernelCampaign } from '../campaign/kernel/kernel-campaign.js';
import {
  canUseKernelWorkers,
  localKernelExecutor,
  openShard,
  threadKernelExecutor,
} from '../campaign/kernel/kernel-executor.js';
import { isBelowTarget } from '../campaign/kernel/leg-tally.js';
import { LEGS, type Leg } from '../campaign/kernel/legs.js';
import type { Program } from '../isa/program.js';
import { jsonText } from '../report/json.js';
import {
  callablesText,
  kernelCampaignJson,
  kernelCampaignText,
  kernelCheckText,
  statusText,
} from '../report/kernel.js';
import { progressDisplay } from '../report/progress.js';
import { paintFor, type Terminal } from '../report/terminal.js';
import { badInput, EXIT, type ExitCode, Failure } from './failure.js';
import { loadCase, outFolder } from './input.js';
import { freshSeed } from './options.js';

interface Answering {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export interface KernelFuzzOptions extends Answering {
  readonly seed?: string;
  readonly profile: ProfileName | 'all';
  readonly from: number;
  readonly runs: number;
  readonly leg?: readonly string[];
  readonly workers?: number;
  readonly out?: string;
}

/** The kernel for as long as `use` takes; exit 3 with the reason where there is none. */
async function withKernel<T>(use: (kernel: RunningKernel) => T | Promise<T>): Promise<T> {
  const opened = await openLoader();
  if (!opened.ok) {
    throw new Failure(EXIT.unavailable, `the running kernel cannot be asked: ${opened.unavailable.message}`);
  }
  try {
    return await use(opened.value);
  } finally {
    opened.value.close();
  }
}

/** `kernel status`: what is there, which kinds load and run. */
export function runKernelStatus(options: Answering, terminal: Terminal): Promise<ExitCode> {
  return withKernel((kernel) => {
    const log = openKernelLog();
    log?.close();
    const status = {
      release: release(),
      jit: setting('net/core/bpf_jit_enable') === '1',
      panicOnWarn: setting('kernel/panic_on_warn') === '1',
      log: log !== undefined,
      acquisitions: tryAcquisitions(kernel),
      health: healthOf(kernel),
    };
    terminal.out.write(
      options.json === true ? jsonText(status) : statusText(status, paintFor(terminal.out, terminal.env)),
    );
    return EXIT.nothingNew;
  });
}

function setting(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** `kernel callables`: every property of every row, asked of the kernel. */
export function runKernelCallables(options: Answering, terminal: Terminal): Promise<ExitCode> {
  return withKernel((kernel) => {
    const confirmations = confirmCallables(kernel);
    terminal.out.write(
      options.json === true
        ? jsonText({ confirmations })
        : callablesText(confirmations, paintFor(terminal.out, terminal.env)),
    );
    return confirmations.some(({ result }) => result === 'differs') ? EXIT.found : EXIT.nothingNew;
  });
}

/** `kernel check FILE`: everything the kernel can be asked about one program. */
export function runKernelCheck(file: string, options: Answering, terminal: Terminal): Promise<ExitCode> {
  const { program, title } = loadCase(file);
  return withKernel((kernel) => {
    const bench = { kernel, attempts: attemptsOf(kernel), refused: new WeakSet<Program>() };
    // Derived programs are another matter: the file is what is asked about.
    const legs = LEGS.filter(({ derive }) => derive === undefined);
    const answers = legs.map((leg) => ({ leg: leg.name, answers: leg.ask(bench, program) }));
    terminal.out.write(
      options.json === true
        ? jsonText({ file, title, legs: answers })
        : kernelCheckText(title, answers, paintFor(terminal.out, terminal.env)),
    );
    const all = answers.flatMap((each) => each.answers);
    const bad = all.some(
      (answer) => answer.is === 'kernel-failed' || (answer.is === 'disagree' && answer.known === undefined),
    );
    return bad ? EXIT.found : EXIT.nothingNew;
  });
}

/** Legs by their names or groups. */
function legsOf(names: readonly string[] | undefined): readonly Leg[] {
  if (names === undefined) return LEGS;
  for (const each of names) {
    if (LEGS.some(({ name, group }) => each === name || each === group)) continue;
    const known = [...new Set(LEGS.flatMap(({ name, group }) => [group, name]))];
    throw badInput(`--leg ${each}: there is no such leg; known are ${known.join(', ')}`);
  }
  return LEGS.filter(({ name, group }) => names.includes(name) || names.includes(group));
}

/** `kernel fuzz`: generated programs, all legs. */
export function runKernelFuzz(options: KernelFuzzOptions, terminal: Terminal): Promise<ExitCode> {
  const seed = options.seed ?? freshSeed();
  const legs = legsOf(options.leg);
  const out = outFolder(options.out ?? join('runs', `kernel-${seed.replaceAll(':', '_')}-${options.profile}`));
  return withKernel(async (kernel) => {
    if (options.json !== true) terminal.out.write(`seed ${seed}\n\n`);
    else if (options.quiet !== true) terminal.err.write(`seed ${seed}\n`);
    const log = openKernelLog();
    log?.close();
    const settings = { seed, profile: options.profile, legs: legs.map(({ name }) => name) };
    const workers = options.workers ?? availableParallelism();
    const executor = canUseKernelWorkers()
      ? threadKernelExecutor(settings, workers)
      : localKernelExecutor(openShard(settings, kernel));
    const display = progressDisplay(terminal, { programs: options.runs, seconds: undefined }, options.quiet === true);
    const began = performance.now();
    try {
      const result = await runKernelCampaign(
        {
          from: options.from,
          runs: options.runs,
          out,
          legs,
          kernel,
          interrupted: terminal.interrupted,
          onProgress: (programs, findings) => display.update({ programs, findings, newFindings: findings }),
        },
        executor,
      );
      display.stop();
      const about = {
        seed,
        profile: options.profile,
        kernel: release(),
        log: log !== undefined,
        workers: executor.workers,
        seconds: (performance.now() - began) / 1000,
      };
      terminal.out.write(
        options.json === true
          ? jsonText(kernelCampaignJson(result, about))
          : kernelCampaignText(result, about, paintFor(terminal.out, terminal.env)),
      );
      const found =
        result.stopped !== undefined ||
        result.findings.some(({ known }) => known === undefined) ||
        result.legs.some(isBelowTarget);
      return found ? EXIT.found : EXIT.nothingNew;
    } finally {
      display.stop();
    }
  });
}
