/**
 * Puts what a subject claims to the running kernel: the program with its claims written into it (cleanup-program.ts) loads if
 * they are right on every path and is refused if they are not. The kernel knows nothing of our verifier, machine or ledger, so
 * where it and our judge say the same, they say it for different reasons.
 */
import type { KernelLoader, KernelVerdict, NotLoadableReason } from '../../src/bridge/kernel/load.js';
import type { FindingVerdict } from '../../src/contract/verdict.js';
import type { Program } from '../../src/isa/program.js';
import type { Prepared, PrepareInput, Subject } from '../../src/subjects/subject.js';
import { analyse } from '../../src/verify/walk.js';
import { createJudge, type Judge, type JudgeOptions } from '../judge.js';
import type { Defect, Evidence, Judgement, ReleaseRecord } from '../judgement.js';
import { type ChainClaims, claimsOf, type UnclaimableReason } from './claims.js';
import { cleanupPrograms, type UntransformableReason } from './cleanup-program.js';
import { type KernelReason, kernelReason } from './reason.js';
import type { UntabledReason } from './table-program.js';
import { bytewiseWorlds } from './worlds.js';

/** Why the kernel cannot be asked about a program and its claims. */
export type InexpressibleReason =
  | UnclaimableReason
  | UntransformableReason
  | NotLoadableReason
  | UntabledReason
  | 'rewritten';

/** What our own verifier says of the very program that the kernel was given. */
export interface ParityFinding {
  readonly kernel: 'accepted' | 'refused';
  readonly ours: string;
}

export type DescriptorResult =
  /** Nothing is wrong with the claims, say both. */
  | { readonly is: 'agree-right' }
  /** Both say that they are wrong; `sameReason`: in the same way, in one of the worlds that were looked at. */
  | {
      readonly is: 'agree-wrong';
      readonly reason: KernelReason;
      readonly defect: Defect;
      readonly sameReason: boolean;
    }
  | {
      readonly is: 'disagreement';
      readonly class: DisagreementClass;
      /** What the kernel said, `accepted` or its last words; and what our judge found. */
      readonly kernel: string;
      readonly defect: Defect | undefined;
      /** Why a path is thought to be infeasible. */
      readonly evidence?: InfeasibleEvidence;
      /** Where our own verifier says something else of the program that the kernel was given. */
      readonly parity?: ParityFinding;
    }
  | { readonly is: 'not-expressible'; readonly reason: InexpressibleReason; readonly detail: string }
  /** The subject does not take the program, or it does not verify. */
  | { readonly is: 'refused-by-subject' }
  /** The kernel failed for a reason of its own, or a run was cut short. */
  | { readonly is: 'no-verdict'; readonly detail: string };

export type DisagreementClass =
  /** The kernel accepts what our judge finds wrong. */
  | 'kernel-accepts'
  /** The kernel refuses a path that no run takes. */
  | 'infeasible-path'
  /** The kernel refuses, and no world that was looked at is wrong, but there are more worlds. */
  | 'unconfirmed';

/**
 * `all-worlds`: every world over the values that the judge considers was run, and none was wrong. `our-verifier`: ours walks all paths of the very same program and
 * accepts it, so the kernel knows less of some value (which is a parity finding, too).
 */
type InfeasibleEvidence = 'all-worlds' | 'our-verifier';

export interface CheckOptions extends Pick<JudgeOptions, 'pruning' | 'fuel' | 'seed'> {
  /** Worlds per program, and worlds before a refusal by the kernel alone is called a disagreement. */
  readonly worlds: number;
  readonly moreWorlds: number;
  /** Then so many in which every byte is drawn for itself. */
  readonly bytewiseWorlds: number;
  /** Subjects that are asked about one after the other, program by program: each is judged with all of them. */
  readonly together?: readonly Subject[];
}

export const CHECK_OPTIONS: CheckOptions = {
  pruning: 'exact',
  fuel: 4096,
  seed: 'kernel',
  worlds: 64,
  moreWorlds: 1 << 16,
  bytewiseWorlds: 4096,
};

/** A program with its claims, ready to be loaded, or why there is none. */
export type Transformed =
  | { readonly is: 'programs'; readonly programs: readonly Program[] }
  | Extract<DescriptorResult, { readonly is: 'not-expressible' | 'refused-by-subject' }>;

/** Prepares a program and writes what the subject claims into it. */
export function transform(
  subject: Subject,
  program: Program,
  options: Pick<CheckOptions, 'pruning'> = CHECK_OPTIONS,
  write: Writer = writeDescriptors,
): Transformed {
  const analysis = analyse(program, { pruning: options.pruning });
  if (analysis.refusal !== undefined) return { is: 'refused-by-subject' };
  const input = { program, analysis, stopAt: 'throw' } as const;
  const prepared = subject.prepare(input);
  if (!prepared.ok) return { is: 'refused-by-subject' };
  const written = write(input, prepared, subject);
  const made = written.ok ? cleanupPrograms(written.program, written.stack, written.chains) : written;
  if (!made.ok) return { is: 'not-expressible', reason: made.reason, detail: made.detail };
  return { is: 'programs', programs: made.programs };
}

/** What a design needs in the program before its throws are replaced: that program, its frames, and what is claimed in it. */
export type Writer = (
  input: PrepareInput,
  prepared: Prepared,
  subject: Subject,
) =>
  | {
      readonly ok: true;
      readonly program: Program;
      readonly stack: readonly number[];
      readonly chains: readonly ChainClaims[];
    }
  | { readonly ok: false; readonly reason: InexpressibleReason; readonly detail: string };

/** Descriptors need nothing: the program stays as it is. */
export const writeDescriptors: Writer = ({ analysis }, prepared) => {
  if (prepared.intrinsics.length > 0) {
    return { ok: false, reason: 'rewritten', detail: `${prepared.intrinsics.length} inserted calls` };
  }
  const claims = claimsOf(analysis, prepared);
  if (!claims.ok) return claims;
  return { ok: true, program: prepared.program, stack: prepared.cost.stack, chains: claims.chains };
};

/** Checks what a subject claims for a program against the running kernel and our judge. */
export function checkDescriptors(
  loader: KernelLoader,
  subject: Subject,
  program: Program,
  options: CheckOptions = CHECK_OPTIONS,
): DescriptorResult {
  return putToKernel(loader, subject, program, transform(subject, program, options), options);
}

/** Loads a transformed program and compares what the kernel says with our judge of the original and the subject. */
export function putToKernel(
  loader: KernelLoader,
  subject: Subject,
  program: Program,
  transformed: Transformed,
  options: CheckOptions,
): DescriptorResult {
  if (transformed.is !== 'programs') return transformed;
  const asked = askKernel(loader, transformed.programs);
  if ('is' in asked) return asked;
  if (asked.verdict === 'refused' && STACK.test(asked.log)) {
    return { is: 'not-expressible', reason: 'stack', detail: lastWords(asked.log) };
  }
  if (asked.verdict === 'refused' && TOO_MUCH.test(asked.log))
    return { is: 'no-verdict', detail: lastWords(asked.log) };
  if (asked.verdict === 'no-verdict') return { is: 'no-verdict', detail: `${asked.errno}: ${lastWords(asked.log)}` };
  return compare(subject, program, asked, options, () => parityOf(asked, transformed.programs));
}

/** The kernel gave up before it had seen all paths. */
const TOO_MUCH = /BPF program is too large|is too complex/;

/** What the transformation adds does not fit beside what the program uses. */
const STACK = /combined stack size of|invalid write to stack/;

type Asked = KernelVerdict | Extract<DescriptorResult, { readonly is: 'not-expressible' }>;

/** Loads one after the other: accepted if all are. Only a refusal is loaded again, to hear why. */
function askKernel(loader: KernelLoader, programs: readonly Program[]): Asked {
  for (const each of programs) {
    const translated = loader.translate(each);
    if (!translated.ok) return { is: 'not-expressible', reason: translated.reason, detail: translated.detail };
    const quick = loader.load(translated.image);
    if (quick.verdict === 'accepted') continue;
    // It took its limit of steps to say so: why is clear.
    if (quick.errno === 'E2BIG') return { verdict: 'no-verdict', errno: quick.errno, log: 'too complex' };
    const verdict = loader.load(translated.image, true);
    if (verdict.verdict !== 'accepted') return verdict;
  }
  return { verdict: 'accepted' };
}

function parityOf(asked: KernelVerdict, programs: readonly Program[]): ParityFinding | undefined {
  let ours = 'accepted';
  for (const each of programs) {
    const { refusal } = analyse(each, { pruning: 'kernel-like' });
    if (refusal === undefined) continue;
    ours = `${refusal.code}: ${refusal.message}`;
    break;
  }
  if (asked.verdict === 'no-verdict' || (asked.verdict === 'accepted') === (ours === 'accepted')) return undefined;
  return { kernel: asked.verdict, ours };
}

function compare(
  subject: Subject,
  program: Program,
  kernel: Exclude<KernelVerdict, { readonly verdict: 'no-verdict' }>,
  options: CheckOptions,
  parityNow: () => ParityFinding | undefined,
): DescriptorResult {
  let { judgement, defect } = judged(subject, program, options, options.worlds);
  if (kernel.verdict === 'accepted') {
    if (defect === undefined) return { is: 'agree-right' };
    const parity = parityNow();
    const also = parity === undefined ? {} : { parity };
    return { is: 'disagreement', class: 'kernel-accepts', kernel: 'accepted', defect, ...also };
  }
  const reason = kernelReason(kernel.log);
  if (defect === undefined && !judgement.stakes.enumerated) {
    ({ judgement, defect } = judged(subject, program, options, options.moreWorlds));
  }
  if (defect === undefined) {
    ({ judgement, defect } = judgedBytewise(subject, program, options, judgement));
  }
  if (defect === undefined) {
    const inconclusive = judgement.subjects.get(subject.name)?.verdict === 'inconclusive';
    const parity = parityNow();
    const also = parity === undefined ? {} : { parity };
    const complete = judgement.stakes.enumerated && !inconclusive;
    const evidence = complete ? 'all-worlds' : parity === undefined ? undefined : 'our-verifier';
    const said = { is: 'disagreement', kernel: `${reason}: ${lastWords(kernel.log)}`, defect, ...also } as const;
    if (evidence === undefined) return { ...said, class: 'unconfirmed' };
    return { ...said, class: 'infeasible-path', evidence };
  }
  const sameReason =
    VERDICTS[reason].includes(defect.verdict) || someWorld(subject, program, options, judgement, VERDICTS[reason]);
  return { is: 'agree-wrong', reason, defect, sameReason };
}

/** What our judge calls that for which the kernel gives a reason. */
const VERDICTS: Readonly<Record<KernelReason, readonly FindingVerdict[]>> = {
  leak: ['leak'],
  'wrong-type': ['wrong-destructor'],
  'no-resource': ['garbage-release', 'double-release', 'wrong-destructor', 'stale-use'],
  uninitialised: ['garbage-release', 'double-release'],
  other: [],
};

/** What a judge is asked about here is the subject, not the verifier: containment is checked elsewhere. */
function judgeOf(subjects: readonly Subject[], { pruning, fuel, seed }: CheckOptions, worlds: number): Judge {
  return createJudge({ subjects, pruning, stopAt: 'throw', worlds, fuel, seed, containment: false });
}

function judged(subject: Subject, program: Program, options: CheckOptions, worlds: number) {
  const { together = [] } = options;
  const judgement =
    worlds === options.worlds && together.includes(subject)
      ? judgedTogether(together, program, options)
      : judgeOf([subject], options, worlds).judge(program);
  return { judgement, defect: judgement.subjects.get(subject.name)?.defect };
}

/** By list of subjects: their judge, and what it said last. */
const benches = new WeakMap<readonly Subject[], { readonly judge: Judge; last?: [Program, Judgement] }>();

function judgedTogether(together: readonly Subject[], program: Program, options: CheckOptions): Judgement {
  const bench = benches.get(together) ?? { judge: judgeOf(together, options, options.worlds) };
  benches.set(together, bench);
  if (bench.last?.[0] !== program) bench.last = [program, bench.judge.judge(program)];
  return bench.last[1];
}

/** Looks at worlds that the judge does not explore; if none of them is wrong, what was known before stands. */
function judgedBytewise(subject: Subject, program: Program, options: CheckOptions, before: Judgement) {
  const { fuel, seed, bytewiseWorlds: count } = options;
  const judge = judgeOf([subject], options, 0);
  const worlds = bytewiseWorlds(program, seed, count, fuel);
  const judgement = judge.judge(program, { worlds, until: (_, { defect }) => defect !== undefined });
  const defect = judgement.subjects.get(subject.name)?.defect;
  return defect === undefined ? { judgement: before, defect } : { judgement, defect };
}

/** Whether one of the worlds, looked at alone, shows one of the verdicts: of all worlds only the worst is told. */
function someWorld(
  subject: Subject,
  program: Program,
  options: CheckOptions,
  { truth }: Judgement,
  wanted: readonly FindingVerdict[],
): boolean {
  const judge = judgeOf([subject], options, 0);
  return truth.some(({ world }) => {
    const verdict = judge.judge(program, { worlds: [world] }).subjects.get(subject.name);
    if (verdict?.defect === undefined || verdict.evidence === undefined) return false;
    return [verdict.defect.verdict, ...faultsOf(verdict.evidence)].some((each) => wanted.includes(each));
  });
}

const FAULT_OF = {
  released: undefined,
  nothing: undefined,
  'already-released': 'double-release',
  'wrong-destructor': 'wrong-destructor',
  garbage: 'garbage-release',
} as const satisfies Record<ReleaseRecord['effect'], FindingVerdict | undefined>;

/** All that one cleanup did wrong, of which a verdict is the worst. */
function faultsOf({ holds, releases }: Evidence): readonly FindingVerdict[] {
  const released = new Set(releases.filter(({ effect }) => effect === 'released').map(({ resource }) => resource));
  const left = holds.some((name) => !released.has(name));
  return [...releases.flatMap(({ effect }) => FAULT_OF[effect] ?? []), ...(left ? (['leak'] as const) : [])];
}

/** The last line of a verifier's log that is not a count. */
function lastWords(log: string): string {
  const lines = log.trim().split('\n');
  return lines.filter((line) => !/^(processed|verification time|stack depth)/.test(line)).at(-1) ?? '';
}
