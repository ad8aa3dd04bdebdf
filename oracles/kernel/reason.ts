/** Why the kernel refuses a cleanup, by the words of its verifier (kernel/bpf/verifier.c, Linux 6.18). */

export type KernelReason =
  /** Something is still held at the end. */
  | 'leak'
  /** A destructor got a live resource of another kind. */
  | 'wrong-type'
  /** A destructor got what is no resource, or none any more. */
  | 'no-resource'
  /** A register or slot was read that was never written. */
  | 'uninitialised'
  /** None of these: nothing a cleanup does wrong. */
  | 'other';

const WORDS: readonly (readonly [RegExp, KernelReason])[] = [
  [/Unreleased reference|reference leak/, 'leak'],
  [/!read_ok|invalid read from stack|invalid indirect read/, 'uninitialised'],
  [/has a pointer to STRUCT|R1 is of type|access beyond struct|expected pointer to/, 'wrong-type'],
  [/R1 type=(?!scalar|fp)\S+ expected=/, 'wrong-type'],
  [/R1 type=(?:scalar|fp)\S* expected=/, 'no-resource'],
  [
    /must point to|must be referenced|unacquired reference|expected an initialized|Expected an initialized/,
    'no-resource',
  ],
  [/invalid mem access|expected for bpf_obj_drop|release.*expects|allocated object|pointer arithmetic/, 'no-resource'],
];

/** What a verifier's log, of a program that it refuses, complains about. */
export function kernelReason(log: string): KernelReason {
  const lines = log.trimEnd().split('\n');
  const end = lines.slice(-6).join('\n');
  const reason = WORDS.find(([words]) => words.test(end))?.[1] ?? 'other';
  // Only what is owned can be of the wrong type: a borrowed pointer is no resource, whatever the kernel minds first.
  return reason === 'wrong-type' && !/ref_obj_id=/.test(lastValueOf('R1', lines)) ? 'no-resource' : reason;
}

/** What the log last says that a register holds: `R1=ptr_task_struct(ref_obj_id=2)`. */
function lastValueOf(register: string, lines: readonly string[]): string {
  for (const line of lines.toReversed()) {
    const value = new RegExp(`\\b${register}=\\S+`).exec(line)?.[0];
    if (value !== undefined) return value;
  }
  return '';
}
