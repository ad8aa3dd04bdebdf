/** The failure of a subject from outside, for people: what it was doing, what went wrong, where. */
import type { FailedSubject } from '../campaign/same-failure.js';
import type { SubjectFailure } from '../subjects/failure.js';

/** The message, and below it the calls that led there, as far as they are the module's own. */
export function failureText({ message, words }: Pick<SubjectFailure, 'message' | 'words'>): string {
  return [message, ...words.stack.map((line) => `    ${line}`)].join('\n');
}

/** One sentence about a failure that a campaign met, without the name of the subject: `failed in prepare, in program 17: …`. */
export function failedWords({ work, words }: FailedSubject, index: number): string {
  const at = words.where === undefined ? '' : ` (at ${words.where})`;
  return `failed in ${work}, in program ${index}: ${words.what}${at}`;
}
