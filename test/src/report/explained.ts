/** Explanations of cases given as text, and parts of them, for the tests of reports. */
import { readFileSync } from 'node:fs';
import picocolors from 'picocolors';
import type { Case } from '../../../src/case/case.js';
import { readCase } from '../../../src/case/read.js';
import type { ExplainedDescriptors, ExplainedTables } from '../../../src/report/explain-design.js';
import { type ExplainSettings, type Explanation, explainCase } from '../../../src/report/explain-model.js';
import type { States } from '../../../src/report/explain-states.js';
import { SUBJECTS } from '../../../src/subjects/registry.js';

export const plain = picocolors.createColors(false);
export const coloured = picocolors.createColors(true);

/** The case of a text; errors are thrown. */
export function caseOf(text: string): Case {
  const read = readCase(text);
  if (!read.ok) throw new Error(read.errors.map(({ line, message }) => `${line}: ${message}`).join('; '));
  return read.case;
}

/** The case of a corpus file. */
export function corpusCase(name: string): Case {
  return caseOf(readFileSync(`corpus/${name}.bpf`, 'utf8'));
}

/** One subject of each sort: what is told does not change with the number of designs. */
const TELLING = ['mainline', 'frame-descriptors/rfc-v1', 'frame-descriptors/sound', 'runtime-table/per-frame'];
const subjects = SUBJECTS.filter(({ name }) => TELLING.includes(name));

/** The explanation of a case by these subjects. */
export function explain(of: Case, more: Partial<ExplainSettings> = {}): Explanation {
  return explainCase(of, { subjects, pruning: 'exact', worlds: 8, seed: '1', ...more });
}

export function statesOf(explanation: Explanation): States {
  if (explanation.states === undefined) throw new Error('the program does not verify');
  return explanation.states;
}

/** What a descriptor design knows. */
export function descriptorsOf(explanation: Explanation, policy: string): ExplainedDescriptors {
  const knows = explanation.designs.find(({ name }) => name === `frame-descriptors/${policy}`)?.knows;
  if (knows?.is !== 'descriptors') throw new Error(`${policy} knows nothing`);
  return knows;
}

/** What the table design knows. */
export function tablesOf(explanation: Explanation): ExplainedTables {
  const knows = explanation.designs.find(({ name }) => name === 'runtime-table/per-frame')?.knows;
  if (knows?.is !== 'tables') throw new Error('the table knows nothing');
  return knows;
}

/** A register holds a cgroup on one path, a task on the other; its copy is in the caller. Comments are kept. */
export const TWO_KINDS = `;! case: two kinds in one register
;! origin: hand
;! run: cb=[0]  => throw 1  holds=[task#1]
;! run: cb=[1]  => throw 1  holds=[cgroup#1]

; where it begins
main:                             ; the entry
    r1 = *(u32 *)(r1 + 48)
    if r1 == 0 goto task
    r1 = 1
    call bpf_cgroup_from_id       ; one way
    r6 = r0
    goto both
task:
    r1 = 1
    call bpf_task_from_pid
    r6 = r0
both:
    call thrower
    exit
thrower:
; the throw itself
    r1 = 1
    call bpf_throw                ;! refuse: mainline: held-reference ;! refuse: frame-descriptors/sound: merge-failure
    exit
`;
