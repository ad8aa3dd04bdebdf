/**
 * Whether the running kernel and a subject say the same of a program: accepted, or refused at the same pc for the same
 * reason. The kernel is asked without a log first, because a log is slow, and again with one only if it refuses.
 */
import type { KernelLoader, NotLoadableReason } from '../../src/bridge/kernel/load.js';
import { onOneLoop } from '../../src/cfg/same-loop.js';
import { mayThrowInLoop } from '../../src/cfg/throw-loops.js';
import type { Refusal } from '../../src/contract/refusal.js';
import type { Program } from '../../src/isa/program.js';
import type { Subject } from '../../src/subjects/subject.js';
import { LINUX_6_18 } from '../../src/verify/rules.js';
import { analyse, type WalkOptions } from '../../src/verify/walk.js';
import { ITERATOR_WIDENING, knownDifference, ORDER_OF_PATHS } from './known-differences.js';
import { type KernelReason, reasonOf } from './reasons.js';

/** What one side says; `undefined` means accepted. */
export type OurVerdict = Refusal | undefined;
export type TheirVerdict = KernelReason | undefined;

export interface Disagreement {
  readonly is: 'disagreement';
  /** What differs first: whether it is accepted, then where it is refused, then why. */
  readonly what: 'verdict' | 'pc' | 'reason';
  readonly ours: OurVerdict;
  readonly kernel: TheirVerdict;
  /** The kernel's log of level 1; empty if it accepts. */
  readonly log: string;
  /** Name of the known difference that this is an instance of. */
  readonly known: string | undefined;
}

/** Why the kernel was not asked, or why its answer would say nothing. */
export type NotComparable =
  | NotLoadableReason
  /** It meets a bug of its own on some of these (`mayThrowInLoop`). */
  | 'throw-in-loop'
  /** We gave up at a limit of ours that the kernel does not have, or need not reach. */
  | 'too-complex'
  /** It gave up at a limit of its own. */
  | 'kernel-too-complex';

export type Parity =
  | { readonly is: 'accepted' }
  /** `elsewhere`: the same endless loop, by another of its instructions. */
  | { readonly is: 'refused'; readonly ours: Refusal; readonly kernel: KernelReason; readonly elsewhere?: true }
  | Disagreement
  /** The kernel failed for a reason of its own: never a refusal. */
  | { readonly is: 'no-verdict'; readonly errno: string; readonly log: string }
  | { readonly is: 'not-comparable'; readonly reason: NotComparable; readonly detail: string };

/** Compares what a subject and the running kernel say of a program. Nothing is kept but what the loader keeps. */
export function parityOf(loader: KernelLoader, subject: Subject, program: Program): Parity {
  if (mayThrowInLoop(program)) return { is: 'not-comparable', reason: 'throw-in-loop', detail: '' };
  const translated = loader.translate(program);
  if (!translated.ok) return { is: 'not-comparable', reason: translated.reason, detail: translated.detail };
  const ours = verdictOf(subject, program, { pruning: 'exact' });
  if (ours?.code === 'too-complex') return { is: 'not-comparable', reason: 'too-complex', detail: ours.message };
  const answer = loader.load(translated.image);
  if (answer.verdict === 'no-verdict') return withoutVerdict(answer.errno, logOf(loader, translated));
  if (answer.verdict === 'accepted') return compare(subject, program, ours, undefined, '');
  // It took its limit of steps to say so; with a log it would take longer still.
  if (answer.errno === 'E2BIG') return { is: 'not-comparable', reason: 'kernel-too-complex', detail: answer.errno };
  const again = loader.load(translated.image, true);
  if (again.verdict === 'no-verdict') return withoutVerdict(again.errno, again.log);
  const log = again.verdict === 'accepted' ? '' : again.log;
  const kernel = reasonOf(log);
  return kernel.code === 'too-complex' ? gaveUp(kernel) : compare(subject, program, ours, kernel, log);
}

function compare(subject: Subject, program: Program, ours: OurVerdict, kernel: TheirVerdict, log: string): Parity {
  const what = difference(program, ours, kernel);
  if (what === undefined) {
    if (ours === undefined || kernel === undefined) return { is: 'accepted' };
    return { is: 'refused', ours, kernel, ...(isSameLoop(program, ours, kernel) ? { elsewhere: true } : {}) };
  }
  const known = knownDifference({ what, ours, kernel })?.name ?? decided(subject, program, ours, kernel);
  return { is: 'disagreement', what, ours, kernel, log, known };
}

/** A difference that is known because another walk of ours meets what the kernel says. */
function decided(subject: Subject, program: Program, ours: OurVerdict, kernel: TheirVerdict): string | undefined {
  const unwidened = verdictOf(subject, program, {
    pruning: 'exact',
    rules: { ...LINUX_6_18, widensLoops: false },
    limit: UNWIDENED_LIMIT,
  });
  if (difference(program, unwidened, kernel) === undefined) return ITERATOR_WIDENING;
  if (ours === undefined || kernel === undefined) return undefined;
  const refusals: Refusal[] = [];
  analyse(program, { pruning: 'exact', rules: LINUX_6_18, refusals, limit: UNWIDENED_LIMIT });
  return refusals.some((each) => difference(program, each, kernel) === undefined) ? ORDER_OF_PATHS : undefined;
}

/** Instructions of a walk that need not end by itself. */
const UNWIDENED_LIMIT = 100_000;

/** What differs first; `undefined`: nothing. */
function difference(program: Program, ours: OurVerdict, kernel: TheirVerdict): Disagreement['what'] | undefined {
  if (ours === undefined || kernel === undefined) return ours === kernel ? undefined : 'verdict';
  if (kernel.pc !== undefined && kernel.pc !== ours.pc && !isSameLoop(program, ours, kernel)) return 'pc';
  return kernel.code === ours.code ? undefined : 'reason';
}

/**
 * Why a subject refuses a program, or `undefined`. What comes first on the kernel's way counts: a walk that is refused has
 * seen all throws before that, so the subject judges those first.
 */
function verdictOf(subject: Subject, program: Program, options: WalkOptions): OurVerdict {
  const analysis = analyse(program, { rules: LINUX_6_18, ...options, record: false });
  const prepared = subject.prepare({ program, analysis: { ...analysis, refusal: undefined }, stopAt: 'throw' });
  return prepared.ok ? analysis.refusal : prepared.refusal;
}

/**
 * An endless loop shows where a state repeats one that was kept. The kernel keeps one after 2 jumps and 8 instructions at the
 * earliest (is_state_visited), ours one wherever paths join, so the kernel may name a later instruction of that loop.
 */
function isSameLoop(program: Program, ours: Refusal, kernel: KernelReason): boolean {
  if (ours.code !== 'infinite-loop' || kernel.code !== 'infinite-loop') return false;
  return kernel.pc !== undefined && kernel.pc !== ours.pc && onOneLoop(program, ours.pc, kernel.pc);
}

const gaveUp = ({ message }: KernelReason): Parity => ({
  is: 'not-comparable',
  reason: 'kernel-too-complex',
  detail: message,
});

/** Some of the places that meet the limit of pending jumps answer EFAULT or ENOMEM. */
function withoutVerdict(errno: string, log: string): Parity {
  const said = reasonOf(log);
  return said.code === 'too-complex' ? gaveUp(said) : { is: 'no-verdict', errno, log };
}

function logOf(loader: KernelLoader, { image }: { readonly image: Parameters<KernelLoader['load']>[0] }): string {
  const again = loader.load(image, true);
  return again.verdict === 'accepted' ? '' : again.log;
}
