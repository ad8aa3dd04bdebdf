/** The whole answer of `explain` for people. */
import { printInstruction } from '../asm/print.js';
import type { Program } from '../isa/program.js';
import { designSection } from './explain-design-text.js';
import { listingSection } from './explain-listing-text.js';
import type { Explanation } from './explain-model.js';
import { patchesSection } from './explain-patches.js';
import { statesSection } from './explain-states-text.js';
import { otherWorldsText, worldNames, worldSection } from './explain-world-text.js';
import { foldedTable, wrap } from './table.js';
import { type Paint, paintLines } from './terminal.js';

/** Summary, listing, states at throws, what each design knows, then world by world what happened. */
export function explanationText(program: Program, explanation: Explanation, paint: Paint): string {
  const { title, listing, states, designs, patches, worlds } = explanation;
  const names = program.subprograms.map(({ name }) => name);
  const blocks = [
    `${paintLines(wrap(title, ''), paint.bold)}${summary(program, explanation, paint)}`,
    listingSection(listing, paint),
    ...(states === undefined ? [] : [statesSection(states, paint)]),
    ...designs.map((design) => designSection(design, names, paint)),
    ...(patches === undefined ? [] : [patchesSection(patches, paint)]),
    ...worlds.stories.map((story) => worldSection(story, worlds.count, program, paint)),
    otherWorldsText(worlds.count, worlds.stories.length),
  ];
  return blocks.filter((block) => block !== '').join('\n');
}

/** What came of each design, a line each. */
function summary(program: Program, { refusal, designs, worlds }: Explanation, paint: Paint): string {
  if (refusal !== undefined) {
    const { code, pc, message } = refusal;
    const at = `${pc} (${printInstruction(program, pc)})`;
    return paintLines(wrap(`The verifier refuses it at ${at}: ${code}: ${message}`, '    ', '  '), paint.red);
  }
  const rows = designs.map(({ name, refusal: refused }) => {
    if (refused !== undefined) return [name, paint.yellow(`refuses it: ${refused.code} at ${refused.pc}`)];
    const runs = worlds.stories.flatMap(({ number, designs: told }) =>
      told.filter(({ design }) => design === name).map(({ verdict }) => ({ number, verdict })),
    );
    if (runs.length === 0) return [name, 'accepts it; no world told here throws'];
    const wrong = runs.filter(({ verdict }) => verdict !== 'right');
    if (wrong.length === 0) return [name, paint.green(`right in ${worldNames(runs.map((run) => run.number))}`)];
    const verdicts = [...new Set(wrong.map(({ verdict }) => verdict))].join(', ');
    return [name, paint.red(`WRONG in ${worldNames(wrong.map((run) => run.number))}: ${verdicts}`)];
  });
  return foldedTable(paint, ['', ''], rows);
}
