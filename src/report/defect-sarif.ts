/** Defects in SARIF: a rule per class, and the result that says where one shows and whether it is known. */
import type { PropertyBag, ReportingDescriptor, Result } from 'sarif';
import { FINDING_ORDER } from '../../oracles/cleanup.js';
import type { FindingVerdict } from '../contract/verdict.js';
import { locationOf } from './sarif.js';

/** What each class of defect means: one sentence for a headline, one that explains. */
const CLASSES: Readonly<Record<FindingVerdict, readonly [short: string, full: string]>> = {
  'garbage-release': [
    'A destructor was given something that is no resource.',
    'The design released a value that no acquire ever returned: a borrowed pointer, a number, memory never written.',
  ],
  'double-release': [
    'A resource was released twice.',
    'The design gave one resource to its destructor more than once, usually because two copies of the pointer were both recorded.',
  ],
  'wrong-destructor': [
    'A resource was given to the destructor of another kind.',
    'The design took a resource for one of another kind: paths that hold different kinds met at one descriptor.',
  ],
  'stale-use': [
    'A resource was used after it had been released.',
    'The design read or handed on a resource that the program, or the design itself, had released before.',
  ],
  leak: [
    'A resource that was held at the throw was not released.',
    'When the unwinding was over, the program still held a resource that nobody will ever release.',
  ],
  'table-overflow': [
    'The table of held resources overflowed.',
    'A prepared program pushed more entries than the design had reserved room for. This is always a bug of the implementation.',
  ],
  'stack-overflow': [
    'The stack of a prepared program overflowed.',
    'A prepared program used more than 512 bytes at run time. This is always a bug of the implementation.',
  ],
  'behaviour-differs': [
    'The rewritten program behaves differently where nothing is thrown.',
    'On a path without a throw the rewrite changed the return value, memory, what is held, or the calls made.',
  ],
  'order-dependent': [
    'The cleanup depends on the order of its steps.',
    'Another order of the same releases ends differently, so that the design is right by chance at best.',
  ],
};

/** One rule per class of defect, worst first; the id is the verdict. */
export const DEFECT_RULES: readonly ReportingDescriptor[] = FINDING_ORDER.map((id) => ({
  id,
  name: id.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
  shortDescription: { text: CLASSES[id][0] },
  fullDescription: { text: CLASSES[id][1] },
  defaultConfiguration: { level: 'error' },
}));

/** A defect of a subject that shows in a file. */
export interface ShownInFile {
  readonly subject: string;
  readonly defect: string;
  readonly verdict: FindingVerdict;
  /** One sentence for people. */
  readonly detail: string | undefined;
  readonly file: string | undefined;
  /** Line of the instruction that threw. */
  readonly line: number;
  /** Why it is accepted; `undefined` if it is new. */
  readonly known: string | undefined;
  readonly properties?: PropertyBag;
}

/** A known defect is unchanged and suppressed with its reason, any other is new. Its identity is subject and defect. */
export function defectResult(shown: ShownInFile): Result & { readonly ruleId: string } {
  const { subject, defect, verdict, detail, file, line, known, properties } = shown;
  const accepted = { kind: 'external', status: 'accepted' } as const;
  return {
    ruleId: verdict,
    level: 'error',
    message: { text: `${subject}: ${detail ?? defect}` },
    ...(file === undefined ? {} : { locations: [locationOf(file, line)] }),
    fingerprints: { 'defect/v1': `${subject}: ${defect}` },
    baselineState: known === undefined ? 'new' : 'unchanged',
    ...(known === undefined ? {} : { suppressions: [{ ...accepted, justification: known }] }),
    properties: { subject, defect, ...properties },
  };
}
