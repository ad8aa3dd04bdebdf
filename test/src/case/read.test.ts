import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCase } from '../../../src/case/read.js';
import { writeCase } from '../../../src/case/write.js';

const EXAMPLE = readFileSync('corpus/accept/nullness/caller-holds-on-one-path.bpf', 'utf8');
const PROGRAM = 'main:\n    r0 = 0\n    exit\n';
const headed = (...directives: readonly string[]) =>
  `;! case: c\n${directives.map((d) => `${d}\n`).join('')}\n${PROGRAM}`;

function errorsOf(text: string): readonly string[] {
  const read = readCase(text);
  return read.ok ? [] : read.errors.map(({ line, column, message }) => `${line}:${column}: ${message}`);
}

describe('readCase', () => {
  it('reads the example of the manual', () => {
    const read = readCase(EXAMPLE);
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    expect(read.case.title).toBe('the caller holds a task on one path only; the callee throws');
    expect(read.case.origin).toEqual({ by: 'hand' });
    expect(read.case.runs).toEqual([
      { world: world([0, 0]), stop: undefined, outcome: { how: 'exit', value: 0n }, holds: [] },
      { world: world([1, 1]), stop: undefined, outcome: { how: 'throw', value: 7n }, holds: ['task#1'] },
      { world: world([1, 1], [1]), stop: undefined, outcome: { how: 'throw', value: 7n }, holds: [] },
    ]);
    expect(read.case.refusals).toEqual([{ subjects: ['mainline'], code: 'held-reference', words: 'task#1', pc: 15 }]);
    expect(read.case.expected).toHaveLength(3);
    expect(read.lines[15]).toBe(27);
    expect(writeCase(read.case)).toBe(EXAMPLE);
  });

  it.each([
    [';! cases: x', "2:4: unknown directive 'cases'; did you mean 'case'?"],
    [
      ';! flavour: x',
      "2:4: unknown directive 'flavour'; expected one of case, origin, pruning, stop-at, type, map, global, pads, patch, run, known",
    ],
    [';! case: again', "2:4: 'case' is given twice"],
    [';! case again', "2:8: expected ':' after 'case'"],
    [';! origin: me', "2:12: expected 'hand' or 'fuzz', found 'me'"],
    [';! origin: fuzz seed=1', '2:23: expected index=…'],
    [';! refuse: mainline: held-reference', "2:4: misplaced 'refuse': it stands behind the instruction it is about"],
    [';! pruning: some', "2:13: unknown pruning 'some', expected off, exact, kernel-like, kernel-like-every"],
    [';! pruning: off on', '2:17: '],
    [';! type: node', '2:14: expected its size in bytes'],
    [';! type: node 0', '2:15: size out of range: 0'],
    [';! map: m hash 4096', "2:11: unknown map type 'hash', expected ringbuf"],
    [';! map: m ringbuf 5000', '2:19: expected a power of two, found 5000'],
    [';! global: main main', "2:17: 'main' is named twice"],
    [';! global: guard', "2:12: unknown label 'guard'"],
    [';! pads: 0 0 1', '2:10: expected begin < end'],
    [';! pads: 0 1 7', '2:10: no instruction of the cleanup section starts at 7'],
    [';! known: mainline: leak/x', "2:27: expected ';' and a reason"],
    [';! known: mainline leak ; r', "2:19: expected ':' after 'mainline'"],
    [';! run: cb=[0]', "2:15: expected '=>' and an outcome"],
    [';! run: stop=9 => stop  holds=[]', '2:9: stop=9: no instruction starts at this pc'],
    [' ;! run: => exit 0  holds=[]', '2:2: expected the directive in column one'],
  ])('locates %s', (directive, message) => {
    const [first = ''] = errorsOf(headed(directive)).filter((error) => error.startsWith('2:'));
    expect(first.slice(0, message.length)).toBe(message);
  });

  it('requires a case', () => {
    expect(errorsOf(`;! origin: hand\n\n${PROGRAM}`)).toEqual(["1:1: expected a directive ';! case: …'"]);
  });

  it.each([
    ['main:\n    r0 = 0    ;! run: => exit 0\n    exit\n', "4:18: misplaced directive 'run'"],
    ['main:               ;! refuse: mainline: held-reference\n    exit\n', "3:24: misplaced 'refuse'"],
    ['main:\n    exit    ;! refuse: mainline: too-held\n', "4:34: unknown refusal code 'too-held'"],
    ['main:\n    exit    ;! refuse: mainline held-reference\n', '4:47: expected SUBJECT…: CODE words'],
    ['main:\n    exit    ; why ;! refuse: mainline: held-reference\n', '4:19: misplaced directive'],
    ['main:\n;! run: => exit 0  holds=[]\n    exit\n', '4:1: misplaced directive: it stands above the first label'],
    ['main:\n    exit\n\n;> a\n; b\n', "7:1: expected another ';>' line or the end of the file"],
    [';> a\nmain:\n    exit\n', '3:1: misplaced expected line'],
    ['main:\n    r0 = r12\n    exit\n', '4:10: register out of range'],
    ['main:\n    r0 = 0\n    goto out\nout:\n    exit\n    exit\n', '8:5: unreachable-insn: unreachable insn 3'],
  ])('locates what is wrong in %j', (program, message) => {
    expect(errorsOf(`;! case: c\n\n${program}`)[0]?.slice(0, message.length)).toBe(message);
  });

  it.each([
    ['main:\n    r0=0\n    exit\n', "4:7: not in canonical form, expected '    r0 = 0'"],
    ['main:\n  r0 = 0\n    exit\n', "4:3: not in canonical form, expected '    r0 = 0'"],
    ['main:\n    r0 = 0x7\n    exit\n', "4:10: not in canonical form, expected '    r0 = 7'"],
    ['main:\n    call bpf_obj_new\n    exit\n', "4:21: not in canonical form, expected '    call bpf_obj_new_impl'"],
    ['main:\n    exit \n', "4:9: not in canonical form, expected '    exit'"],
    ['main:\n    exit\n;> a\n', '5:1: not in canonical form, expected an empty line'],
  ])('enforces canonical spacing in %j', (program, message) => {
    expect(errorsOf(`;! case: c\n\n${program}`)).toEqual([message]);
  });

  it('enforces canonical spacing of directives and of the end of the file', () => {
    expect(errorsOf(headed(';! run: cb=[0] => exit 0 holds=[]'))).toEqual([
      "2:16: not in canonical form, expected ';! run: cb=[0]  => exit 0  holds=[]'",
    ]);
    expect(errorsOf(`;!  case: c\n\n${PROGRAM}`)[0]).toMatch(/^1:4: not in canonical form/);
    expect(errorsOf(`;! case: c\n${PROGRAM}`)).toEqual(['2:1: not in canonical form, expected an empty line']);
    expect(errorsOf(`;! case: c\n\n${PROGRAM}\n`)).toEqual([]);
    expect(errorsOf(`;! case: c\n\n${PROGRAM.trimEnd()}`)[0]).toMatch(/not in canonical form/);
  });

  it('leaves comments, blank lines and the order of directives to people', () => {
    const text = [
      '; about',
      ';! run: => exit 0  holds=[]',
      '; between',
      '',
      ';! case: c',
      '',
      '; entry',
      'main:          ; label',
      '  ; indented',
      '    r0 = 0 ; one; two',
      '',
      '    exit ;! refuse: mainline a/b: held-reference task#1 ;! refuse: c: merge-failure ; both',
      '; last',
      '',
    ].join('\n');
    const read = readCase(text);
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    expect(writeCase(read.case)).toBe(text);
    expect(read.case.refusals).toEqual([
      { subjects: ['mainline', 'a/b'], code: 'held-reference', words: 'task#1', pc: 1 },
      { subjects: ['c'], code: 'merge-failure', words: '', pc: 1 },
    ]);
  });

  it('answers with located errors, never an exception, whatever the text', () => {
    const readme = readFileSync('corpus/readme.bpf', 'utf8');
    const piece = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom(';!', ';>', '\n', '[', ' ', 'r11', ':', '=>', '-', '#'),
    );
    fc.assert(
      fc.property(fc.nat(readme.length), fc.nat(12), piece, (at, cut, insert) => {
        const text = readme.slice(0, at) + insert + readme.slice(at + cut);
        const read = readCase(text);
        if (read.ok) expect(writeCase(read.case)).toBe(text);
        else expect(read.errors.every(({ line, column }) => line >= 1 && column >= 1)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

function world(cb: readonly number[], fail: readonly number[] = []) {
  return { cb, draw: [], fail, fuel: 100_000 };
}
