/** One judged program for people: the truth in every world, what each subject made of it, and what was wrong. */
import { formatDefect } from '../../oracles/defect.js';
import type { Judgement, SubjectVerdict } from '../../oracles/judgement.js';
import type { Program } from '../isa/program.js';
import { evidenceText, listingText, refusalPlace, worldText } from './finding-text.js';
import { textTable, wrap } from './table.js';
import type { Paint } from './terminal.js';

/** The whole answer of `judge`. */
export function judgementText(program: Program, judgement: Judgement, paint: Paint): string {
  const blocks = [listingText(program, paint)];
  if (judgement.refusal !== undefined) {
    const { code, pc, message } = judgement.refusal;
    blocks.push(`${paint.bold('The verifier refuses this program')}\n  ${code} at pc ${pc}: ${message}\n`);
    return blocks.join('\n');
  }
  blocks.push(truthBlock(judgement, paint), subjectsBlock(program, judgement, paint));
  for (const [name, { defect, evidence }] of judgement.subjects) {
    if (defect === undefined || evidence === undefined) continue;
    blocks.push(`${paint.bold(`${name}: ${formatDefect(defect)}`)}\n${evidenceText(evidence, paint)}`);
  }
  return blocks.join('\n');
}

function truthBlock({ truth, stakes }: Judgement, paint: Paint): string {
  const rows = truth.map(({ world, outcome, holds }) => [worldText(world), outcome, holds.join(' ') || '-']);
  return (
    `${paint.bold(`The truth in ${truth.length} worlds`)}\n` +
    textTable(paint, ['world', 'ends in', 'held there'], rows, ['left', 'left', 'left']) +
    wrap(
      `${stakes.enumerated ? 'These are all worlds there are.' : 'There are more worlds; these were drawn from the seed.'} What is held at a throw must be cleaned up, each resource once, by the destructor of its kind.`,
      '  ',
    )
  );
}

function subjectsBlock(program: Program, judgement: Judgement, paint: Paint): string {
  const rows = [...judgement.subjects].map(([name, judged]) => [
    name,
    judged.defect === undefined ? judged.verdict : paint.red(judged.verdict),
    judged.growth === undefined ? '-' : `+${judged.growth.chain}`,
    judged.cost === undefined ? '-' : `+${judged.cost.instructionsAdded}`,
    remark(program, judged),
  ]);
  const head = ['subject', 'verdict', 'stack B', 'insns', 'why'];
  return (
    `${paint.bold('What each subject made of it')}\n` +
    textTable(paint, head, rows, ['left', 'left', 'right', 'right', 'left']) +
    wrap('agree: right in every world above. stack B: bytes added to the worst call chain.', '  ')
  );
}

function remark(program: Program, { defect, refusal, curableBy }: SubjectVerdict): string {
  if (defect !== undefined) return formatDefect(defect);
  if (refusal === undefined) return '';
  const sides =
    refusal.left === undefined || refusal.right === undefined
      ? ''
      : `: ${refusal.left.what} against ${refusal.right.what}`;
  const cured = curableBy === undefined || curableBy.length === 0 ? '' : `; right: ${curableBy.join(', ')}`;
  return `${refusal.code}${refusalPlace(program, refusal)}${sides}${cured}`;
}
