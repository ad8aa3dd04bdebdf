/** Subjects from outside for tests: modules written to a folder that goes away, and loaded. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { loadSubjects, moduleAt } from '../../../src/subjects/outside.js';
import type { Subject } from '../../../src/subjects/subject.js';

const folder = mkdtempSync(join(tmpdir(), 'unwindiff-subjects-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let written = 0;

/** Writes a module and answers its path; each has a name of its own, because modules are loaded once. */
export function moduleFile(code: string, extension = 'mjs'): string {
  const path = join(folder, `mine-${written++}.${extension}`);
  writeFileSync(path, code);
  return path;
}

/** A subject that accepts every program and releases nothing; `changes` are further fields of its answer, or others. */
export function acceptingAll(name: string, changes = '', before = ''): string {
  return `const identity = (program) => Int32Array.from({ length: program.length }, (_, pc) => pc);
const round = (bytes, unit) => Math.ceil(bytes / unit) * unit;
const chainOf = (program, stack, index = 0) => {
  let below = 0;
  const { start, end } = program.subprograms[index];
  for (let pc = start; pc < end; pc++) {
    if (program.code[pc] !== 0x85 || program.src[pc] !== 1) continue;
    below = Math.max(below, chainOf(program, stack, program.subprogramOf[pc + 1 + program.imm[pc]]));
  }
  return round(stack[index], 16) + below;
};
export const subject = {
  name: '${name}',
  stops: 'throw',
  prepare({ program, analysis, stopAt }) {
    ${before}
    if (stopAt !== 'throw') return { ok: false, refusal: { code: 'unsupported-stop', pc: 0, message: 'throws only' } };
    const same = identity(program);
    const stack = program.subprograms.map((_, index) => round(analysis.stackDepth[index], 8));
    return {
      ok: true,
      program,
      pcMap: { toPrepared: same, toOriginal: same },
      cost: { stack, chain: chainOf(program, stack), metadataBytes: 0, instructionsAdded: 0 },
      reserved: program.subprograms.map(() => 0),
      intrinsics: [],
      unwind: () => [],
      describe: () => [],
      ${changes}
    };
  },
};
`;
}

/** The subjects of one module. */
export async function loaded(code: string): Promise<readonly Subject[]> {
  const answer = await loadSubjects([moduleAt(moduleFile(code))]);
  if (!answer.ok) throw new Error(answer.message);
  return answer.subjects;
}

/** The one subject of a module. */
export async function loadedOne(code: string): Promise<Subject> {
  const [subject] = await loaded(code);
  if (subject === undefined) throw new Error('the module exports none');
  return subject;
}
