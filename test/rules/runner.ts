/**
 * `npm run rules`: removes one rule after the other in a copy of the tree and runs the tests until one fails. Which one is
 * written to docs/rules.md; a rule that no test misses is printed as NOTHING and makes the exit code 1. Words choose the rules
 * whose file or name has one of them, `--open` those of which the page does not say yet what fails; `--quick` leaves out the
 * slow tests, and says nothing of a rule of which it finds nothing.
 *
 * The tests of a rule, until one fails: those of its file, the corpus, the walk's or the others of its folder, laws.
 */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { applyEdit, type Edit } from './edit.js';
import { EDITS } from './edits.js';
import { Typing } from './typing.js';
import { TestRuns } from './vitest-run.js';

const COPIED = ['src', 'generators', 'oracles', 'test', 'corpus', 'package.json', 'tsconfig.json', 'vitest.config.ts'];
const CORPUS = 'test/corpus.test.ts';
/** Of src/verify it is the walk that has tests of whole programs: they see much and are fast. */
const WALK = 'test/src/verify/walk.test.ts';
/** Where the tests of a rule are those of another file, too. */
const PRUNING_TESTS = ['precision', 'slot-reads', 'checkpoints'].map((name) => `test/src/verify/${name}.test.ts`);
const RELATED: Readonly<Record<string, readonly string[]>> = {
  'src/verify/checkpoints.ts': PRUNING_TESTS,
  'src/verify/needs.ts': PRUNING_TESTS,
  'src/verify/liveness.ts': PRUNING_TESTS,
};
/** Laws that see what programs do. */
const LAWS_OF_VERIFY = ['generators', 'pruning', 'kernel-pruning'];
const LAWS_OF_DESIGNS = ['generators', 'patching'];

interface Outcome {
  readonly edit: Edit;
  /** The test or corpus case that fails first; `undefined` if none does. */
  readonly fails: string | undefined;
}

const { values, positionals: words } = parseArgs({
  options: { open: { type: 'boolean' }, quick: { type: 'boolean' } },
  allowPositionals: true,
});

const testOf = (file: string) => join('test', file.replace(/\.ts$/, '.test.ts'));

/** The stages in which the tests of a rule are run; `quick`: only those that take a second. */
function stagesOf(file: string, quick: boolean): readonly string[] {
  const own = testOf(file);
  const verifies = file.startsWith('src/verify/');
  const laws = (verifies ? LAWS_OF_VERIFY : LAWS_OF_DESIGNS).map((name) => `test/laws/${name}.test.ts`);
  const near = verifies ? [WALK, ...(RELATED[file] ?? [])] : [`${dirname(own)}/`];
  const fast = [...(existsSync(own) ? [own] : []), CORPUS, ...near];
  return quick ? fast : [...fast, ...(verifies ? [`${dirname(own)}/`] : []), ...laws];
}

/** Runs stages with all rules in place, each once and only if it is said to fail without a rule. */
class Untouched {
  private readonly passed = new Map<string, Promise<void>>();

  constructor(private readonly runs: TestRuns) {}

  /** Throws if a stage fails anyway: then its failure says nothing about a rule. */
  passes(stage: string): Promise<void> {
    const known = this.passed.get(stage) ?? this.run(stage);
    this.passed.set(stage, known);
    return known;
  }

  private async run(stage: string): Promise<void> {
    const failure = await this.runs.firstFailure({ changed: [], path: stage });
    if (failure !== undefined) throw new Error(`a test fails with all rules in place: ${failure}`);
  }
}

async function failureOf(
  runs: TestRuns,
  { file, same }: Edit,
  changed: readonly string[],
  untouched: Untouched,
): Promise<string | undefined> {
  // Where nothing can fail, it would take all tests to see nothing.
  for (const stage of stagesOf(file, values.quick === true || same !== undefined)) {
    const failure = await runs.firstFailure({ changed, path: stage });
    if (failure === undefined) continue;
    await untouched.passes(stage);
    return failure;
  }
  return undefined;
}

interface Copy {
  readonly folder: string;
  readonly runs: TestRuns;
  /** Files put back after the last rule. */
  restored: readonly string[];
}

function copyTree(): Copy {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'unwindiff-rules-')));
  for (const name of COPIED) cpSync(name, join(folder, name), { recursive: true });
  symlinkSync(realpathSync('node_modules'), join(folder, 'node_modules'), 'junction');
  return { folder, runs: new TestRuns(folder), restored: [] };
}

/** Edits that leave sources which do not compile, in words. */
function brokenBy(edits: readonly Edit[]): readonly string[] {
  const typing = new Typing('tsconfig.json');
  return edits.flatMap((edit) =>
    typing
      .errorsOf(resolve(edit.file), applyEdit(readFileSync(edit.file, 'utf8'), edit))
      .map((error) => `${edit.file}: without the rule "${edit.rule}" it does not compile: ${error}`),
  );
}

async function removeRule(copy: Copy, edit: Edit, untouched: Untouched): Promise<Outcome> {
  const original = readFileSync(edit.file, 'utf8');
  const text = applyEdit(original, edit);
  const target = join(copy.folder, edit.file);
  writeFileSync(target, text);
  const fails = await failureOf(copy.runs, edit, [...copy.restored, edit.file], untouched);
  writeFileSync(target, original);
  copy.restored = [edit.file];
  process.stdout.write(`${edit.file}: ${edit.rule}\n    ${fails ?? nothingFor(edit)}\n`);
  return { edit, fails };
}

/** One after the other: more at once gain little on two cores, and the time limit of a stage is that of a quiet machine. */
async function removeAll(edits: readonly Edit[], done: (outcomes: readonly Outcome[]) => void): Promise<void> {
  const outcomes: Outcome[] = [];
  const copy = copyTree();
  const whole = copyTree();
  const untouched = new Untouched(whole.runs);
  try {
    for (const edit of edits) {
      outcomes.push(await removeRule(copy, edit, untouched));
      done(outcomes);
    }
  } finally {
    for (const { folder, runs } of [copy, whole]) {
      runs.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

const cell = (text: string) => text.replaceAll('|', '\\|');
const PAGE = join('docs', 'rules.md');

/** What the page says so far: by file and rule, both as they stand there, what fails. */
function told(): ReadonlyMap<string, string> {
  const rows = new Map<string, string>();
  if (!existsSync(PAGE)) return rows;
  for (const section of readFileSync(PAGE, 'utf8').split('\n## ').slice(1)) {
    const file = section.slice(0, section.indexOf('\n'));
    for (const [, rule, fails] of section.matchAll(/^\| (?!--- )(.*?) \| (.*) \|$/gm))
      rows.set(`${file} ${rule?.trim()}`, fails?.trim() ?? '');
  }
  return rows;
}

/** What stands where nothing fails. */
const nothingFor = ({ same }: Edit) => (same === undefined ? 'NOTHING' : `nothing can: ${same}`);

/** The page: what these outcomes say, and for other rules what it said before. */
function page(outcomes: readonly Outcome[], before: ReadonlyMap<string, string>): string {
  const parts = [
    '# What fails when a rule is removed',
    '',
    `Written by \`npm run rules\`: each of ${EDITS.length} rules of the verifier and of the designs is removed from a copy of the`,
    'sources (the edits are in `test/rules`), and tests run until one fails: first those of the same file, then the corpus,',
    'then the walk or the other tests of the folder, then laws. The table names the first to fail. `npm run rules WORD…`',
    'brings only those rows up to date whose file or rule contains one of the words, `npm run rules -- --open` those that',
    'have none yet. NOTHING is a rule that no test sees; where the program is the same without a rule, the row says why.',
  ];
  for (const file of new Set(EDITS.map((edit) => edit.file))) {
    parts.push('', `## ${file}`, '', '| rule | what fails when it is removed |', '| --- | --- |');
    for (const edit of EDITS.filter((each) => each.file === file)) {
      const outcome = outcomes.find((each) => each.edit === edit);
      const isTold = outcome !== undefined && (outcome.fails !== undefined || edit.same !== undefined || !values.quick);
      const fails = !isTold ? before.get(`${file} ${cell(edit.rule)}`) : cell(outcome.fails ?? nothingFor(edit));
      parts.push(`| ${cell(edit.rule)} | ${fails ?? NOT_RUN} |`);
    }
  }
  return `${parts.join('\n')}\n`;
}

const NOT_RUN = 'not run yet';
const before = told();
/** Whether the page does not say yet what fails without a rule. */
const isOpen = ({ file, rule }: Edit) => [undefined, NOT_RUN, 'NOTHING'].includes(before.get(`${file} ${cell(rule)}`));
const chosen = EDITS.filter(
  (edit) =>
    (words.length === 0 || words.some((word) => edit.file.includes(word) || edit.rule.includes(word))) &&
    (!values.open || isOpen(edit)),
);
if (chosen.length === 0) {
  process.stderr.write('no such rule\n');
  process.exit(2);
}
const broken = brokenBy(chosen);
if (broken.length > 0) {
  process.stderr.write(`${broken.join('\n')}\n`);
  process.exit(1);
}
const missed: Edit[] = [];
// After each rule, so that a run which is stopped keeps what it found.
await removeAll(chosen, (outcomes) => {
  writeFileSync(PAGE, page(outcomes, before));
  const last = outcomes.at(-1);
  if (last !== undefined && last.fails === undefined && last.edit.same === undefined) missed.push(last.edit);
});
process.stdout.write(`${chosen.length} rules removed one at a time; NOTHING fails for ${missed.length}\n`);
for (const { file, rule } of missed) process.stdout.write(`  ${file}: ${rule}\n`);
process.exitCode = missed.length === 0 ? 0 : 1;
