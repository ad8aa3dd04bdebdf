/**
 * Judges one cleanup: the releases a subject asked for, as the machine executed them, against what the ledger held.
 * Right means: every held resource destroyed exactly once by the destructor of its kind, and nothing else touched.
 */
import type { FindingVerdict } from '../src/contract/verdict.js';
import type { Defect, ReleaseRecord } from './judgement.js';
import type { Leftover, MachineRelease, UnwindResult } from './machine/unwinding.js';

/** A wrong cleanup: its defect and one sentence for people. */
export interface CleanupFault {
  readonly defect: Defect;
  readonly detail: string;
}

/** Findings, worst first; the position is the rank. */
export const FINDING_ORDER = [
  'garbage-release',
  'double-release',
  'wrong-destructor',
  'stale-use',
  'leak',
  'table-overflow',
  'stack-overflow',
  'behaviour-differs',
  'order-dependent',
] as const satisfies readonly FindingVerdict[];

/** Rank of a finding, 0 = worst. */
export function severity(verdict: FindingVerdict): number {
  return FINDING_ORDER.indexOf(verdict);
}

/** The worst thing that a cleanup did wrong, or `undefined` if it was right. `thrower` is the index of the frame that threw. */
export function judgeCleanup(result: UnwindResult, thrower: number): CleanupFault | undefined {
  let worst: CleanupFault | undefined;
  const consider = (fault: CleanupFault | undefined): void => {
    if (
      fault !== undefined &&
      (worst === undefined || severity(fault.defect.verdict) < severity(worst.defect.verdict))
    ) {
      worst = fault;
    }
  };
  if (result.fault !== undefined) consider(judgePadFault(result.fault));
  for (const release of result.releases) consider(judgeRelease(release, thrower));
  for (const leftover of result.left) consider(judgeLeftover(leftover, thrower));
  return worst;
}

/** A landing pad or a clone that does what no program may do. */
function judgePadFault(fault: NonNullable<UnwindResult['fault']>): CleanupFault {
  const verdict = fault.code === 'use-after-release' ? 'stale-use' : 'garbage-release';
  return {
    defect: { verdict, claim: fault.in, truth: 'difference', location: 'nowhere', frame: 'thrower' },
    detail: `the ${fault.in === 'pad' ? 'landing pad' : 'clone'} ends in ${fault.code} at pc ${fault.pc}: ${fault.message}`,
  };
}

const EFFECT_VERDICT = {
  garbage: 'garbage-release',
  'already-released': 'double-release',
  'wrong-destructor': 'wrong-destructor',
} as const satisfies Record<Exclude<ReleaseRecord['effect'], 'released' | 'nothing'>, FindingVerdict>;

function judgeRelease(release: MachineRelease, thrower: number): CleanupFault | undefined {
  const { effect, truth } = release;
  if (effect === 'released' || effect === 'nothing' || truth === 'released' || truth === 'nothing') return undefined;
  const role = release.frame === thrower ? 'thrower' : 'caller';
  const at = `${release.location} of ${release.subprogram} (frame ${release.frame})`;
  const found = release.resource === undefined ? WORDS[truth] : `${release.resource}, ${WORDS[truth]}`;
  return {
    defect: {
      verdict: EFFECT_VERDICT[effect],
      claim: release.because,
      truth,
      location: release.locationClass,
      frame: role,
    },
    detail: `${release.destructor} was given ${at}: claimed ${release.because}, but there was ${found}`,
  };
}

const WORDS = {
  'non-owned-pointer': 'a pointer that owns nothing',
  scalar: 'a scalar',
  uninitialised: 'uninitialised memory',
  'other-kind': 'a resource of another kind',
  'already-released': 'already released',
  'foreign-register': "another frame's value, not this frame's register",
  unlisted: 'nothing listed',
  difference: 'a difference',
} as const satisfies Record<Defect['truth'], string>;

function judgeLeftover(leftover: Leftover, thrower: number): CleanupFault {
  return {
    defect: {
      verdict: 'leak',
      claim: 'nothing',
      truth: 'unlisted',
      location: leftover.locationClass,
      frame: leftover.frame === thrower ? 'thrower' : 'caller',
    },
    detail: `${leftover.resource}, held in ${leftover.location} of frame ${leftover.frame}, was never released`,
  };
}
