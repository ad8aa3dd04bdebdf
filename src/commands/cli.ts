#!/usr/bin/env node
/** The command `unwindiff`: parses the line and hands over to the file of the verb, which is loaded only then. */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, Option } from 'commander';
import { packageVersion } from '../case/package-root.js';
import { failureText } from '../report/failure-text.js';
import type { Terminal } from '../report/terminal.js';
import { SubjectFailure } from '../subjects/failure.js';
import { PRUNING_NAMES } from '../verify/pruning.js';
import { EXIT, type ExitCode, Failure } from './failure.js';
import * as values from './options.js';

const FOOTER = `
Exit codes: 0 nothing new; 1 a new defect or a failed expectation; 2 bad usage or input;
            3 not available here; 4 a bug in unwindiff.
Every verb is described, with examples, in docs/command-line.md.`;

const SUBJECT_OPTION = 'a design to judge, all, or a module that exports one, ./mine.js (repeatable; default: all)';

/** Runs one command line (without node and script). Never throws: what goes wrong becomes a message and an exit code. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = EXIT.nothingNew;
  const program = commandLine(terminal, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.nothingNew : EXIT.usage;
    if (error instanceof Failure) {
      terminal.err.write(`${error.message}\n`);
      return error.code;
    }
    if (error instanceof SubjectFailure) {
      terminal.err.write(`${failureText(error)}\n`);
      return EXIT.usage;
    }
    terminal.err.write(`unwindiff has a bug: ${error instanceof Error ? error.stack : String(error)}\n`);
    return EXIT.bug;
  }
}

function commandLine(terminal: Terminal, end: (code: ExitCode) => void): Command {
  const program = new Command('unwindiff');
  const configure = (command: Command): Command =>
    command
      .exitOverride()
      .showHelpAfterError('(add --help for the options)')
      .configureOutput({
        writeOut: (text) => void terminal.out.write(text),
        writeErr: (text) => void terminal.err.write(text),
      });
  const verb = (name: string, description: string): Command => {
    const command = configure(program.command(name).description(description));
    return command;
  };
  configure(program)
    .version(packageVersion(), '-V, --version')
    .description('Differential testing of BPF exception cleanup: who releases what when a program throws?')
    .addHelpText('after', FOOTER);

  shared(verb('fuzz', 'generate programs, judge every design on them, shrink and save what is wrong'))
    .option('--subject <name>', SUBJECT_OPTION, values.subjects)
    .option('--profile <name>', 'what kind of programs: a profile, or all in turns', values.profile, 'default')
    .option('--stop-at <where>', 'where programs are stopped', values.stopAt, 'throw')
    .option('--from <index>', 'index of the first program', values.wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option('--runs <n>', 'programs to judge (default: 1000, or as many as --time allows)', values.wholeNumber(1, 1e12))
    .option('--time <duration>', 'begin nothing new after 10s, 5m, 1h', values.duration)
    .option(
      '--workers <n>',
      'threads (default: one per core); the results do not depend on it',
      values.wholeNumber(1, 256),
    )
    .option('--out <folder>', 'where findings go (default: runs/SEED-PROFILE)')
    .option(
      '--baseline <path>',
      'known defects: a file of rows, a folder of cases, or none (default: the list that comes with unwindiff)',
    )
    .option(
      '--compare-pruning <mode>',
      'judge every program under this pruning, too, and report which verdicts change',
      values.pruning,
    )
    .option('--no-containment', 'do not check the verifier against every executed instruction (faster)')
    .option('--coverage', 'also report what the generator emitted in which situation')
    .option('--junit <file>', 'also write the result as JUnit XML')
    .option('--sarif <file>', 'also write the findings as SARIF 2.1.0')
    .option('--quiet', 'no progress')
    .action(async (options) => end(await (await import('./fuzz.js')).runFuzz(options, terminal)));

  shared(verb('judge', 'every design on one program of mine, in every world'))
    .argument('<file>', 'a .bpf file')
    .option('--subject <name>', SUBJECT_OPTION, values.subjects)
    .option('--defect <defect>', 'exit 0 if a judged design shows exactly this defect, else 1', values.defect)
    .option(
      '--stop-at <where>',
      'where programs are stopped (default: where the case says, else at throws)',
      values.stopAt,
    )
    .action(async (file, options) => end(await (await import('./judge.js')).runJudge(file, options, terminal)));

  verb('replay', 'run corpus files or findings and compare with what they say')
    .argument('[paths...]', 'files or folders (default: corpus)')
    .option('--subject <name>', SUBJECT_OPTION, values.subjects)
    .option('--bless', 'rewrite the expected output (;> lines) in place')
    .option('--junit <file>', 'also write the result as JUnit XML')
    .option('--sarif <file>', 'also write what fails, and the defects that show, as SARIF 2.1.0')
    .option('--json', 'answer in JSON')
    .option('--quiet', 'only failures')
    .action(async (paths, options) => end(await (await import('./replay.js')).runReplay(paths, options, terminal)));

  shared(verb('shrink', 'the smallest program with the same defect'))
    .argument('<file>', 'a .bpf file')
    .option('--subject <name>', 'the design that is wrong, or a module (default: the first that is)', values.subject)
    .option('--defect <defect>', 'the defect to keep (default: the one that shows)', values.defect)
    .option('-o, --out <file>', 'where to write the result (default: stdout)')
    .option('--quiet', 'nothing on stderr')
    .action(async (file, options) => end(await (await import('./shrink.js')).runShrink(file, options, terminal)));

  shared(verb('explain', 'why each design does what it does: listing, states, descriptors, tables, who released what'))
    .argument('<file>', 'a .bpf file')
    .option('--subject <name>', SUBJECT_OPTION, values.subjects)
    .option('--world <n>', 'only this world, counted from 1 (default: all)', values.wholeNumber(1, 100_000))
    .action(async (file, options) => end(await (await import('./explain.js')).runExplain(file, options, terminal)));

  verb('export', 'a case as a kernel selftest, as raw bytes, or as a listing with bytes')
    .argument('<file>', 'a .bpf file')
    .requiredOption('--as <form>', 'selftest, bytes or listing', values.exportForm)
    .option('-o, --out <file>', 'where to write it (default: stdout; bytes there in hexadecimal)')
    .option('--json', 'answer in JSON')
    .action(async (file, options) => end((await import('./export.js')).runExport(file, options, terminal)));

  const kernel = verb(
    'kernel',
    'the running Linux kernel as an independent judge (root on Linux, optional package koffi)',
  );
  const asks = (name: string, description: string): Command =>
    configure(kernel.command(name).description(description)).option('--json', 'answer in JSON');
  asks('status', 'what is available here, and which kinds can be loaded and run').action(async (options) =>
    end(await (await import('./kernel.js')).runKernelStatus(options, terminal)),
  );
  asks('callables', 'asks the kernel about every property of every helper and kfunc that we know').action(
    async (options) => end(await (await import('./kernel.js')).runKernelCallables(options, terminal)),
  );
  asks('check', 'everything that the kernel can be asked about one program')
    .argument('<file>', 'a .bpf file')
    .action(async (file, options) => end(await (await import('./kernel.js')).runKernelCheck(file, options, terminal)));
  asks('fuzz', 'generated programs: does the kernel say what we say?')
    .option('--seed <word>', 'where all randomness comes from (default: drawn and printed)', values.seed)
    .option('--profile <name>', 'what kind of programs: a profile, or all in turns', values.profile, 'all')
    .option('--from <index>', 'index of the first program', values.wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option('--runs <n>', 'programs', values.wholeNumber(1, 1e9), 1000)
    .option('--leg <name>', 'only this leg, or group of legs (repeatable; default: all)', values.words)
    .option(
      '--workers <n>',
      'threads (default: one per core); the results do not depend on it',
      values.wholeNumber(1, 256),
    )
    .option('--out <folder>', 'where findings go (default: runs/kernel-SEED-PROFILE)')
    .option('--quiet', 'no progress')
    .action(async (options) => end(await (await import('./kernel.js')).runKernelFuzz(options, terminal)));

  verb('survey', 'how often every design refuses programs and what it costs, also on worst cases; nothing is shrunk')
    .option('--subject <name>', SUBJECT_OPTION, values.subjects)
    .option('--profile <name>', 'a profile, or all (repeatable; default: all)', values.profiles)
    .option('--stop-at <where>', 'where programs are stopped, or all (repeatable; default: throw)', values.stops)
    .option('--seed <word>', 'where all randomness comes from (default: drawn and printed)', values.seed)
    .option(
      '--runs <n>',
      'programs in all, shared out among the profiles; every granularity has the same ones',
      values.wholeNumber(1, 1e12),
      5000,
    )
    .option('--worlds <n>', 'worlds per program at most', values.wholeNumber(1, 100_000), 8)
    .option(
      '--pruning <mode>',
      `which states the verifier drops: ${PRUNING_NAMES.join(', ')} (default: exact)`,
      values.pruning,
    )
    .option(
      '--workers <n>',
      'threads (default: one per core); the results do not depend on it',
      values.wholeNumber(1, 256),
    )
    .option('--out <folder>', 'where text, JSON and CSV go (default: runs/survey-SEED)')
    .option('--compare <csv...>', 'run nothing: what changed from one survey.csv to another')
    .option('--json', 'answer in JSON')
    .option('--csv', 'answer in CSV')
    .option('--quiet', 'no progress')
    .action(async (options) => end(await (await import('./survey.js')).runSurveyCommand(options, terminal)));

  verb('bench', 'how fast everything is here, as ratios to peers measured in the same run')
    .option('--programs <n>', 'programs to measure on', values.wholeNumber(5, 1_000_000), 1000)
    .option('--profile <name>', 'what kind of programs: a profile, or all in turns', values.profile, 'all')
    .option('--seed <word>', 'where the programs come from', values.seed, 'bench')
    .option('--subject <name>', 'a design of ours, or all; may be repeated (default: all)', values.ownSubjects)
    .option('--no-kernel', 'do not load programs into the running kernel')
    .option('--json', 'answer in JSON')
    .option('--quiet', 'no progress')
    .action(async (options) => end(await (await import('./bench.js')).runBench(options, terminal)));
  return program;
}

/** Options of every verb that judges. */
function shared(command: Command): Command {
  return command
    .addOption(
      new Option('--seed <word>', 'where all randomness comes from (default: drawn and printed)').argParser(
        values.seed,
      ),
    )
    .option('--worlds <n>', 'worlds per program at most', values.wholeNumber(1, 100_000), 8)
    .option('--no-patches', 'judge programs only as verified, not also as a kernel would patch them (faster)')
    .option(
      '--pruning <mode>',
      `which states the verifier drops: ${PRUNING_NAMES.join(', ')} (default: that of the file, else exact)`,
      values.pruning,
    )
    .option('--json', 'answer in JSON');
}

/** The terminal of this process. Ctrl-C ends a run in an orderly way; a second one ends it at once. */
function processTerminal(): Terminal {
  const interrupt = new AbortController();
  process.on('SIGINT', () => {
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort();
    process.stderr.write('\nending: what has begun is finished (again: at once)\n');
  });
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader has gone, e.g. `| head`: nothing is left to say.
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
  return {
    out: process.stdout,
    err: process.stderr,
    env: process.env,
    bar: process.stderr.isTTY ? process.stderr : undefined,
    interrupted: interrupt.signal,
  };
}

const script = process.argv[1];
if (script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2), processTerminal());
}
