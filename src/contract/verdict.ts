/** Findings, worst first. Only these can make exit code 1. */
export type FindingVerdict =
  | 'garbage-release'
  | 'double-release'
  | 'wrong-destructor'
  | 'stale-use'
  | 'leak'
  | 'table-overflow'
  | 'stack-overflow'
  | 'behaviour-differs'
  | 'order-dependent';

/** Verdicts that are data, not findings. */
export type DataVerdict = 'merge-failure' | 'refused' | 'inconclusive' | 'agree';

/** Exactly one per program and subject: the worst over all worlds and stops. */
export type Verdict = FindingVerdict | DataVerdict;
