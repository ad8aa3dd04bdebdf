/** Tests of what designs know, for people. */
import { describe, expect, it } from 'vitest';
import type { DesignExplanation } from '../../../src/report/explain-design.js';
import { designSection } from '../../../src/report/explain-design-text.js';
import { caseOf, corpusCase, explain, plain, TWO_KINDS } from './explained.js';

function section(of: ReturnType<typeof caseOf>, name: string): string {
  const design = explain(of).designs.find((each) => each.name === name);
  if (design === undefined) throw new Error(`no ${name}`);
  return designSection(
    design,
    of.program.subprograms.map((each) => each.name),
    plain,
  );
}

const RFC = 'frame-descriptors/rfc-v1';
const SOUND = 'frame-descriptors/sound';
const TABLE = 'runtime-table/per-frame';

describe('designSection', () => {
  it('designSection gives the rule that made each entry and marks what it does not fit', () => {
    const text = section(caseOf(TWO_KINDS), RFC);
    expect(text).toMatch(/^ {4}r6 +cgroup\? +A: cgroup@3\? +rule 1, no entry yet: taken$/m);
    expect(text).toMatch(/^ +B: task@7\? +rule 5, same type number: the old one stays; WRONG here$/m);
    expect(text).toContain('r7 r8 r9: uninitialised or a scalar, nothing to release');
    expect(text).toMatch(/^ {2}costs \d+ bytes of metadata$/m);
  });

  it.each([
    ['a failed merge', 'refuse/merge/scalar-against-task', /B: scalar +rule 6, neither is NULL: REFUSED/],
    [
      'a failure that is dropped',
      'refuse/merge/misc-second',
      /B: misc +rule 6, neither is NULL: a failure that is ignored/,
    ],
    ['a path without an entry', 'refuse/merge/record-against-borrowed-task', /B: task, not owned +makes no entry, so/],
    ['what is listed nowhere', 'refuse/merge/record-against-borrowed-task', /task@5 of state B is LISTED NOWHERE/],
    ['what is listed twice', 'accept/aliases/two-registers-of-the-caller', /r6 .*LISTED TWICE, also r7$/m],
    ['a copy that is gone', 'accept/aliases/two-registers-of-the-thrower', /released through another copy: now a/],
    [
      'a frame that is left',
      'found/leak-nothing-unlisted-register-caller',
      /sub1 at 20: nothing makes an entry, so there is no/,
    ],
    ['many slots in a row', 'refuse/table/no-room', /fp-8 to fp-488 r8 r9: uninitialised or a scalar/],
  ])('designSection tells of rfc-v1 %s', (_, name, words) => {
    expect(section(corpusCase(name), RFC)).toMatch(words);
  });

  it('designSection tells paths without an entry before the first from those after it', () => {
    const text = section(
      caseOf(`;! case: two paths come by before there is an entry

main:
    r7 = r1
    r6 = 0
    r2 = *(u32 *)(r7 + 48)
    if r2 == 1 goto get
    if r2 == 2 goto both
    r6 = r7
    goto both
get:
    r1 = 1
    call bpf_task_from_pid
    r6 = r0
both:
    r1 = 1
    call bpf_throw
    exit
`),
      RFC,
    );
    expect(text).toMatch(/r6 +task\? +A: ctx +makes no entry; WRONG here$/m);
    expect(text).toMatch(/^ +B: 0 +makes no entry$/m);
    expect(text).toMatch(/^ +C: task@8\? +rule 1, no entry yet: taken$/m);
  });

  it('designSection says why sound lists a place, why it does not, and why it refuses', () => {
    const copies = section(corpusCase('accept/aliases/two-registers-of-the-caller'), SOUND);
    expect(copies).toMatch(/r6 +task\?? +with it every state has each resource listed exactly once/);
    expect(copies).toMatch(/r7 +not listed +task@\d+ of state A is listed already: r6$/m);
    expect(section(corpusCase('accept/kinds/task-in-a-register'), SOUND)).toMatch(
      /the only place that can be listed for task@\d+/,
    );
    const refused = section(caseOf(TWO_KINDS), SOUND);
    expect(refused).toContain(
      'cgroup@3 of state A can be listed nowhere:\n    r6 at 9  another state has there: task@7\n',
    );
    expect(section(corpusCase('refuse/lost/half-overwritten'), SOUND)).toContain(
      'is in no callee-saved register and in no slot',
    );
  });

  it('designSection shows layout, types and inserted code of a table', () => {
    const text = section(corpusCase('accept/frames/callee-returns-a-task'), TABLE);
    expect(text).toContain('costs 32 bytes of stack, 12 bytes of metadata and 4 instructions inserted');
    expect(text).toMatch(/^ {2}get +1 +\[0\] fp-16, type fp-8$/m);
    expect(text).toMatch(/^ {2}type 0 +task +bpf_task_release$/m);
    expect(text).toMatch(/^ {2}zeroing +at the entry of main and get$/m);
    expect(text).toMatch(/^ {2}table_hand_over +before 9$/m);
  });

  it('designSection is empty of a design that only refuses, and has the lines of one that explains nothing', () => {
    const bare: DesignExplanation = { name: 'mine', lines: [] };
    const refusal = { code: 'held-reference', pc: 3, message: 'no' } as const;
    expect(designSection({ ...bare, refusal }, [], plain)).toBe('');
    expect(designSection({ ...bare, lines: ['main 1: x'] }, [], plain)).toContain('main 1: x');
    expect(designSection(bare, [], plain)).toContain('it accepts only programs that hold nothing at a throw');
  });
});
