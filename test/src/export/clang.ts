/** The clang of this machine, if there is one that writes BPF; without it tests that need it are skipped, and say so. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectFile, readObjectFile } from './object-file.js';

export interface Clang {
  readonly command: string;
  readonly version: number;
}

/** All clangs found by their usual names that write BPF, newest first. `clang` counts if it has no number of its own. */
export const CLANGS: readonly Clang[] = findClangs();
export const CLANG: Clang | undefined = CLANGS[0];

/** For the title of a test group, so that the report says why its tests were skipped. */
export const CLANG_NOTE = CLANG === undefined ? 'skipped: no clang here' : `clang ${CLANG.version}`;
if (CLANG === undefined)
  console.info('no clang that writes BPF was found: the tests that compile selftests are skipped');

function findClangs(): readonly Clang[] {
  const numbered = Array.from({ length: 14 }, (_, index) => `clang-${26 - index}`);
  const found = new Map<number, Clang>();
  for (const command of [...numbered, 'clang']) {
    const { status, stdout } = spawnSync(command, ['-target', 'bpf', '--version'], { encoding: 'utf8' });
    const version = Number(/version (\d+)/.exec(stdout ?? '')?.[1] ?? 0);
    if (status !== 0 || version < 14 || found.has(version)) continue;
    const { status: writes } = spawnSync(command, ['-target', 'bpf', '-x', 'c', '-c', '-o', '/dev/null', '-'], {
      input: '',
    });
    if (writes === 0) found.set(version, { command, version });
  }
  return [...found.values()].sort((a, b) => b.version - a.version);
}

/** Compiles as the file's own comment says, with all warnings as errors. Other files may stand beside it. */
export function compile(
  text: string,
  clang: Clang,
  beside: Readonly<Record<string, string>> = {},
): { readonly object: ObjectFile } | { readonly errors: string } {
  const folder = mkdtempSync(join(tmpdir(), 'unwindiff-clang-'));
  try {
    for (const [name, content] of Object.entries({ ...beside, 'case.c': text }))
      writeFileSync(join(folder, name), content);
    const cpu = clang.version >= 18 ? 'v4' : 'v3';
    const flags = [
      '-target',
      'bpf',
      '-O2',
      '-g',
      `-mcpu=${cpu}`,
      '-Wall',
      '-Wextra',
      '-Wno-unused-parameter',
      '-Werror',
    ];
    const { status, stderr } = spawnSync(clang.command, [...flags, '-c', 'case.c', '-o', 'case.o'], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (status !== 0) return { errors: stderr };
    return { object: readObjectFile(readFileSync(join(folder, 'case.o'))) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
