/** The one line that names a defect, `verdict/claim/truth/location/frame`: what baselines, file names and `--defect` use. */
import type { FindingVerdict } from '../src/contract/verdict.js';
import type { Defect, DefectTruth } from './judgement.js';

const VERDICTS: Readonly<Record<FindingVerdict, true>> = {
  'garbage-release': true,
  'double-release': true,
  'wrong-destructor': true,
  'stale-use': true,
  leak: true,
  'table-overflow': true,
  'stack-overflow': true,
  'behaviour-differs': true,
  'order-dependent': true,
};
const TRUTHS: Readonly<Record<DefectTruth, true>> = {
  'non-owned-pointer': true,
  scalar: true,
  uninitialised: true,
  'other-kind': true,
  'already-released': true,
  'foreign-register': true,
  unlisted: true,
  difference: true,
};
const LOCATIONS: Readonly<Record<Defect['location'], true>> = {
  register: true,
  stack: true,
  table: true,
  nowhere: true,
};
const FRAMES: Readonly<Record<Defect['frame'], true>> = { thrower: true, caller: true };

/** A defect, or what is wrong with the text that should name one. */
export type ParsedDefect =
  | { readonly ok: true; readonly defect: Defect }
  | { readonly ok: false; readonly message: string };

/** The defect as one word without blanks, e.g. `leak/nothing/unlisted/register/caller`. */
export function formatDefect(defect: Defect): string {
  return `${defect.verdict}/${defect.claim}/${defect.truth}/${defect.location}/${defect.frame}`;
}

function oneOf<T extends string>(names: Readonly<Record<T, true>>, word: string): T | undefined {
  for (const name in names) if (name === word) return name;
  return undefined;
}

/** Reads what `formatDefect` writes; the message of a refusal names the part and what it may be. */
export function parseDefect(text: string): ParsedDefect {
  const parts = text.split('/');
  if (parts.length !== 5) {
    return { ok: false, message: `expected verdict/claim/truth/location/frame, got '${text}'` };
  }
  const [verdictWord = '', claim = '', truthWord = '', locationWord = '', frameWord = ''] = parts;
  const wrong = (part: string, word: string, names: object): ParsedDefect => ({
    ok: false,
    message: `unknown ${part} '${word}' in '${text}': expected one of ${Object.keys(names).join(', ')}`,
  });
  const verdict = oneOf(VERDICTS, verdictWord);
  if (verdict === undefined) return wrong('verdict', verdictWord, VERDICTS);
  if (!/^[^\s/]+$/.test(claim)) return { ok: false, message: `the claim in '${text}' must be one word` };
  const truth = oneOf(TRUTHS, truthWord);
  if (truth === undefined) return wrong('truth', truthWord, TRUTHS);
  const location = oneOf(LOCATIONS, locationWord);
  if (location === undefined) return wrong('location', locationWord, LOCATIONS);
  const frame = oneOf(FRAMES, frameWord);
  if (frame === undefined) return wrong('frame', frameWord, FRAMES);
  return { ok: true, defect: { verdict, claim, truth, location, frame } };
}
