/** A terminal that remembers what was written to it, and a folder that goes away, for the tests of commands. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import { main } from '../../../src/commands/cli.js';

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process. */
export async function run(...argv: readonly string[]): Promise<Answer> {
  let out = '';
  let err = '';
  const code = await main(argv, {
    out: {
      write: (text) => {
        out += text;
      },
    },
    err: {
      write: (text) => {
        err += text;
      },
    },
    env: {},
  });
  return { code, out, err };
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new folder, removed after the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'unwindiff-'));
  folders.push(path);
  return path;
}

/** A file in a new folder. */
export function file(name: string, content: string | Uint8Array): string {
  const path = join(folder(), name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** The posted design releases a cgroup as the task that another path holds in the same register. */
export const WRONG_KIND = `;! case: one register holds a task or a cgroup at the same throw
;! origin: hand

main:
    r6 = r1
    r1 = *(u32 *)(r6 + 48)
    if r1 == 0 goto group
    call bpf_task_from_pid
    goto both
group:
    call bpf_cgroup_from_id
both:
    r7 = r0
    if r7 == 0 goto done
    r1 = 7
    call bpf_throw
done:
    r0 = 0
    exit
`;

/** The posted design misses the throw once code stands in front of it. */
export const MOVED = `;! case: code in front of a throw leaves its descriptor behind
;! origin: hand
;! patch: remove dead
;! patch: before 6 2

main:
    r1 = 1
    call bpf_task_from_pid
    r6 = r0
    r7 = 5
    r7 += 1
    r1 = 7
    call bpf_throw
    exit
`;
