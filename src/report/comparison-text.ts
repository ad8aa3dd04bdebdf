/** For people: which verdicts another pruning changes, and in which program first. */
import type { Comparison } from '../campaign/comparison.js';
import type { CampaignSettings } from '../campaign/plan.js';
import { VERDICT_NAMES } from '../campaign/stats.js';
import { number, textTable, wrap } from './table.js';
import type { Paint } from './terminal.js';

/** One row per subject and change; nothing if no other pruning was asked for. */
export function comparisonText(comparison: Comparison, settings: CampaignSettings, paint: Paint): string {
  const { pruning, comparePruning, seed, profile } = settings;
  if (comparePruning === undefined) return '';
  const rows = [...comparison].flatMap(([name, changes]) => {
    const all = [...changes.values()];
    const same = all.filter(({ from, to }) => from === to).reduce((sum, { programs }) => sum + programs, 0);
    const rank = (verdict: (typeof VERDICT_NAMES)[number]) => VERDICT_NAMES.indexOf(verdict);
    const changed = all
      .filter(({ from, to }) => from !== to)
      .sort((a, b) => rank(a.to) - rank(b.to) || rank(a.from) - rank(b.from));
    return [
      [name, 'the same', '', number(same), ''],
      ...changed.map(({ from, to, programs, first }) => ['', from, to, number(programs), String(first)]),
    ];
  });
  const again = `fuzz --pruning ${comparePruning} --seed ${seed} --profile ${profile} --from FIRST --runs 1`;
  return (
    `${paint.bold(`What pruning ${comparePruning} changes`)}\n` +
    textTable(paint, ['subject', pruning, comparePruning, 'programs', 'first'], rows, [
      'left',
      'left',
      'left',
      'right',
      'right',
    ]) +
    wrap(
      `The same programs in the same worlds; the subjects see only the throw states that the verifier does not drop. first: the index of the first program; to see it: ${again}`,
      '  ',
    )
  );
}
