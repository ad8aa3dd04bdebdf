/** One finding in full: the program, what was held, what the design did about it, and what was wrong. */
import type { Evidence, ReleaseRecord } from '../../oracles/judgement.js';
import type { World } from '../../oracles/world.js';
import { listing } from '../asm/print.js';
import type { OtherDesign } from '../campaign/finding-file.js';
import type { Location } from '../contract/location.js';
import type { Refusal } from '../contract/refusal.js';
import type { Program } from '../isa/program.js';
import { formatPlan } from '../patch/plan.js';
import { textTable, wrap } from './table.js';
import type { Paint } from './terminal.js';

const EFFECT: Readonly<Record<ReleaseRecord['effect'], string>> = {
  released: 'right',
  nothing: 'right: there was nothing to do',
  'already-released': 'WRONG: released a second time',
  'wrong-destructor': 'WRONG: destructor of another kind',
  garbage: 'WRONG: this is no resource',
};

/** A world in the words of the corpus format: `cb=[1,0] fail=[2]`. */
export function worldText(world: World): string {
  const parts: string[] = [];
  const cb = [...world.cb];
  while (cb.at(-1) === 0) cb.pop();
  if (cb.length > 0) parts.push(`cb=[${cb.join(',')}]`);
  const draw = [...world.draw];
  while (draw.at(-1) === 0n) draw.pop();
  if (draw.length > 0) parts.push(`draw=[${draw.join(',')}]`);
  if (world.fail.length > 0) parts.push(`fail=[${world.fail.join(',')}]`);
  return parts.length === 0 ? '(nothing set: all inputs 0, no acquire fails)' : parts.join(' ');
}

/** The listing with pcs; the instruction at `mark` is pointed at. */
export function listingText(program: Program, paint: Paint, mark?: number, note = ''): string {
  return listing(program)
    .map((line) => {
      if (line.is === 'label') return `    ${line.text}\n`;
      const here = line.pc === mark;
      const text = `${here ? '>' : ' '} ${String(line.pc).padStart(4)}:  ${line.text}`;
      return here ? `    ${paint.bold(text)}${paint.yellow(`    <- ${note}`)}\n` : `    ${text}\n`;
    })
    .join('');
}

/** What was held and what the design released, side by side, then the sentence that says what is wrong. */
export function evidenceText(evidence: Evidence, paint: Paint): string {
  const { world, patches, holds, releases, detail } = evidence;
  const rows = releases.map((release) => [
    `${release.frame} ${release.subprogram}`,
    release.location,
    release.because,
    release.destructor,
    release.resource ?? `0x${release.address.toString(16)}`,
    release.effect === 'released' ? EFFECT.released : paint.red(EFFECT[release.effect]),
  ]);
  const left = holds.filter((name) => !releases.some((each) => each.resource === name && each.effect === 'released'));
  const lines = [
    `  in the world     ${worldText(world)}\n`,
    patches === undefined ? '' : wrap(formatPlan(patches), ' '.repeat(19), '  after patches    '),
    `  truth: held      ${holds.length === 0 ? 'nothing' : holds.join(' ')}\n`,
    `  never released   ${left.length === 0 ? 'nothing' : paint.red(left.join(' '))}\n`,
  ];
  if (rows.length === 0) lines.push('  the design released nothing\n');
  else {
    lines.push('  the design released, in this order:\n');
    lines.push(
      textTable(paint, ['frame', 'place', 'claim', 'destructor', 'what was there', 'this was'], rows, [
        'left',
        'left',
        'left',
        'left',
        'left',
        'left',
      ]),
    );
  }
  lines.push(wrap(detail, '     ', '  => '));
  return lines.join('');
}

/** What the other designs did with the same program in the same world, one line per release. */
export function othersText(others: readonly OtherDesign[], paint: Paint): string {
  if (others.length === 0) return '';
  const rows = others.flatMap(({ subject, verdict, refusal, releases = [] }): string[][] => {
    if (refusal !== undefined) return [[subject, `refused: ${refusal.code}`, '', '']];
    if (releases.length === 0)
      return [[subject, 'released nothing', '', verdict === 'agree' ? EFFECT.released : verdict]];
    return releases.map((release, index) => [
      index === 0 ? subject : '',
      `${release.frame} ${release.subprogram} ${release.location}`,
      `${release.destructor} of ${release.resource ?? `0x${release.address.toString(16)}`}`,
      release.effect === 'released' ? EFFECT.released : paint.red(EFFECT[release.effect]),
    ]);
  });
  return `  the other designs, in the same world:\n${textTable(paint, ['design', 'place', 'released', 'this was'], rows, ['left', 'left', 'left', 'left'])}`;
}

/** Where a refusal is about: ` at pc 7, r7 of main`. */
export function refusalPlace(program: Program, { pc, location, subprogram }: Refusal): string {
  if (location === undefined) return ` at pc ${pc}`;
  const name = subprogram === undefined ? '' : ` of ${program.subprograms[subprogram]?.name ?? subprogram}`;
  return ` at pc ${pc}, ${locationText(location)}${name}`;
}

/** `r7`, `fp-8`, `table[0]`. */
export function locationText(location: Location): string {
  switch (location.in) {
    case 'register':
      return `r${location.register}`;
    case 'stack':
      return `fp${location.offset}`;
    case 'table':
      return `table[${location.index}]`;
    default:
      return location satisfies never;
  }
}
