/** Tests of the story of one world for people. */
import { describe, expect, it } from 'vitest';
import type { Case } from '../../../src/case/case.js';
import type { WorldStory } from '../../../src/report/explain-world.js';
import { otherWorldsText, worldNames, worldSection } from '../../../src/report/explain-world-text.js';
import { caseOf, coloured, corpusCase, explain, plain, TWO_KINDS } from './explained.js';

function told(
  of: Case,
  number = 1,
  paint = plain,
  change: (story: WorldStory) => WorldStory = (story) => story,
): string {
  const { count, stories } = explain(of).worlds;
  const story = stories.find((each) => each.number === number);
  if (story === undefined) throw new Error(`no world ${number}`);
  return worldSection(change(story), count, of.program, paint);
}

describe('worldSection', () => {
  it('worldSection tells acquires, the throw with its state, the truth, and frame by frame who released what', () => {
    expect(told(caseOf(TWO_KINDS))).toBe(`World 1 of 2: (nothing set: all inputs 0, no acquire fails) => throw 1
     7  main     call bpf_task_from_pid  acquires task#1
     9  main     call thrower            enters thrower
    12  thrower  call bpf_throw          throws in state B
  held here:
    task#1  in r6 of main  to be released once, by bpf_task_release
  runtime-table/per-frame has in its tables:
    table[0] of main  fp-16  task#1  type 1, bpf_task_release
  frame 1, thrower at 12
    frame-descriptors/rfc-v1  -  nothing to release is listed
    runtime-table/per-frame   -  no entry in use
  frame 0, main at 9
    frame-descriptors/rfc-v1  r6        bpf_cgroup_release of task#1  WRONG: another kind
    runtime-table/per-frame   table[0]  bpf_task_release of task#1    right
  afterwards
    frame-descriptors/rfc-v1  WRONG: wrong-destructor/kernel-object/other-kind/register/caller
    runtime-table/per-frame   right: all released, each once
`);
  });

  it.each([
    [
      'a second release',
      'accept/aliases/two-registers-of-the-caller',
      1,
      /r7 +bpf_task_release of task#1 +WRONG: a second time/,
    ],
    [
      'an entry passed over',
      'found/leak-nothing-unlisted-register-caller',
      1,
      /r6 +reads as 0: passed over +WRONG: there is ring#1/,
    ],
    ['a leak', 'found/leak-nothing-unlisted-register-caller', 1, /WRONG: leak\/.*; leaked: ring#1/],
    [
      'a frame left',
      'found/leak-nothing-unlisted-register-caller',
      1,
      /no descriptor: left at once, no register restored/,
    ],
    ['an exit', 'accept/frames/callee-returns-a-task', 2, /exit +ends: exit 0\n {2}nothing is held\n$/],
    ['a failed acquire', 'accept/frames/callee-returns-a-task', 2, /acquires nothing: NULL/],
    [
      'a resource handed on',
      'accept/frames/callee-returns-a-task',
      1,
      /exit +returns; task#1 now belongs to its caller/,
    ],
    [
      'a stop',
      'readme',
      6,
      /stop=18 => stop[\s\S]*is stopped before this\n {2}held here:\n {4}ring#1 +in r0 of main\n/,
    ],
    ['an end of fuel', 'readme', 7, /fuel=6 => fuel[\s\S]*is out of fuel/],
    [
      'nothing to do',
      'readme',
      4,
      /nothing is held, so nothing may be released\n {2}released by none of frame-descriptors\/rfc-v1, [\s\S]*: right/,
    ],
    ['a NULL that is listed', 'accept/frames/eight-frames', 2, /fp-8 +is NULL: nothing to release/],
    ['garbage', 'refuse/merge/misc-second', 2, /fp-8 +bpf_task_release of the number 1 +WRONG: no resource/],
  ])('worldSection tells %s', (_, name, number, words) => {
    expect(told(corpusCase(name), number)).toMatch(words);
  });

  it('worldSection says of a foreign register that it is not its own', () => {
    const text = told(corpusCase('found/garbage-release-kernel-object-foreign-register-register-caller'));
    expect(text.replaceAll(/\s+/g, ' ')).toContain('of the context WRONG: foreign register');
  });

  it('worldSection shows the beginning and the end of a long run', () => {
    const event = { did: 'acquire', pc: 7, frame: 0, resource: 'task#1' } as const;
    const text = told(caseOf(TWO_KINDS), 1, plain, (story) => ({
      ...story,
      history: Array.from({ length: 100 }, (_, number) => ({ ...event, resource: `task#${number}` })),
    }));
    expect(text).toContain('… 64 more …');
    expect(text.match(/acquires task#\d+/g)?.length).toBe(36);
    expect(text).toContain('acquires task#99');
  });

  it('worldSection breaks a long list of inputs', () => {
    const text = told(caseOf(TWO_KINDS), 1, plain, (story) => ({
      ...story,
      world: { ...story.world, draw: Array.from({ length: 30 }, () => 2n ** 64n - 1n) },
    }));
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(text.match(/18446744073709551615/g)?.length).toBe(30);
  });

  it('worldSection says how a rewrite went another way', () => {
    const text = told(caseOf(TWO_KINDS), 1, plain, (story) => ({
      ...story,
      designs: [{ design: 'mine', verdict: 'table-overflow', detail: 'no free entry', frames: [], leaked: [] }],
    }));
    expect(text).toContain('mine  WRONG: table-overflow: no free entry');
  });

  it('worldSection paints right green and wrong red on a terminal', () => {
    const text = told(caseOf(TWO_KINDS), 1, coloured);
    expect(text).toContain(coloured.red('WRONG: another kind'));
    expect(text).toContain(coloured.green('right'));
  });
});

describe('otherWorldsText', () => {
  it('otherWorldsText counts the worlds that are not told', () => {
    expect([otherWorldsText(7, 1), otherWorldsText(2, 2)]).toEqual(['  6 other worlds are left out by --world.\n', '']);
  });
});

describe('worldNames', () => {
  it('worldNames counts', () => {
    expect([worldNames([1]), worldNames([1, 3])]).toEqual(['world 1', 'worlds 1 and 3']);
  });
});
