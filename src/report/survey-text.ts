/** A survey for people: a table per profile and granularity, the reasons, the sweeps. */
import type { SurveyComparison } from '../campaign/survey/comparison.js';
import type { Rate } from '../campaign/survey/interval.js';
import type { SurveyRow } from '../campaign/survey/row.js';
import type { Survey } from '../campaign/survey/survey.js';
import type { Sweep } from '../campaign/survey/sweeps.js';
import { YARDSTICKS } from '../campaign/survey/yardsticks.js';
import { foldedTable, number, textTable, wrap } from './table.js';
import type { Paint } from './terminal.js';

/** The whole report, at most 100 columns wide. */
export function surveyText({ rows, sweeps }: Survey, paint: Paint): string {
  const plans = groupBy(rows, ({ profile, stopAt }) => `${profile}, stopped at ${stopAt}`);
  return [
    ...[...plans].map(([title, plan]) => planBlock(title, plan, paint)),
    legend(),
    reasonsBlock(rows, paint),
    windowBlock(rows, paint),
    ...[...groupBy(sweeps, ({ shape }) => shape).values()].map((shape) => sweepBlock(shape, paint)),
    sweeps.length === 0
      ? ''
      : wrap(
          'n: the largest that is accepted, to which the figures belong; in brackets the k of n^k, fitted to the larger half of the points. walked: instructions the verifier processes for the program and for what the design adds. All points are in sweeps.csv.',
          '  ',
        ),
  ]
    .filter((block) => block !== '')
    .join('\n');
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}

/** `12.3 [10.1–14.9]`, in percent. */
function rateText({ rate, low, high }: Rate): string {
  const percent = (share: number) => (100 * share).toFixed(1);
  return `${percent(rate)} [${percent(low)}–${percent(high)}]`;
}

/** Two tables, because one would be wider than a terminal: what became of the programs, and what that costs. */
function planBlock(title: string, rows: readonly SurveyRow[], paint: Paint): string {
  const verdicts = rows.map((row) => [
    row.subject,
    rateText(row.mergeFailures),
    rateText(row.refused),
    number(row.overLimit),
    number(row.right),
    row.wrong === 0 ? '0' : paint.red(number(row.wrong)),
  ]);
  const costs = rows.map((row) => [
    row.subject,
    `${row.growth.p50}/${row.growth.p95}/${row.growth.max}`,
    `${row.metadata.p50}/${row.metadata.p95}/${row.metadata.max}`,
    `${row.added.p50}/${row.added.p95}/${row.added.max}`,
    (100 * row.overhead).toFixed(1),
  ]);
  const first = rows[0];
  const verified = `${number(first?.verified ?? 0)} of ${number(first?.programs ?? 0)} programs verify`;
  return [
    `${paint.bold(title)} (${verified})\n`,
    textTable(paint, ['subject', 'merge %', 'refused %', '>512', 'right', 'wrong'], verdicts),
    '\n',
    textTable(paint, ['subject', 'stack B', 'metadata B', 'insns+', 'run+ %'], costs),
  ].join('');
}

function legend(): string {
  const yardsticks = YARDSTICKS.map(({ what, bytes, per }) => `${what} ${bytes} bytes per ${per}`).join(', ');
  return (
    wrap(
      'merge %, refused %: shares of the programs that verify, with 95 % intervals (Wilson); merge: two descriptors did not merge, refused: any other reason; >512: those refused because they did not fit. right, wrong: programs cleaned up right after every throw tried, and not. stack B: bytes added to the worst chain; metadata B; insns+: instructions added (each median/95th percentile/max); run+ %: instructions executed on top.',
      '  ',
    ) + wrap(`Yardsticks for stack: ${yardsticks}.`, '  ')
  );
}

/** Over all profiles and granularities: who refuses why, and who is right on those programs. */
function reasonsBlock(rows: readonly SurveyRow[], paint: Paint): string {
  const sums = new Map<string, { subject: string; code: string; programs: number; cures: Map<string, number> }>();
  for (const { subject, reasons } of rows) {
    for (const { code, programs, curedBy } of reasons) {
      const key = `${subject} ${code}`;
      const sum = sums.get(key) ?? { subject, code, programs: 0, cures: new Map<string, number>() };
      sums.set(key, sum);
      sum.programs += programs;
      for (const cure of curedBy) {
        sum.cures.set(cure.subject, (sum.cures.get(cure.subject) ?? 0) + cure.programs);
      }
    }
  }
  if (sums.size === 0) return '';
  const order = [...new Set(rows.map(({ subject }) => subject))];
  const cells = [...sums.values()]
    .sort((a, b) => order.indexOf(a.subject) - order.indexOf(b.subject) || b.programs - a.programs)
    .map(({ subject, code, programs, cures }) => [
      subject,
      code,
      number(programs),
      [...cures]
        .sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))
        .map(([name, cured]) => `${name} ${((100 * cured) / programs).toFixed(0)}%`)
        .join(', ') || '-',
    ]);
  return `${paint.bold('Why programs were refused, and which designs are right on them')}\n${foldedTable(paint, ['subject', 'reason', 'programs', 'cured by (share)'], cells)}`;
}

function windowBlock(rows: readonly SurveyRow[], paint: Paint): string {
  const cells = rows.flatMap(({ subject, profile, window: { stops, exposed } }) =>
    stops === 0 ? [] : [[subject, profile, number(stops), number(exposed), ((100 * exposed) / stops).toFixed(1)]],
  );
  if (cells.length === 0) return '';
  const head = ['stopped within inserted code', 'profile', 'stops', 'exposed', '%'];
  return textTable(paint, head, cells, ['left', 'left', 'right', 'right', 'right']);
}

function sweepBlock(sweeps: readonly Sweep[], paint: Paint): string {
  const first = sweeps[0];
  const last = first?.points.at(-1)?.n ?? 0;
  const head = ['subject', 'n', 'walked', 'metadata B', 'stack B', 'refused from n'];
  const cells = sweeps.map(({ subject, points, order }) => {
    const most = points.findLast(({ cost }) => cost !== undefined);
    const refused = points.find(({ refusal }) => refusal !== undefined);
    const end = refused === undefined ? '-' : `${refused.n}: ${refused.refusal}`;
    if (most?.cost === undefined) return [subject, '-', '-', '-', '-', end];
    const figure = (value: number, k: number | undefined) =>
      `${number(value)}${k === undefined ? '' : ` (${k.toFixed(1)})`}`;
    return [
      subject,
      String(most.n),
      figure(most.cost.walked, order.walked),
      figure(most.cost.metadataBytes, order.metadataBytes),
      figure(most.cost.stackBytes, order.stackBytes),
      end,
    ];
  });
  const align = head.map((_, column) => (column === 0 || column === 5 ? 'left' : 'right'));
  const title = `${first?.shape ?? ''}: n = ${first?.counts ?? ''}, up to ${last}`;
  return `${paint.bold(title)}\n${textTable(paint, head, cells, align)}`;
}

/** What `survey --compare` prints. */
export function surveyComparisonText({ changed, added, removed, unchanged }: SurveyComparison, paint: Paint): string {
  const rows = changed.flatMap(({ key, changes }) =>
    changes.map((change, nth) => [nth === 0 ? key : '', change.column, change.old, change.new]),
  );
  const list = (title: string, keys: readonly string[]) =>
    keys.length === 0 ? '' : `${paint.bold(title)}\n${keys.map((key) => `  ${key}\n`).join('')}`;
  return [
    rows.length === 0
      ? ''
      : `${paint.bold('Changed rows')}\n${foldedTable(paint, ['subject, profile, stop', 'column', 'old', 'new'], rows)}`,
    list('New rows', added),
    list('Removed rows', removed),
    `${number(changed.length)} changed, ${number(added.length)} new, ${number(removed.length)} removed, ${number(unchanged)} unchanged\n`,
  ]
    .filter((block) => block !== '')
    .join('\n');
}
