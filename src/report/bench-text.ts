/** The figures of `bench` for people: each with the programs it is of, and the aim it is measured against. */
import type { Figure } from '../../bench/clock.js';
import type { KernelComparison } from '../../bench/kernel.js';
import type { BenchResult } from '../../bench/measure.js';
import type { Size } from '../../bench/sample.js';
import { STAGE_NAMES, STAGES } from '../../bench/stages.js';
import { number, percent, textTable, wrap } from './table.js';
import type { Paint } from './terminal.js';

/** What is aimed at, in words; where the figure alone can be compared with it. */
const AIM = {
  pipeline: '≥ 1,000',
  ratio: '≥ 1',
  twoThreads: '≥ 1.9',
  start: '< 300 ms',
  resident: '< 300 MiB',
  shrinking: '< 1 s',
  hot: '≤ 5 ns',
} as const;

/** The whole report. */
export function benchText(result: BenchResult, paint: Paint): string {
  return [programs(result, paint), stages(result, paint), others(result, paint), kernel(result.kernel, paint)].join(
    '\n',
  );
}

function programs({ settings, size, findings, rounds, place }: BenchResult, paint: Paint): string {
  const { seed, profile, subjects, worlds } = settings;
  return (
    `${paint.bold('What was measured')}\n` +
    wrap(
      `${number(size.programs)} programs of profile ${profile}, seed ${seed}, in ${rounds} rounds. On average ${sizeText(size)}. ` +
        `${subjects.length} subjects, at most ${worlds} worlds; ${number(size.verified)} programs verify; ${findings} defects met.`,
      '  ',
    ) +
    wrap(
      `${place.cores} × ${place.cpu}, ${place.system}, Node ${place.node}. Load ${place.load.toFixed(1)}; this process had ` +
        `${place.share.toFixed(2)} of a core.`,
      '  ',
    )
  );
}

function sizeText({ instructions, walked, worlds, executed }: Size): string {
  return (
    `${rounded(instructions)} instructions, ${rounded(walked)} walked by the verifier, ${rounded(executed)} executed in ` +
    `${rounded(worlds)} worlds`
  );
}

function stages(result: BenchResult, paint: Paint): string {
  const { stages, pipeline, inThread, withShrinking, shrinking } = result;
  const rows = STAGE_NAMES.filter((name) => STAGES[name].per === 'program').map((name) =>
    figureRow(STAGES[name].does, stages[name]),
  );
  const name = `the whole pipeline, one ${inThread ? 'thread' : 'worker in this thread'}`;
  rows.push(figureRow(name, pipeline, AIM.pipeline));
  const found = shrinking.available ? `… and every defect shrunk (${shrinking.findings})` : '… and every defect shrunk';
  rows.push([found, '', shrinking.available ? number(Math.round(withShrinking)) : shrinking.reason, '', '', '']);
  return (
    `${paint.bold('One program')}\n` +
    textTable(paint, ['stage', 'µs', 'a core second', 'a second', 'units', 'aim'], rows) +
    wrap(
      `µs and core seconds are processor time, of all threads and of the kernel on our behalf; "a second" is what a clock on the ` +
        `wall saw. A unit is one SHA-256 of 1 MiB, here ${rounded(result.unitMicros)} µs: only units can be compared between machines. ` +
        `The pipeline is what fuzz does: generate, walk, prepare ${result.settings.subjects.length} subjects, run in all worlds with ` +
        'containment, the same for the patched programs, judge, count.',
      '  ',
    )
  );
}

function figureRow(name: string, figure: Figure | undefined, aim = ''): string[] {
  if (figure === undefined) return [name, '-', '-', '-', '-', aim];
  const { cpuMicros, perCoreSecond, perSecond, units } = figure;
  const rate = (value: number) => number(Math.round(value));
  return [name, rounded(cpuMicros), rate(perCoreSecond), rate(perSecond), rounded(units), aim];
}

function others({ stages, scaling, shrinking, processes }: BenchResult, paint: Paint): string {
  const rows: string[][] = STAGE_NAMES.filter((name) => STAGES[name].per === 'instruction').map((name) => [
    `machine: ${STAGES[name].does}`,
    `${rounded((stages[name]?.cpuMicros ?? 0) * 1000)} ns an instruction`,
    name === 'hot' ? AIM.hot : '',
  ]);
  rows.push([
    'two threads against one',
    scaling.available
      ? `${scaling.ratio.toFixed(2)} (${number(Math.round(scaling.two))} and ${number(Math.round(scaling.one))} programs/s)`
      : scaling.reason,
    AIM.twoThreads,
  ]);
  if (shrinking.available) {
    rows.push([
      `shrinking a finding, median of ${shrinking.findings}`,
      `${rounded(shrinking.medianMs)} ms (max ${rounded(shrinking.maxMs)}; ${rounded(shrinking.instructionsBefore)} insns to ${rounded(shrinking.instructionsAfter)})`,
      AIM.shrinking,
    ]);
  } else rows.push(['shrinking a finding', shrinking.reason, AIM.shrinking]);
  if (processes.available) {
    const { start, resident } = processes;
    rows.push(
      [
        'start to the first program judged',
        `${rounded(start.ms)} ms (Node alone: ${rounded(start.bareMs)})`,
        AIM.start,
      ],
      [
        `resident after ${resident.map((each) => number(each.programs)).join(', ')} programs`,
        `${resident.map(({ rssMiB }) => rssMiB).join(', ')} MiB`,
        AIM.resident,
      ],
    );
  } else rows.push(['start, resident set', processes.reason, '']);
  return `${paint.bold('Other figures')}\n${textTable(paint, ['', '', 'aim'], rows, ['left', 'left', 'left'])}`;
}

function kernel(comparison: KernelComparison, paint: Paint): string {
  const heading = `${paint.bold('Against the running kernel')}\n`;
  if (!comparison.available) return heading + wrap(`not available: ${comparison.reason}`, '  ');
  const { accepted, refused, noVerdict, asMainline, spared, notLoadable, size, ratio } = comparison;
  const asked = accepted + refused + noVerdict;
  const left = Object.entries(notLoadable).map(([reason, programs]) => `${number(programs)} as ${reason}`);
  const rows = [
    figureRow('kernel: accepted programs loaded', comparison.loads),
    figureRow('kernel: programs refused', comparison.refusals),
    figureRow('our pipeline on the accepted ones', comparison.pipeline),
    ['ours / kernel', '', ratio === undefined ? '-' : ratio.toFixed(3), '', '', AIM.ratio],
  ];
  return (
    heading +
    wrap(
      `${number(asked)} of these programs were put to it as they are, ${number(accepted)} of them accepted (${percent(accepted, asked)}); ` +
        `their averages: ${sizeText(size)}. The others hold something at a throw, which it refuses as soon as it sees it. ` +
        `It says what the subject mainline says on ${number(asMainline)}; ${noVerdict} got no verdict. Left out: ${number(spared)} that may throw ` +
        `in a loop${left.length === 0 ? '' : `, ${left.join(', ')}`}.`,
      '  ',
    ) +
    textTable(paint, ['', 'µs', 'a core second', 'a second', 'units', 'aim'], rows)
  );
}

/** Three digits that count: 0.0123, 1.23, 12.3, 1,234. */
function rounded(value: number): string {
  if (value >= 100) return number(Math.round(value));
  return String(Number(value.toPrecision(3)));
}
