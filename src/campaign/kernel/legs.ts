/**
 * The ways in which the running kernel is asked about a program, one row each. Every row compares what the kernel says with
 * what we say, and answers in the same few words.
 */
import { type Choices, seededChoices } from '../../../generators/choices.js';
import { nearMiss } from '../../../generators/near-miss.js';
import { withoutThrows } from '../../../generators/without-throws.js';
import type { Attempts } from '../../../oracles/kernel/attempts.js';
import {
  CHECK_OPTIONS,
  type CheckOptions,
  checkDescriptors,
  type DescriptorResult,
  type DisagreementClass,
} from '../../../oracles/kernel/descriptor-check.js';
import { compareRuns } from '../../../oracles/kernel/execution.js';
import { parityOf } from '../../../oracles/kernel/parity.js';
import { checkTable } from '../../../oracles/kernel/table-check.js';
import type { RunningKernel } from '../../bridge/kernel/load.js';
import { DEFAULT_FUEL } from '../../case/case.js';
import { callableAt } from '../../cfg/calls.js';
import { mayThrowInLoop } from '../../cfg/throw-loops.js';
import type { Program } from '../../isa/program.js';
import { subjectByName } from '../../subjects/registry.js';
import type { Subject } from '../../subjects/subject.js';

/** What a leg is about; the sums of a report are by these. */
export type LegGroup = 'parity' | 'execution' | 'descriptors' | 'table';

/** What came of asking once. */
export type Answer =
  | { readonly is: 'agree'; readonly how: string }
  /** `class`: the same word for the same cause; `known`: why it is no finding. */
  | {
      readonly is: 'disagree';
      readonly class: string;
      readonly detail: string;
      readonly log: string;
      readonly known?: string;
      /** Asking again is slow: it is saved as it is. */
      readonly dear?: true;
    }
  | { readonly is: 'not-compared'; readonly reason: string }
  /** The kernel failed for a reason of its own. */
  | { readonly is: 'kernel-failed'; readonly errno: string; readonly log: string };

/** What a leg works with. */
export interface Bench {
  readonly kernel: RunningKernel;
  readonly attempts: Attempts;
  /** Programs that it is known to refuse: they need not be loaded to be run. */
  readonly refused: WeakSet<Program>;
}

type Derive = (program: Program, choices: () => Choices) => Program | undefined;

export interface Leg {
  /** `parity/near-misses`: group, slash, what is special. */
  readonly name: string;
  readonly group: LegGroup;
  /** What it compares, for people. */
  readonly does: string;
  /** Agreement below this is found to be wrong, whatever is known of each disagreement. */
  readonly target: number;
  /** Makes the program that is asked about of a generated one; absent: it is that one. `undefined`: there is none. */
  readonly derive?: Derive | undefined;
  /** Asks once, or once for each run. */
  ask(bench: Bench, program: Program): readonly Answer[];
}

function subjectOf(name: string): Subject {
  const subject = subjectByName(name);
  if (subject === undefined) throw new Error(`no subject ${name}`);
  return subject;
}

const ACCEPTED = 'accepted';

const parity = (name: string, target: number, does: string, derive?: Derive): Leg => ({
  name: `parity/${name}`,
  group: 'parity',
  target,
  does,
  derive,
  ask({ kernel, refused }, program) {
    const answer = parityAnswer(kernel, program);
    if (answer.is !== 'agree' || answer.how !== ACCEPTED) refused.add(program);
    return [answer];
  },
});

function parityAnswer(kernel: RunningKernel, program: Program): Answer {
  const result = parityOf(kernel, subjectOf('mainline'), program);
  switch (result.is) {
    case 'accepted':
      return { is: 'agree', how: ACCEPTED };
    case 'refused': {
      const elsewhere = result.elsewhere === true ? ', elsewhere in the loop' : '';
      return { is: 'agree', how: `refused: ${result.ours.code}${elsewhere}` };
    }
    case 'no-verdict':
      return { is: 'kernel-failed', errno: result.errno, log: result.log };
    case 'not-comparable':
      return { is: 'not-compared', reason: result.reason };
    case 'disagreement': {
      const { what, ours, kernel: theirs, log, known } = result;
      const say = (side: { readonly code: string } | undefined) => side?.code ?? 'accepted';
      return {
        is: 'disagree',
        class: `${what}: ${say(ours)} here, ${say(theirs)} there`,
        detail: `here: ${ours === undefined ? 'accepted' : `${ours.pc}: ${ours.message}`}; there: ${
          theirs === undefined ? 'accepted' : `${theirs.pc ?? '-'}: ${theirs.message}`
        }`,
        log,
        ...(known === undefined ? {} : { known }),
        ...(stepsIterator(program) ? { dear: true } : {}),
      };
    }
  }
}

/** Cut down, a loop over an iterator often becomes one that keeps the kernel busy up to its limits: for minutes. */
function stepsIterator(program: Program): boolean {
  return Array.from(program.op).some((_, pc) => {
    const callee = callableAt(program, pc);
    return callee === 'bpf_iter_num_next' || callee === 'bpf_iter_task_next';
  });
}

/** Contexts that every program runs with. */
const CONTEXTS: readonly (readonly number[])[] = [
  [0, 0, 0, 0, 0],
  [1, 2, 3, 4, 5],
  [0xffff_ffff, 7, 0, 1, 0x8000_0000],
  [2, 1, 1, 0, 16],
];

const execution = (name: string, does: string, derive?: Derive): Leg => ({
  name: `execution/${name}`,
  group: 'execution',
  target: 1,
  does,
  derive,
  ask({ kernel, attempts, refused }, program) {
    if (refused.has(program)) return [{ is: 'not-compared', reason: 'not-accepted' }];
    if (mayThrowInLoop(program)) return [{ is: 'not-compared', reason: 'throw-in-loop' }];
    const results = compareRuns(kernel, attempts, program, CONTEXTS, DEFAULT_FUEL);
    if (results === undefined) return [{ is: 'not-compared', reason: 'not-accepted' }];
    return results.map((result): Answer => {
      if (result.result === 'agree') return { is: 'agree', how: 'same R0 and context' };
      if (result.result === 'not-comparable') return { is: 'not-compared', reason: result.reason };
      const { cb, ours, kernel: theirs } = result;
      const say = ({ retval, cb: words }: typeof ours) => `R0 ${retval}, cb [${words.join(', ')}]`;
      const what = ours.retval === theirs.retval ? 'context' : 'R0';
      return {
        is: 'disagree',
        class: `${what} differs`,
        detail: `with cb=[${cb.join(', ')}]: here ${say(ours)}; there ${say(theirs)}`,
        log: '',
      };
    });
  },
});

const CLEANED = [
  'frame-descriptors/rfc-v1',
  'frame-descriptors/rfc-v2',
  'frame-descriptors/sound',
  'forced-spill/literal',
  'forced-spill/sound',
  'runtime-table/per-frame',
] as const;
const CLEANUPS: CheckOptions = { ...CHECK_OPTIONS, together: CLEANED.map(subjectOf) };

const cleanup = (
  group: 'descriptors' | 'table',
  subject: (typeof CLEANED)[number],
  target: number,
  check: typeof checkDescriptors,
): Leg => ({
  name: `${group}/${subject}`,
  group,
  target,
  does:
    group === 'table'
      ? 'the table as real stores and loads, every throw replaced by its walk, against the judge'
      : 'every throw replaced by the cleanup that the descriptors claim, against the judge',
  ask: ({ kernel }, program) => [cleanupAnswer(check(kernel, subjectOf(subject), program, CLEANUPS))],
});

function cleanupAnswer(result: DescriptorResult): Answer {
  switch (result.is) {
    case 'agree-right':
      return { is: 'agree', how: 'right' };
    case 'agree-wrong':
      return { is: 'agree', how: result.sameReason ? 'wrong, for the same reason' : 'wrong' };
    case 'refused-by-subject':
      return { is: 'not-compared', reason: 'refused by the subject' };
    case 'not-expressible':
      return { is: 'not-compared', reason: result.reason };
    case 'no-verdict':
      return /EFAULT/.test(result.detail) && !/is too complex/.test(result.detail)
        ? { is: 'kernel-failed', errno: 'EFAULT', log: result.detail }
        : { is: 'not-compared', reason: 'no verdict' };
    case 'disagreement': {
      const defect = result.defect === undefined ? 'nothing' : result.defect.verdict;
      return {
        is: 'disagree',
        class: `${result.class}, the judge finds ${defect}`,
        detail: `${result.kernel}${result.evidence === undefined ? '' : ` (${result.evidence})`}`,
        log: result.kernel,
        ...knownPath(result.class),
      };
    }
  }
}

/** What is known of paths that the kernel refuses and no run shows. It is told from a judge that sees too little by how many they are: `target`. */
function knownPath(name: DisagreementClass): { readonly known?: string } {
  switch (name) {
    case 'kernel-accepts':
      return {};
    case 'infeasible-path':
      return { known: 'a path that no run takes' };
    case 'unconfirmed':
      return { known: `a path that no run of ${CHECK_OPTIONS.moreWorlds} takes` };
  }
}

/** All of them, in the order of a report. */
export const LEGS: readonly Leg[] = [
  parity('generated', 0.999, 'accepted or refused, where and why: programs as generated'),
  parity('without-throws', 0.999, 'the same, without the throws that hide what comes behind', withoutThrows),
  parity('near-misses', 0.998, 'the same, with one rule broken', (program, choices) => {
    const calm = withoutThrows(program);
    return calm === undefined ? undefined : nearMiss(calm, choices())?.program;
  }),
  execution('generated', 'R0 or cookie, and the context written: programs as generated'),
  execution('without-throws', 'the same, without throws', withoutThrows),
  cleanup('descriptors', 'frame-descriptors/rfc-v1', 0.97, checkDescriptors),
  cleanup('descriptors', 'frame-descriptors/rfc-v2', 0.97, checkDescriptors),
  cleanup('descriptors', 'frame-descriptors/sound', 0.99, checkDescriptors),
  cleanup('descriptors', 'forced-spill/literal', 0.97, checkDescriptors),
  cleanup('descriptors', 'forced-spill/sound', 0.99, checkDescriptors),
  cleanup('table', 'runtime-table/per-frame', 0.99, checkTable),
];

/** Choices of a leg for one program: they depend on nothing else. */
export function choicesFor(seed: string, leg: Leg, index: number): Choices {
  return seededChoices(`${seed}/${leg.name}`, index);
}
