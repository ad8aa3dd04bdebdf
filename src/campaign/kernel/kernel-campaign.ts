/**
 * Asks the running kernel about program after program. What differs is written before it is reported, then made small. A
 * failure of the kernel itself (EFAULT, a warning in its log) stops the run: it is a finding about the kernel and no verdict.
 */
import { join } from 'node:path';
import { seededChoices } from '../../../generators/choices.js';
import { PROFILES, type ProfileName } from '../../../generators/profile.js';
import { generate } from '../../../generators/program.js';
import { attemptsOf } from '../../../oracles/kernel/attempts.js';
import type { RunningKernel } from '../../bridge/kernel/load.js';
import type { KernelLog } from '../../bridge/kernel/log.js';
import type { Case } from '../../case/case.js';
import { writeCase } from '../../case/write.js';
import { instructionCount, type Program } from '../../isa/program.js';
import { shrink } from '../../shrink/shrink.js';
import { writeAtomically } from '../atomic-file.js';
import { profileAt } from '../plan.js';
import { type Health, healthOf } from './health.js';
import { type Answer, type Bench, choicesFor, type Leg } from './legs.js';

/** Sums of one leg. `compared` = agreements + disagreements. */
export interface LegTally {
  readonly leg: Leg;
  compared: number;
  agreed: number;
  /** Disagreements of a known class: counted in `compared`, and in `agreed` not. */
  known: number;
  /** How they agreed, how often. */
  readonly how: Record<string, number>;
  readonly classes: Record<string, number>;
  readonly notCompared: Record<string, number>;
}

export interface KernelFinding {
  readonly leg: string;
  /** Its class, or `the kernel failed`. */
  readonly class: string;
  readonly known?: string;
  readonly detail: string;
  readonly index: number;
  readonly programs: number;
  readonly file: string;
  readonly insns: number;
  readonly insnsBefore: number;
}

export interface KernelCampaign {
  readonly seed: string;
  readonly profile: ProfileName | 'all';
  readonly from: number;
  readonly runs: number;
  readonly out: string;
  readonly legs: readonly Leg[];
  readonly kernel: RunningKernel;
  readonly log: KernelLog | undefined;
  readonly interrupted?: AbortSignal | undefined;
  readonly onProgress: (programs: number, findings: number) => void;
}

export interface KernelResult {
  readonly programs: number;
  readonly legs: readonly LegTally[];
  readonly findings: readonly KernelFinding[];
  /** What stopped the run before its end. */
  readonly stopped?: { readonly leg: string; readonly index: number; readonly why: string; readonly file: string };
  readonly health: { readonly before: Health; readonly after: Health };
  readonly ended: 'complete' | 'interrupted' | 'kernel failed';
}

/** Programs between two looks at the kernel's log, and two reports of progress. */
const CHUNK = 50;
/** Candidates that shrinking one finding may put to the kernel. */
const SHRINK_CALLS = 2000;

/** Runs it to its end, an interruption, or a failure of the kernel. */
export async function runKernelCampaign(campaign: KernelCampaign): Promise<KernelResult> {
  const { seed, profile, from, runs, kernel, log, out } = campaign;
  const bench: Bench = { kernel, attempts: attemptsOf(kernel), refused: new WeakSet() };
  const before = healthOf(kernel);
  const tallies = campaign.legs.map(
    (leg): LegTally => ({
      leg,
      compared: 0,
      agreed: 0,
      known: 0,
      how: {},
      classes: {},
      notCompared: {},
    }),
  );
  const findings = new Map<string, KernelFinding>();
  let programs = 0;
  let stopped: KernelResult['stopped'];
  log?.warnings();
  const write = (leg: Leg, program: Program, index: number, name: string, lines: readonly string[]): string => {
    const file = join(out, leg.name.replaceAll('/', '-'), `${fileName(name)}.bpf`);
    writeAtomically(file, findingText(program, `${leg.name}: ${name}`, { seed, index }, lines));
    return file;
  };
  for (let index = from; index < from + runs && stopped === undefined; index++) {
    const { program } = generate(seededChoices(seed, index), PROFILES[profileAt(profile, index)]);
    // Legs that derive in the same way ask about the same program.
    const derivedBy = new Map<Leg['derive'], Program | undefined>([[undefined, program]]);
    for (const tally of tallies) {
      const { leg } = tally;
      const { derive } = leg;
      if (derive !== undefined && !derivedBy.has(derive)) {
        derivedBy.set(
          derive,
          derive(program, () => choicesFor(seed, leg, index)),
        );
      }
      const derived = derivedBy.get(derive);
      if (derived === undefined) {
        count(tally.notCompared, 'no such program');
        continue;
      }
      for (const answer of leg.ask(bench, derived)) {
        if (answer.is === 'kernel-failed' && answer.errno === 'EFAULT') {
          const file = write(leg, derived, index, 'the kernel failed', [answer.errno, ...answer.log.split('\n')]);
          stopped = { leg: leg.name, index, why: `${answer.errno}: ${lastLine(answer.log)}`, file };
          break;
        }
        add(tally, answer);
        if (answer.is !== 'disagree') continue;
        const key = `${leg.name} ${answer.class}`;
        const known = findings.get(key);
        if (known !== undefined) findings.set(key, { ...known, programs: known.programs + 1 });
        else findings.set(key, saveFinding(bench, leg, derived, index, answer, write));
      }
      if (stopped !== undefined) break;
    }
    programs++;
    if (programs % CHUNK !== 0 && index + 1 < from + runs && stopped === undefined) continue;
    const warnings = log?.warnings() ?? [];
    const [first] = warnings;
    const [leg] = campaign.legs;
    if (first !== undefined && leg !== undefined) {
      const why = `a warning in the kernel's log within the last ${CHUNK} programs: ${first.text}`;
      const lines = warnings.map(({ text }) => text);
      const file = write(leg, program, index, 'a warning of the kernel', lines);
      stopped =
        stopped === undefined
          ? { leg: leg.name, index, why, file }
          : { ...stopped, why: `${stopped.why}; and ${why} (${file})` };
    }
    campaign.onProgress(programs, findings.size);
    // A turn of the event loop: Ctrl-C is heard.
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (campaign.interrupted?.aborted === true) break;
  }
  const ended = stopped !== undefined ? 'kernel failed' : programs < runs ? 'interrupted' : 'complete';
  return {
    programs,
    legs: tallies,
    findings: [...findings.values()],
    ...(stopped === undefined ? {} : { stopped }),
    health: { before, after: healthOf(kernel) },
    ended,
  };
}

type Disagreement = Extract<Answer, { readonly is: 'disagree' }>;
type Write = (leg: Leg, program: Program, index: number, name: string, lines: readonly string[]) => string;

/** Writes a finding as it is, then makes it small and writes it again. A known one stays as it is, and one that is dear to ask about. */
function saveFinding(
  bench: Bench,
  leg: Leg,
  program: Program,
  index: number,
  answer: Disagreement,
  write: Write,
): KernelFinding {
  const lines = ({ detail, log }: Disagreement): string[] => [detail, ...log.split('\n')];
  const file = write(leg, program, index, answer.class, lines(answer));
  let smallest = { program, answer };
  if (answer.known === undefined && answer.dear !== true) {
    const keeps = (candidate: Program): boolean => {
      const again = leg.ask(bench, candidate).find((each) => each.is === 'disagree' && each.class === answer.class);
      if (again === undefined || again.is !== 'disagree') return false;
      smallest = { program: candidate, answer: again };
      return true;
    };
    const { program: small } = shrink(program, keeps, { calls: SHRINK_CALLS });
    if (keeps(small)) write(leg, small, index, answer.class, lines(smallest.answer));
  }
  return {
    leg: leg.name,
    class: answer.class,
    ...(answer.known === undefined ? {} : { known: answer.known }),
    detail: smallest.answer.detail,
    index,
    programs: 1,
    file,
    insns: instructionCount(smallest.program),
    insnsBefore: instructionCount(program),
  };
}

function add(tally: LegTally, answer: Answer): void {
  switch (answer.is) {
    case 'agree':
      tally.compared++;
      tally.agreed++;
      count(tally.how, answer.how);
      break;
    case 'disagree':
      tally.compared++;
      if (answer.known !== undefined) tally.known++;
      count(tally.classes, answer.class);
      break;
    case 'not-compared':
      count(tally.notCompared, answer.reason);
      break;
    case 'kernel-failed':
      count(tally.notCompared, `the kernel failed: ${answer.errno}`);
  }
}

function count(sums: Record<string, number>, key: string): void {
  sums[key] = (sums[key] ?? 0) + 1;
}

function lastLine(log: string): string {
  return (
    log
      .split('\n')
      .filter((line) => line !== '')
      .at(-1) ?? ''
  );
}

function fileName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

/** A program as a case, with what both sides said as comments behind it. */
function findingText(
  program: Program,
  title: string,
  origin: { readonly seed: string; readonly index: number },
  lines: readonly string[],
): string {
  const found: Case = {
    title,
    origin: { by: 'fuzz', ...origin },
    program,
    runs: [],
    refusals: [],
    known: [],
    patches: [],
    expected: [],
  };
  const said = lines.map((line) => `; ${line}`.trimEnd());
  return `${writeCase(found)}\n${said.join('\n')}\n`;
}
