/**
 * How long one program takes, stage by stage, and whether memory stays flat. `node dist/bench/throughput.js [programs]`.
 *
 * Machines are noisy, so every figure is also given as a multiple of a fixed piece of work that is measured between the
 * stages of the same run: one SHA-256 of 1 MiB by Node's own crypto. Only the multiples can be compared between machines.
 */
import { createHash } from 'node:crypto';
import Table from 'cli-table3';
import { seededChoices } from '../generators/choices.js';
import { PROFILE_NAMES, PROFILES } from '../generators/profile.js';
import { generate } from '../generators/program.js';
import { createJudge } from '../oracles/judge.js';
import { instructionCount, type Program } from '../src/isa/program.js';
import { SUBJECTS } from '../src/subjects/registry.js';
import { analyse } from '../src/verify/walk.js';

const MIB = new Uint8Array(2 ** 20);

/** Milliseconds of one unit of the fixed work: the median of several. */
function unitOfWork(): number {
  const times = Array.from({ length: 15 }, () => elapsed(() => createHash('sha256').update(MIB).digest()));
  return times.sort((a, b) => a - b)[7] ?? 1;
}

function elapsed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function program(index: number): Program {
  const profile = PROFILE_NAMES[index % PROFILE_NAMES.length] ?? 'default';
  return generate(seededChoices('bench', index), PROFILES[profile]).program;
}

const count = Number(process.argv[2] ?? 3000);
if (!Number.isSafeInteger(count) || count < 100) {
  process.stderr.write('usage: throughput [programs], at least 100\n');
  process.exit(2);
}
const options = {
  subjects: SUBJECTS,
  pruning: 'exact',
  stopAt: 'throw',
  worlds: 8,
  fuel: 100_000,
  seed: 'bench',
} as const;
const judge = createJudge(options);
const unchecked = createJudge({ ...options, containment: false });
for (let index = 0; index < 400; index++) judge.judge(program(1_000_000 + index)); // warm up

const programs: Program[] = [];
let walked = 0;
let executed = 0;
const stages: readonly (readonly [string, () => void])[] = [
  [
    'generate',
    () => {
      for (let index = 0; index < count; index++) programs.push(program(index));
    },
  ],
  [
    'walk once, pruning exact',
    () => {
      for (const each of programs) walked += analyse(each, { pruning: 'exact' }).walked;
    },
  ],
  [
    'judge: walk, 4 subjects, 8 worlds',
    () => {
      for (const each of programs) unchecked.judge(each);
    },
  ],
  [
    'judge with containment',
    () => {
      for (const each of programs) executed += judge.judge(each).stakes.executed;
    },
  ],
];
const table = new Table({
  head: ['stage', 'ms a program', 'units a program', 'programs/s'],
  style: { head: [], border: [] },
});
let whole = 0;
for (const [name, work] of stages) {
  const unit = unitOfWork();
  const each = elapsed(work) / count;
  if (name === 'generate' || name === 'judge with containment') whole += each;
  table.push([name, each.toFixed(3), (each / unit).toFixed(3), Math.round(1000 / each)]);
}
table.push([
  'whole pipeline (first + last)',
  whole.toFixed(3),
  (whole / unitOfWork()).toFixed(3),
  Math.round(1000 / whole),
]);
const insns = programs.reduce((sum, each) => sum + instructionCount(each), 0);
process.stdout.write(`${table.toString()}\n`);
process.stdout.write(
  `${count} programs, on average ${Math.round(insns / count)} instructions, ${Math.round(walked / count)} walked, ` +
    `${Math.round(executed / count)} executed by the original; one core; a unit is one SHA-256 of 1 MiB\n`,
);

// Memory: judged programs are forgotten, so the resident set must not grow with their number.
programs.length = 0;
const rss = () => Math.round(process.memoryUsage().rss / 2 ** 20);
const marks = [count, 2 * count, 4 * count];
let done = 0;
for (const mark of marks) {
  for (; done < mark; done++) judge.judge(program(2_000_000 + done));
  process.stdout.write(`resident after ${mark} more programs: ${rss()} MiB\n`);
}
