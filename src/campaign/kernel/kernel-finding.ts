/** What a run of the kernel's saves: a program as a case, with what both sides said as comments behind it. */
import type { Case } from '../../case/case.js';
import { writeCase } from '../../case/write.js';
import type { Program } from '../../isa/program.js';

/** A file that a worker has written in memory: `name` is its path below the folder of findings. */
export interface SavedText {
  readonly name: string;
  readonly text: string;
}

/** A program that a leg asked about, under a name such as the class of a disagreement. */
export function savedText(
  program: Program,
  leg: string,
  name: string,
  origin: { readonly seed: string; readonly index: number },
  said: readonly string[],
): SavedText {
  const found: Case = {
    title: `${leg}: ${name}`,
    origin: { by: 'fuzz', ...origin },
    program,
    runs: [],
    refusals: [],
    known: [],
    patches: [],
    expected: [],
  };
  const lines = said.map((line) => `; ${line}`.trimEnd());
  return { name: `${fileName(leg)}/${fileName(name)}.bpf`, text: `${writeCase(found)}\n${lines.join('\n')}\n` };
}

function fileName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
