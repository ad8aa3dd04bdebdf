/**
 * The package as somebody else has it: built, in the node_modules of a project that imports `unwindiff/…`, writes a subject
 * and tests it. Here its `exports` are resolved by Node and by the compiler, its types are read from its declarations, and
 * modules of subjects are loaded in worker threads.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { example, variants } from './documents.js';

const ROOT = process.cwd();
const BUILD_TIMEOUT = 180_000;
let project = '';
let installed = '';

/** Compiles the sources as `npm run build` does, but into the project. */
function build(outDir: string): readonly string[] {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(ROOT, 'tsconfig.build.json'),
    { outDir, sourceMap: false },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
  );
  if (config === undefined) return ['no configuration'];
  const program = ts.createProgram(config.fileNames, config.options);
  return textsOf([...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics]);
}

function textsOf(diagnostics: readonly ts.Diagnostic[]): readonly string[] {
  return diagnostics.map(({ file, start, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, '\n');
    const line =
      file === undefined ? '' : `${file.fileName}:${file.getLineAndCharacterOfPosition(start ?? 0).line + 1}: `;
    return `${line}${text}`;
  });
}

/** Type-checks files of the project by its own means, not by the configuration of this one. */
function check(files: readonly string[], options: ts.CompilerOptions): readonly string[] {
  const program = ts.createProgram(
    files.map((name) => join(project, name)),
    {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      lib: ['lib.es2023.d.ts'],
      types: [],
      skipLibCheck: false,
      noEmit: true,
      ...options,
    },
  );
  return textsOf(ts.getPreEmitDiagnostics(program));
}

function unwindiff(...args: readonly string[]) {
  const cli = join(installed, 'dist', 'src', 'commands', 'cli.js');
  return spawnSync(process.execPath, [cli, ...args], { cwd: project, encoding: 'utf8' });
}

function vitest(...args: readonly string[]) {
  const entry = join(project, 'node_modules', 'vitest', 'vitest.mjs');
  const env = { ...process.env, NO_COLOR: '1', VITEST: undefined, VITEST_WORKER_ID: undefined };
  return spawnSync(process.execPath, [entry, 'run', ...args], { cwd: project, encoding: 'utf8', env });
}

const write = (name: string, text: string) => writeFileSync(join(project, name), text);

beforeAll(() => {
  // The real path: what a message says of files beside a module is compared with it.
  project = realpathSync(mkdtempSync(join(tmpdir(), 'unwindiff-consumer-')));
  installed = join(project, 'node_modules', 'unwindiff');
  mkdirSync(installed, { recursive: true });
  expect(build(join(installed, 'dist'))).toEqual([]);
  cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
  cpSync(join(ROOT, 'corpus', 'accept', 'aliases'), join(installed, 'corpus'), { recursive: true });
  // Its dependencies, and the peers that the project has.
  const { dependencies, peerDependencies }: Readonly<Record<string, object>> = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  );
  for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
    symlinkSync(realpathSync(join(ROOT, 'node_modules', name)), join(project, 'node_modules', name));
  }
  write('package.json', '{ "name": "consumer", "private": true, "type": "module" }\n');
  for (const name of ['thrower-registers.js', 'arbitraries.test.ts']) write(name, example(name));
  // As it stands it runs in this project; here it is about where it finds the package.
  const kit = example('thrower-registers.test.js').replace('(subject)', '(subject, { runs: 10 })');
  write('thrower-registers.test.js', kit);
  write('wrong.test.js', kit.replace('thrower-registers.js', 'wrong.js'));
  for (const [name, text] of Object.entries(variants(example('thrower-registers.js')))) write(name, text);
}, BUILD_TIMEOUT);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('a consumer', () => {
  it('writes a subject in TypeScript with the types that the package exports', () => {
    write(
      'typed.ts',
      `import type { Cost, Intrinsic, PcMap, StopAt, Unwind } from 'unwindiff/contract/prepared';
import type { Location } from 'unwindiff/contract/location';
import type { Refusal } from 'unwindiff/contract/refusal';
import type { StoppedView, UnwindStep } from 'unwindiff/contract/unwind';
import type { Program } from 'unwindiff/isa/program';
import { identityMap } from 'unwindiff/patch/patch';
import { unchangedCost } from 'unwindiff/subjects/cost';
import type { Prepared, PrepareInput, Refused, Subject } from 'unwindiff/subjects/subject';
import type { Analysis, StateView, ThrowVisit } from 'unwindiff/verify/analysis';
import type { Pointer, Reference, Slot, Value } from 'unwindiff/verify/value';

const at = ({ pc }: ThrowVisit): Location => ({ in: 'table', index: pc });
const refuse = (refusal: Refusal): Refused => ({ ok: false, refusal });
const first = (state: StateView): Reference | undefined => state.references[0];
const owned = (value: Value): value is Pointer => value.is === 'pointer' && value.ref !== 0;
const spilled = (slot: Slot): Value | undefined => slot.spilled;
const costOf = (program: Program, analysis: Analysis): Cost => unchangedCost(program, analysis.stackDepth);
const mapOf = (program: Program): PcMap => identityMap(program);
const unwind: Unwind = (stopped: StoppedView): readonly UnwindStep[] =>
  stopped.frames.map((_, frame) => {
    return { do: 'release', frame, from: { in: 'stack', offset: -8 }, address: 0n, destructor: 'x', because: 'y' };
  });
const none: readonly Intrinsic[] = [];

export const subject: Subject = {
  name: 'typed',
  stops: 'throw',
  prepare({ program, analysis, stopAt }: PrepareInput): Prepared | Refused {
    const asked: StopAt = stopAt;
    const visit = analysis.throws.find(({ state }) => owned(spilled(state.slot(0, 0)) ?? state.register(0, 6)));
    const held = visit === undefined ? undefined : first(visit.state);
    if (visit !== undefined && held !== undefined) {
      return refuse({ code: 'held-reference', pc: visit.pc, message: held.kind + asked, location: at(visit) });
    }
    return {
      ok: true,
      program,
      pcMap: mapOf(program),
      cost: costOf(program, analysis),
      reserved: program.subprograms.map(() => 0),
      intrinsics: none,
      unwind,
      describe: () => [],
    };
  },
};
`,
    );
    expect(check(['typed.ts'], { strict: true, noUncheckedIndexedAccess: true })).toEqual([]);
    write(
      'wrong-type.ts',
      `import type { Subject } from 'unwindiff/subjects/subject';\nexport const x: Subject = { name: 1 };\n`,
    );
    expect(check(['wrong-type.ts'], { strict: true }).length).toBeGreaterThan(0);
  });

  it('has the examples of the documents checked by their types', () => {
    expect(check(['arbitraries.test.ts'], { strict: true, skipLibCheck: true })).toEqual([]);
    const loose = { allowJs: true, checkJs: true, strict: false, skipLibCheck: true };
    expect(check(['thrower-registers.js', 'thrower-registers.test.js'], loose)).toEqual([]);
    // The annotation is seen: a subject without a name is none.
    write('nameless.js', example('thrower-registers.js').replace("  name: 'thrower-registers',\n", ''));
    expect(check(['nameless.js'], loose).join()).toContain("Property 'name' is missing");
  });

  it('fuzzes a subject of its own, loaded by every worker thread', () => {
    const args = ['--seed', '1', '--runs', '64', '--workers', '2', '--json', '--quiet'];
    const right = unwindiff('fuzz', '--subject', './thrower-registers.js', '--out', 'runs/right', ...args);
    expect(right.stderr).toBe('');
    expect(right.status).toBe(0);
    expect(JSON.parse(right.stdout)).toMatchObject({ programs: 64, settings: { modules: ['./thrower-registers.js'] } });
    const wrong = unwindiff('fuzz', '--subject', './wrong.js', '--out', 'runs/wrong', ...args);
    expect(wrong.stderr).toBe('');
    expect(wrong.status).toBe(1);
    const { subjects } = JSON.parse(wrong.stdout);
    expect(Object.keys(subjects)).toEqual(['thrower-registers']);
    expect(subjects['thrower-registers'].findings[0].defect).toMatch(/^leak\/nothing\/unlisted\//);
    expect(wrong.stdout).not.toContain(project);
    // The result depends on the module and the seed, not on the threads.
    const { timing: _, ...one } = JSON.parse(wrong.stdout);
    const alone = unwindiff('fuzz', '--subject', './wrong.js', '--out', 'runs/wrong', ...args, '--workers', '1');
    const { timing: __, ...other } = JSON.parse(alone.stdout);
    expect(other).toEqual(one);
  });

  it('is told where its subject fails, in a thread as in the command, without a path of the machine', () => {
    const failed = unwindiff('fuzz', '--subject', './broken.js', '--seed', '1', '--runs', '8', '--json', '--quiet');
    expect(failed.status).toBe(2);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      failure: { subject: 'thrower-registers', module: './broken.js', work: 'prepare', index: 0 },
    });
    const { file, at } = JSON.parse(failed.stdout).failure;
    expect(at).toMatch(/^\.\/broken\.js:\d+:\d+$/);
    const judged = unwindiff('judge', file, '--subject', './broken.js');
    expect(judged.status).toBe(2);
    expect(judged.stderr).toMatch(
      /^\.\/broken\.js: thrower-registers failed in prepare: RangeError: no frame \d \(at \.\//,
    );
    expect(failed.stdout + judged.stderr).not.toContain(project);
  });

  it('is told what is wrong with a module, by file, line and column', () => {
    write('syntax.mjs', 'export const subject = {\n  name: "x",,\n};\n');
    write('imports.mjs', "import { nothing } from 'no-such-package';\n");
    write(
      'main-only.mjs',
      `import { isMainThread } from 'node:worker_threads';
if (!isMainThread) throw new Error('not in a thread');
export { subject } from './thrower-registers.js';
`,
    );
    const told = (name: string) => {
      const { status, stderr } = unwindiff('fuzz', '--subject', `./${name}`, '--runs', '4', '--json', '--quiet');
      expect(status).toBe(2);
      return stderr;
    };
    expect(told('syntax.mjs')).toMatch(/^\.\/syntax\.mjs:2:13: cannot be loaded: SyntaxError: /);
    expect(told('imports.mjs')).toMatch(
      /^\.\/imports\.mjs: cannot be loaded: .*'no-such-package' imported from \.\/imports\.mjs\n$/,
    );
    expect(told('main-only.mjs')).toMatch(/^\.\/main-only\.mjs:2:\d+: cannot be loaded: Error: not in a thread\n$/);
  });

  it('tests its subject with the law kit, and sees a wrong one fail with a case', { timeout: BUILD_TIMEOUT }, () => {
    const right = vitest('thrower-registers.test.js');
    expect(right.stdout + right.stderr).toMatch(/Tests +\d+ passed/);
    expect(right.status).toBe(0);
    const wrong = vitest('wrong.test.js');
    expect(wrong.status).toBe(1);
    expect(wrong.stdout + wrong.stderr).toMatch(/1 failed/);
    expect(wrong.stderr).toContain('subject thrower-registers > releases what is held, once, by its destructor');
    expect(wrong.stderr).toContain(';! case: a counterexample');
    expect(wrong.stderr).toMatch(/leak\/nothing\/unlisted\/\w+\/\w+: .* was never released/);
  });

  it('runs the property tests of docs/library.md as they stand', { timeout: BUILD_TIMEOUT }, () => {
    const { status, stdout, stderr } = vitest('arbitraries.test.ts');
    expect(stdout + stderr).toMatch(/Tests +4 passed/);
    expect(status).toBe(0);
  });
});
