/** A replay as SARIF: what does not hold, and beside it every defect that shows, known or not. */
import type { ReportingDescriptor, Result } from 'sarif';
import { type Mismatch, mismatchText } from '../case/replay.js';
import { DEFECT_RULES, defectResult } from './defect-sarif.js';
import type { ReplayedFile } from './replayed-file.js';
import { locationOf, sarifText } from './sarif.js';

type Expectation = Mismatch['about'] | 'readable';

const EXPECTATIONS: Readonly<Record<Expectation, string>> = {
  run: 'A run of the program must end as its file says.',
  refusal: 'Exactly the subjects that a file names must refuse it, where and why it says.',
  defect: 'A known defect must show, and nothing else.',
  output: 'The expected lines of a file must be what a replay prints.',
  readable: 'A file must be a case in canonical form.',
};

const RULES: readonly ReportingDescriptor[] = Object.entries(EXPECTATIONS).map(([about, text]) => ({
  id: `expected-${about}`,
  name: `Expected${about.replace(/^\w/, (letter) => letter.toUpperCase())}`,
  shortDescription: { text },
  defaultConfiguration: { level: 'error' },
}));

/** The log. A defect that no file knows is a result of its own class, not an expectation that failed. */
export function replaySarif(files: readonly ReplayedFile[], version: string): string {
  return sarifText({
    version,
    id: 'replay',
    rules: [...RULES, ...DEFECT_RULES],
    results: files.flatMap((replayed) => [
      ...unreadable(replayed),
      ...replayed.mismatches
        .filter(({ about, item }) => about !== 'defect' || item !== 'case 0')
        .map((mismatch) => failed(replayed.file, mismatch.about, mismatchText(mismatch), mismatch.line)),
      ...replayed.defects.map((shown) => defectResult({ ...shown, file: replayed.file })),
    ]),
    failures: [],
    properties: { files: files.length },
  });
}

function unreadable({ file, error }: ReplayedFile): readonly (Result & { readonly ruleId: string })[] {
  if (error === undefined) return [];
  const line = Number(/:(\d+):\d+: /.exec(error)?.[1] ?? 1);
  return [failed(file, 'readable', error, line)];
}

function failed(file: string, about: Expectation, text: string, line: number) {
  return {
    ruleId: `expected-${about}`,
    level: 'error' as const,
    message: { text },
    locations: [locationOf(file, line)],
    baselineState: 'new' as const,
  };
}
