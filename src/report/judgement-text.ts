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
  ]);
  const reasons = [...judgement.subjects].map(([name, judged]) => reasonText(program, name, judged));
  return (
    `${paint.bold('What each subject made of it')}\n` +
    textTable(paint, ['subject', 'verdict', 'stack B', 'insns'], rows, ['left', 'left', 'right', 'right']) +
    reasons.join('') +
    wrap('agree: right in every world above. stack B: bytes added to the worst call chain.', '  ')
  );
}

/** Why a subject refused, both sides of a failed merge, and who was right on the program. */
function reasonText(program: Program, name: string, { refusal, curableBy = [] }: SubjectVerdict): string {
  if (refusal === undefined) return '';
  const { left, right } = refusal;
  const sides = left === undefined || right === undefined ? '' : `: ${left.what} against ${right.what}`;
  const cured = curableBy.length === 0 ? '' : ` (right on it: ${curableBy.join(', ')})`;
  return wrap(`${name}: ${refusal.code}${refusalPlace(program, refusal)}${sides}${cured}`, '    ', '  ');
}
