/** Every way in which a subject, its answer, a step or a line can be of the wrong shape, and the words for it. */
import { describe, expect, it } from 'vitest';
import { flawOfAnswer, flawOfLines, flawOfStep, flawOfSubject, isSubject, shown } from '../../../src/subjects/flaws.js';
import { SUBJECTS } from '../../../src/subjects/registry.js';
import { perFrame } from '../../../src/subjects/runtime-table/runtime-table.js';
import { analyse } from '../../../src/verify/walk.js';
import { programOf } from './states.js';
import { stoppedOf } from './stopped.js';

const PROGRAM = programOf(`
main:
    r1 = type[node] ll
    call bpf_obj_new_impl
    if r0 == 0 goto done
    r7 = r0
    call guard
    r1 = r7
    call bpf_obj_drop_impl
done:
    r0 = 0
    exit
guard:
    r1 = 7
    call bpf_throw
    exit
`);
const ANALYSIS = analyse(PROGRAM, { pruning: 'exact' });
if (ANALYSIS.refusal !== undefined) throw new Error(ANALYSIS.refusal.message);
const INPUT = { program: PROGRAM, analysis: ANALYSIS, stopAt: 'throw' } as const;
const RIGHT = perFrame.prepare(INPUT);
if (!RIGHT.ok) throw new Error('the table takes it');
const { program, pcMap, cost, intrinsics } = RIGHT;
const [push] = intrinsics;

describe('flawOfSubject', () => {
  it('flawOfSubject finds nothing wrong with ours', () => {
    expect(SUBJECTS.map(flawOfSubject)).toEqual(SUBJECTS.map(() => undefined));
  });

  const mine = { name: 'mine/x', stops: 'throw', prepare: () => ({}) };
  it.each([
    [7, 'expected a subject, an object with name, stops and prepare, found 7'],
    [{ ...mine, name: 'my design' }, "name: expected words like 'design/policy', found 'my design'"],
    [{ ...mine, name: '/x' }, 'name: '],
    [{ ...mine, name: 'verifier' }, 'name: '],
    [{ ...mine, name: undefined }, 'name: '],
    [{ ...mine, stops: 'window' }, "stops: expected one of throw, points, anywhere, found 'window'"],
    [{ ...mine, know: 7 }, 'know: expected a function, found 7'],
    [{ ...mine, prepare: {} }, 'prepare: expected a function, found an object with nothing'],
  ])('flawOfSubject of %j', (value, words) => {
    expect(flawOfSubject(value)).toContain(words);
    expect(isSubject(value)).toBe(false);
    expect(isSubject(mine)).toBe(true);
  });
});

describe('flawOfAnswer', () => {
  it('flawOfAnswer finds nothing wrong with what ours answer', () => {
    for (const subject of SUBJECTS) expect(flawOfAnswer(subject.prepare(INPUT), INPUT), subject.name).toBeUndefined();
  });

  it('flawOfAnswer takes an object with methods of a class', () => {
    class Answer {
      readonly ok = true;
      readonly program = program;
      readonly pcMap = pcMap;
      readonly cost = cost;
      readonly reserved = [16, 0];
      readonly intrinsics = intrinsics;
      unwind() {
        return [];
      }
      describe() {
        return [];
      }
    }
    expect(flawOfAnswer(new Answer(), INPUT)).toBeUndefined();
  });

  const refusal = { code: 'merge-failure', pc: 0, message: 'paths differ' };
  const other = programOf('main:\n    r0 = 0\n    exit\n');
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'expected { ok: true, … } or { ok: false, refusal }, found undefined'],
    ['ok of another type', { ok: 1 }, 'expected { ok: true, … }'],
    ['no refusal', { ok: false }, 'refusal: expected an object with code, pc and message, found undefined'],
    [
      'a code of its own',
      { ok: false, refusal: { ...refusal, code: 'bored' } },
      'refusal: code: expected one of held-reference,',
    ],
    ['a code of the walk', { ok: false, refusal: { ...refusal, code: 'infinite-loop' } }, 'refusal: code: '],
    [
      'a pc beyond the program',
      { ok: false, refusal: { ...refusal, pc: 99 } },
      `the pc of an instruction below ${PROGRAM.length}, found 99`,
    ],
    ['the pc of a second slot', { ok: false, refusal: { ...refusal, pc: 1 } }, 'refusal: pc: '],
    [
      'an empty message',
      { ok: false, refusal: { ...refusal, message: '' } },
      "refusal: message: expected a line of text, found ''",
    ],
    ['a message of two lines', { ok: false, refusal: { ...refusal, message: 'a\nb' } }, 'refusal: message: '],
    [
      'a strange place',
      { ok: false, refusal: { ...refusal, location: { in: 'register', register: 3 } } },
      'refusal: location: register: expected 6 to 9, found 3',
    ],
    ['no unwinder', { ...RIGHT, unwind: [] }, 'unwind: expected a function, found a list of 0'],
    ['no description', { ...RIGHT, describe: undefined }, 'describe: expected a function'],
    [
      'a program of its own making',
      { ...RIGHT, program: { ...program, op: [1, 2] } },
      'program: expected the program given, or one that patch made',
    ],
    [
      'invalid slots',
      { ...RIGHT, program: { ...program, imm: program.imm, code: new Int32Array(program.length) } },
      'program: it is not valid',
    ],
    [
      'another number of subprograms',
      { ...RIGHT, program: other },
      'program: expected the 2 subprograms of the original, found 1',
    ],
    ['no map', { ...RIGHT, pcMap: undefined }, 'pcMap: expected an object with toPrepared and toOriginal'],
    [
      'a short map',
      { ...RIGHT, pcMap: { ...pcMap, toPrepared: [0] } },
      `pcMap.toPrepared: expected ${PROGRAM.length} pcs, found a list of 1`,
    ],
    [
      'a pc that is none',
      { ...RIGHT, pcMap: { ...pcMap, toOriginal: Array.from({ length: program.length }, () => 99) } },
      'pcMap.toOriginal: [0]: expected a pc below',
    ],
    ['a wrong list of served pcs', { ...RIGHT, pcMap: { ...pcMap, serves: [-2] } }, 'pcMap.serves: '],
    ['no cost', { ...RIGHT, cost: 7 }, 'cost: expected an object, found 7'],
    [
      'the stack of one subprogram',
      { ...RIGHT, cost: { ...cost, stack: [16] } },
      'cost.stack: expected 2 multiples of 8',
    ],
    ['an odd stack', { ...RIGHT, cost: { ...cost, stack: [20, 0] } }, 'cost.stack: expected 2 multiples of 8'],
    ['nothing reserved', { ...RIGHT, reserved: undefined }, 'reserved: expected 2 multiples of 8'],
    [
      'more reserved than there is',
      { ...RIGHT, reserved: [24, 0] },
      'cost.stack[0]: expected at least 0 bytes of the program and 24 reserved ones, found 16',
    ],
    [
      'a wrong sum',
      { ...RIGHT, cost: { ...cost, chain: 8 } },
      'cost.chain: expected 16, which the frames of cost.stack sum up to, found 8',
    ],
    [
      'too much stack',
      { ...RIGHT, cost: { ...cost, stack: [16, 512], chain: 528 } },
      'cost.chain: expected at most 512, or a refusal stack-limit, found 528',
    ],
    ['half a byte', { ...RIGHT, cost: { ...cost, metadataBytes: 0.5 } }, 'cost.metadataBytes: '],
    ['a negative number', { ...RIGHT, cost: { ...cost, instructionsAdded: -1 } }, 'cost.instructionsAdded: '],
    ['no intrinsics', { ...RIGHT, intrinsics: undefined }, 'intrinsics: expected a list'],
    [
      'an intrinsic elsewhere',
      { ...RIGHT, intrinsics: [{ ...push, pc: 0 }] },
      'intrinsics[0].pc: expected the pc of an inserted call, found 0',
    ],
    ['an intrinsic without a name', { ...RIGHT, intrinsics: [{ ...push, name: '' }] }, 'intrinsics[0].name: '],
    [
      'an intrinsic that does nothing',
      { ...RIGHT, intrinsics: [push, { ...push, run: 1 }] },
      'intrinsics[1].run: expected a function, found 1',
    ],
  ])('flawOfAnswer names %s', (_, answer, words) => {
    expect(flawOfAnswer(answer, INPUT)).toContain(words);
  });

  it('flawOfAnswer names a stack that the program itself needs', () => {
    const deep = programOf('main:\n    *(u64 *)(r10 - 24) = 0\n    r0 = 0\n    exit\n');
    const input = { program: deep, analysis: analyse(deep, { pruning: 'exact' }), stopAt: 'throw' } as const;
    const answer = perFrame.prepare(input);
    if (!answer.ok) throw new Error('it takes it');
    const flaw = flawOfAnswer({ ...answer, cost: { ...answer.cost, stack: [16] } }, input);
    expect(flaw).toBe('cost.stack[0]: expected at least the 24 bytes the program uses, found 16');
  });
});

describe('flawOfStep', () => {
  const stopped = stoppedOf([
    { subprogram: 0, pc: 5 },
    { subprogram: 1, pc: 10 },
  ]);
  const step = {
    do: 'release',
    frame: 1,
    from: { in: 'stack', offset: -8 },
    address: 1n,
    destructor: 'bpf_obj_drop_impl(node)',
    because: 'local-object',
  };
  it.each([
    step,
    { ...step, frame: 0, from: { in: 'register', register: 9 } },
    { ...step, from: { in: 'table', index: 3 } },
    { do: 'run', frame: 1, pc: 2 },
    { do: 'resume', program: PROGRAM, pcs: [2, 0] },
  ])('flawOfStep takes %#', (each) => {
    expect(flawOfStep(each, stopped, PROGRAM)).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ['nothing', null, "expected { do: 'release' | 'run' | 'resume', … }, found null"],
    ['a frame that is not there', { ...step, frame: 2 }, 'frame: expected one of 2 frames, 0 = main, found 2'],
    [
      'a place that is none',
      { ...step, from: 'r7' },
      "from: expected { in: 'register' | 'stack' | 'table', … }, found 'r7'",
    ],
    [
      'a slot above the frame',
      { ...step, from: { in: 'stack', offset: 8 } },
      'from: offset: expected -512 to -1, found 8',
    ],
    ['an entry below the first', { ...step, from: { in: 'table', index: -1 } }, 'from: index: '],
    ['an address that is a number', { ...step, address: 1 }, 'address: expected a bigint, found 1'],
    ['no destructor', { ...step, destructor: '' }, 'destructor: '],
    ['a claim of two words', { ...step, because: 'my own' }, 'because: expected a word without slashes'],
    ['a claim with a slash', { ...step, because: 'a/b' }, 'because: '],
    ['a pad in a second slot', { do: 'run', frame: 0, pc: 1 }, 'pc: expected the pc of an instruction, found 1'],
    ['a clone that is no program', { do: 'resume', program: {}, pcs: [0, 0] }, 'program: expected a program'],
    ['a frame that does not go on', { do: 'resume', program: PROGRAM, pcs: [0] }, 'pcs: expected 2 pcs'],
    [
      'a pc in a second slot',
      { do: 'resume', program: PROGRAM, pcs: [0, 1] },
      'pcs[1]: expected the pc of an instruction',
    ],
  ])('flawOfStep names %s', (_, each, words) => {
    expect(flawOfStep(each, stopped, PROGRAM)).toContain(words);
  });
});

describe('flawOfLines', () => {
  it('flawOfLines names what is no line', () => {
    expect(flawOfLines(['a', 'b: c'])).toBeUndefined();
    expect(flawOfLines('a')).toContain('expected a list of lines');
    expect(flawOfLines(['a', 'b\nc'])).toContain('[1]: expected a line of text');
  });
});

describe('shown', () => {
  it('shown is short and says what a value is', () => {
    expect([shown(undefined), shown(5n), shown([1, 2]), shown({ a: 1 }), shown(() => 0), shown('x')]).toEqual([
      'undefined',
      '5',
      'a list of 2',
      'an object with a',
      'a function',
      "'x'",
    ]);
    expect(shown('x'.repeat(1000)).length).toBeLessThan(50);
  });
});
