/** The rows of a survey as CSV, for spreadsheets and for `survey --compare`. No cell needs quotes: all are words and numbers. */
import type { SurveyRow } from '../campaign/survey/row.js';
import type { Sweep } from '../campaign/survey/sweeps.js';

const share = (value: number) => value.toFixed(6);

/** Columns in order. The first three name a row. */
const COLUMNS: readonly (readonly [name: string, cell: (row: SurveyRow) => string | number])[] = [
  ['subject', (row) => row.subject],
  ['profile', (row) => row.profile],
  ['stop_at', (row) => row.stopAt],
  ['programs', (row) => row.programs],
  ['unverified', (row) => row.unverified],
  ['verified', (row) => row.verified],
  ['prepared', (row) => row.prepared],
  ['merge_failures', (row) => row.mergeFailures.programs],
  ['merge_failure_rate', (row) => share(row.mergeFailures.rate)],
  ['merge_failure_low', (row) => share(row.mergeFailures.low)],
  ['merge_failure_high', (row) => share(row.mergeFailures.high)],
  ['refused', (row) => row.refused.programs],
  ['refused_rate', (row) => share(row.refused.rate)],
  ['refused_low', (row) => share(row.refused.low)],
  ['refused_high', (row) => share(row.refused.high)],
  ['reasons', (row) => row.reasons.map(({ code, programs }) => `${code}=${programs}`).join(' ')],
  [
    'cured_by',
    (row) =>
      row.reasons
        .flatMap(({ code, curedBy }) => curedBy.map(({ subject, programs }) => `${code}:${subject}=${programs}`))
        .join(' '),
  ],
  ['right', (row) => row.right],
  ['wrong', (row) => row.wrong],
  ['inconclusive', (row) => row.inconclusive],
  ['growth_p50', (row) => row.growth.p50],
  ['growth_p95', (row) => row.growth.p95],
  ['growth_max', (row) => row.growth.max],
  ['over_limit', (row) => row.overLimit],
  ['metadata_p50', (row) => row.metadata.p50],
  ['metadata_p95', (row) => row.metadata.p95],
  ['metadata_max', (row) => row.metadata.max],
  ['added_p50', (row) => row.added.p50],
  ['added_p95', (row) => row.added.p95],
  ['added_max', (row) => row.added.max],
  ['executed_original', (row) => row.executed.original],
  ['executed_added', (row) => row.executed.added],
  ['overhead', (row) => share(row.overhead)],
  ['window_stops', (row) => row.window.stops],
  ['window_exposed', (row) => row.window.exposed],
];

/** Columns that name a row. */
export const KEY_COLUMNS: readonly string[] = COLUMNS.slice(0, 3).map(([name]) => name);

/** A head and a line per row. */
export function surveyCsv(rows: readonly SurveyRow[]): string {
  return csvText(
    COLUMNS.map(([name]) => name),
    rows.map((row) => COLUMNS.map(([, cell]) => String(cell(row)))),
  );
}

/** A line per shape, subject and n; cells are empty where the program is refused. */
export function sweepsCsv(sweeps: readonly Sweep[]): string {
  return csvText(
    ['shape', 'subject', 'n', 'insns', 'walked_own', 'walked', 'metadata_bytes', 'stack_bytes', 'refusal'],
    sweeps.flatMap(({ shape, subject, points }) =>
      points.map(({ n, insns, walkedOwn, cost, refusal }) =>
        [
          shape,
          subject,
          n,
          insns,
          walkedOwn,
          cost?.walked ?? '',
          cost?.metadataBytes ?? '',
          cost?.stackBytes ?? '',
          refusal ?? '',
        ].map(String),
      ),
    ),
  );
}

function csvText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  for (const cell of rows.flat()) if (/[",\r\n]/.test(cell)) throw new Error(`a cell that needs quotes: ${cell}`);
  return [head, ...rows].map((cells) => `${cells.join(',')}\n`).join('');
}
