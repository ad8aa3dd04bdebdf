/** The story of one world for people: what was acquired, the throw, then frame by frame who released what. */
import type { HistoryEvent } from '../../oracles/history.js';
import { printInstruction } from '../asm/print.js';
import { DEFAULT_FUEL } from '../case/case.js';
import type { Program } from '../isa/program.js';
import type { DesignFrame, DesignRun, ExplainedRelease, WorldStory } from './explain-world.js';
import { worldText } from './finding-text.js';
import { foldedTable, inWords, number, wrap } from './table.js';
import { type Paint, paintLines } from './terminal.js';

/** Events shown of a long run: the first and the last. */
const FIRST = 12;
const LAST = 24;

export function worldSection(story: WorldStory, count: number, program: Program, paint: Paint): string {
  const { number: nth, world, outcome, stop } = story;
  const until = stop === undefined ? '' : ` stop=${stop.pc}${stop.visit === 1 ? '' : `@${stop.visit}`}`;
  const fuel = world.fuel === DEFAULT_FUEL ? '' : ` fuel=${world.fuel}`;
  const inputs = `${worldText(world)}${until}${fuel}`;
  return [
    paintLines(wrap(breakable(`World ${nth} of ${count}: ${inputs} => ${outcome}`), '    ', ''), paint.bold),
    historyText(story, program, paint),
    heldText(story, paint),
    story.designs.length === 0 ? '' : unwindingText(story, paint),
  ].join('');
}

/** Long lists get blanks at which a line can be broken. */
function breakable(text: string): string {
  return text
    .split(' ')
    .map((word) => (word.length <= 60 ? word : word.replaceAll(/(.{20,60}?,)(?=.)/g, '$1 ')))
    .join(' ');
}

function historyText({ history, pc, outcome, states, stopped }: WorldStory, program: Program, paint: Paint): string {
  const subprogramAt = (at: number) => program.subprograms[program.subprogramOf[at] ?? 0]?.name ?? '?';
  const shown = history.flatMap((event) => {
    const words = eventText(event, program);
    return words === undefined
      ? []
      : [[String(event.pc).padStart(4), subprogramAt(event.pc), printInstruction(program, event.pc), words]];
  });
  const rows =
    shown.length <= FIRST + LAST
      ? shown
      : [
          ...shown.slice(0, FIRST),
          ['', '', `… ${number(shown.length - FIRST - LAST)} more …`, ''],
          ...shown.slice(-LAST),
        ];
  const end = outcome.split(' ')[0];
  const where = states.length === 0 ? '' : ` in state ${states.join(' or ')}`;
  const last =
    end === 'throw'
      ? `throws${where}`
      : end === 'stop'
        ? 'is stopped before this'
        : end === 'fuel'
          ? 'is out of fuel'
          : `ends: ${outcome}`;
  const at = stopped[0]?.subprogram ?? subprogramAt(pc);
  const ending = [
    String(pc).padStart(4),
    at,
    printInstruction(program, pc),
    end === 'throw' ? paint.yellow(last) : last,
  ];
  return foldedTable(paint, ['', '', '', ''], [...rows, ending]);
}

/** What an event is, or `undefined` for one that matters to nobody here. */
function eventText(event: HistoryEvent, program: Program): string | undefined {
  switch (event.did) {
    case 'acquire':
      return `acquires ${event.resource}`;
    case 'release':
      return `releases ${event.resource}`;
    case 'fail':
      return 'acquires nothing: NULL';
    case 'call':
      return `enters ${program.subprograms[event.subprogram]?.name ?? '?'}`;
    case 'return':
      return event.hands.length === 0 ? undefined : `returns; ${event.hands.join(' ')} now belongs to its caller`;
    default:
      return event satisfies never;
  }
}

function heldText({ held, stopped, outcome }: WorldStory, paint: Paint): string {
  const threw = outcome.startsWith('throw');
  if (held.length === 0) return threw ? '  nothing is held, so nothing may be released\n' : '  nothing is held\n';
  const nameOf = (frame: number) => stopped.find((each) => each.frame === frame)?.subprogram ?? '?';
  const rows = held.map(({ resource, destructor, location, frame }) => [
    resource,
    location === 'nowhere' ? 'in no saved register, in no slot' : `in ${location} of ${nameOf(frame)}`,
    threw ? `to be released once, by ${destructor}` : '',
  ]);
  return `  held here:\n${foldedTable(paint, ['', '', ''], rows, '    ')}`;
}

function unwindingText(story: WorldStory, paint: Paint): string {
  const { stopped, designs, held } = story;
  const idle = designs.every(({ verdict, frames }) => verdict === 'right' && frames.every(isIdle));
  if (idle) return wrap(`released by none of ${inWords(designs.map(({ design }) => design))}: right`, '    ', '  ');
  const frames = stopped.map(({ frame, subprogram, pc }) => {
    const rows = designs.flatMap((design) => {
      const done = design.frames.find((each) => each.frame === frame);
      return done === undefined ? [] : frameRows(design, done, paint);
    });
    return `  frame ${frame}, ${subprogram} at ${pc}\n${foldedTable(paint, ['', '', '', ''], rows, '    ')}`;
  });
  const rows = designs.map((design) => [design.design, resultText(design, held.length, paint)]);
  return `${tablesText(story, paint)}${frames.join('')}  afterwards\n${foldedTable(paint, ['', ''], rows, '    ')}`;
}

/** Nothing was released, and nothing that is listed or in a table was there. */
function isIdle({ releases, skipped = [], table = [] }: DesignFrame): boolean {
  return releases.length === 0 && skipped.every(({ holds }) => holds === 'NULL') && table.length === 0;
}

function frameRows({ design }: DesignRun, done: DesignFrame, paint: Paint): readonly string[][] {
  const rows = [
    ...done.releases.map((release) => [
      release.location,
      `${release.destructor} of ${release.got}`,
      effectText(release, paint),
    ]),
    ...(done.skipped ?? []).map(({ location, holds }) =>
      holds === 'NULL'
        ? [location, 'is NULL: nothing to release', '']
        : [location, `reads as 0: passed over`, paint.red(`WRONG: there is ${holds}`)],
    ),
  ];
  if (rows.length === 0) return [[design, '-', nothingText(done), '']];
  return rows.map((row, index) => [index === 0 ? design : '', ...row]);
}

/** What came of a release. */
const EFFECT: Readonly<Record<ExplainedRelease['effect'], string>> = {
  released: 'right',
  nothing: 'right: empty',
  'already-released': 'WRONG: a second time',
  'wrong-destructor': 'WRONG: another kind',
  garbage: 'WRONG: no resource',
};

/** What the tables hold at the stop. */
function tablesText({ designs, stopped }: WorldStory, paint: Paint): string {
  return designs
    .filter(({ frames }) => frames.some(({ table }) => table !== undefined))
    .map(({ design, frames }) => {
      const rows = frames.flatMap(({ frame, table = [] }) => {
        const name = stopped.find((each) => each.frame === frame)?.subprogram ?? '?';
        return table.map(({ entry, offset, got, type, destructor, alias }) => [
          `table[${entry}] of ${name}`,
          `fp${offset}`,
          got,
          alias ? 'a further place of it' : `type ${type}, ${destructor ?? 'which stands for nothing'}`,
        ]);
      });
      if (rows.length === 0) return `  ${design} has no entry in use\n`;
      return `  ${design} has in its tables:\n${foldedTable(paint, ['', '', '', ''], rows, '    ')}`;
    })
    .join('');
}

function nothingText({ descriptor, table }: DesignFrame): string {
  if (table !== undefined) return 'no entry in use';
  switch (descriptor) {
    case 'none, frame left':
      return 'no descriptor: left at once, no register restored';
    case 'none':
      return 'nothing to release is listed';
    case 'found':
      return 'nothing to release is listed';
    case undefined:
      return 'releases nothing';
    default:
      return descriptor satisfies never;
  }
}

function effectText({ effect, truth }: ExplainedRelease, paint: Paint): string {
  if (effect === 'released' || effect === 'nothing') return paint.green(EFFECT[effect]);
  if (truth !== 'foreign-register') return paint.red(EFFECT[effect]);
  return paint.red(effect === 'garbage' ? 'WRONG: foreign register' : `${EFFECT[effect]}, foreign register`);
}

function resultText({ verdict, defect, detail, frames, leaked }: DesignRun, held: number, paint: Paint): string {
  if (verdict === 'right') {
    return paint.green(held === 0 ? 'right: nothing was touched' : 'right: all released, each once');
  }
  // Without frames it was not even unwound: the rewrite itself went another way.
  const why = frames.length > 0 || detail === undefined ? '' : `: ${detail}`;
  const left = leaked.length === 0 ? '' : `; leaked: ${leaked.join(' ')}`;
  return paint.red(`WRONG: ${defect ?? verdict}${why}${left}`);
}

/** The worlds in a line each, for those that are not told. */
export function otherWorldsText(count: number, told: number): string {
  return told === count ? '' : wrap(`${number(count - told)} other worlds are left out by --world.`, '  ');
}

/** `world 1`, `worlds 1 and 3`. */
export function worldNames(numbers: readonly number[]): string {
  return `${numbers.length === 1 ? 'world' : 'worlds'} ${inWords(numbers.map(String))}`;
}
