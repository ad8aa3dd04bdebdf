/** Every law is kept by ours, and broken by a subject that does the one thing it forbids. */
import { describe, expect, it } from 'vitest';
import { PROFILES } from '../../../generators/profile.js';
import type { Program } from '../../../src/isa/program.js';
import { SubjectFailure } from '../../../src/subjects/failure.js';
import { rfcV1, sound } from '../../../src/subjects/frame-descriptors/frame-descriptors.js';
import { guardSubject } from '../../../src/subjects/guard.js';
import { mainline } from '../../../src/subjects/mainline/mainline.js';
import { perFrame } from '../../../src/subjects/runtime-table/runtime-table.js';
import type { Prepared, Subject } from '../../../src/subjects/subject.js';
import { LAWS, type LawInput, wrongIn } from '../../../src/testing/laws.js';
import { sample } from '../../generators/sample.js';
import { programOf } from '../subjects/states.js';

const PROGRAMS = sample(PROFILES['merge-heavy'], 12, 'laws').map(({ program }) => program);

function inputOf(subject: Subject, program: Program, known: readonly string[] = []): LawInput {
  return { subject: guardSubject(subject), program, worlds: 8, known: new Set(known) };
}

/** Titles of the laws that a subject breaks on some program, with the first words for each. */
function brokenBy(subject: Subject): ReadonlyMap<string, string> {
  const broken = new Map<string, string>();
  for (const { title, broken: how } of LAWS) {
    for (const program of PROGRAMS) {
      let words: string | undefined;
      try {
        words = how(inputOf(subject, program));
      } catch (error) {
        if (!(error instanceof SubjectFailure)) throw error;
        words = error.message;
      }
      if (words !== undefined && !broken.has(title)) broken.set(title, words);
    }
  }
  return broken;
}

/** The table, with a change to what it prepares. */
function table(change: (prepared: Prepared, program: Program) => Prepared): Subject {
  return {
    ...perFrame,
    name: 'changed',
    prepare(input) {
      const answer = perFrame.prepare(input);
      return answer.ok ? change(answer, input.program) : answer;
    },
  };
}

describe('LAWS', () => {
  it.each([mainline, sound, perFrame])('LAWS are kept by $name', (subject) => {
    expect(brokenBy(subject)).toEqual(new Map());
  });

  it('LAWS are broken by rfc-v1 only where it releases', () => {
    expect([...brokenBy(rfcV1).keys()]).toEqual(['releases what is held, once, by its destructor, and nothing else']);
  });

  it.each<[string, Subject, string]>([
    [
      'prepares every program, or refuses it with a reason at a pc',
      table((prepared) => ({ ...prepared, describe: () => ['two\nlines'] })),
      'describe: [0]: expected a line of text',
    ],
    [
      'refuses stops that are finer than it supports',
      { ...perFrame, stops: 'throw' },
      'but accepts the program with stops at points',
    ],
    [
      'maps pcs both ways',
      table((prepared) => {
        const { toOriginal } = prepared.pcMap;
        return {
          ...prepared,
          pcMap: { ...prepared.pcMap, toOriginal: Array.from(toOriginal, (pc) => (pc === 3 ? 4 : pc)) },
        };
      }),
      'original 3 is ',
    ],
    [
      'maps pcs both ways',
      table((prepared) => {
        const { serves = [] } = prepared.pcMap;
        return { ...prepared, pcMap: { ...prepared.pcMap, serves: Array.from(serves, (pc) => (pc === 3 ? 4 : pc)) } };
      }),
      'original 3 serves 4',
    ],
    [
      'counts the instructions that it adds',
      table((prepared) => ({ ...prepared, cost: { ...prepared.cost, instructionsAdded: 0 } })),
      'cost.instructionsAdded is 0; ',
    ],
    [
      'changes nothing that a run without a throw can show',
      table((prepared) => ({ ...prepared, reserved: prepared.reserved.map(() => 0) })),
      'behaviour-differs: ',
    ],
    [
      'releases what is held, once, by its destructor, and nothing else',
      table((prepared) => ({ ...prepared, unwind: () => [] })),
      'leak/nothing/unlisted/',
    ],
    [
      'releases what is held, once, by its destructor, and nothing else',
      {
        ...sound,
        prepare(input) {
          const answer = sound.prepare(input);
          if (!answer.ok) return answer;
          const { maintain: _, ...fixed } = answer;
          return fixed;
        },
      },
      '/patched/',
    ],
  ])('LAWS: %s (%#)', (title, subject, words) => {
    expect(brokenBy(subject).get(title)).toContain(words);
  });

  const again = 'gives the same answer again, whatever it prepared in between';
  it('LAWS: a subject that remembers something across programs is not the same again', () => {
    let prepared = 0;
    const counting = table((answer) => ({ ...answer, cost: { ...answer.cost, metadataBytes: prepared++ } }));
    expect(brokenBy(counting).get(again)).toContain('the second answer differs: ');
    // One table for all programs: the unwinder of an earlier one reads what a later one left there.
    let latest: Prepared['unwind'] = () => [];
    const shared = table((answer) => {
      latest = answer.unwind;
      return { ...answer, unwind: (stopped) => latest(stopped) };
    });
    expect(brokenBy(shared).get(again)).toContain('is another thing after it prepared something else: ');
    const refusing: Subject = {
      ...perFrame,
      prepare: () => ({ ok: false, refusal: { code: 'no-destructor', pc: 0, message: `time ${prepared++}` } }),
    };
    expect(brokenBy(refusing).get(again)).toContain('the second answer differs: ');
  });

  it('LAWS say nothing of programs that do not verify', () => {
    const never: Subject = { ...perFrame, prepare: () => expect.unreachable('it was asked') };
    const unverified = programOf('main:\n    r0 = r9\n    exit\n');
    for (const { broken } of LAWS) expect(broken(inputOf(never, unverified))).toBeUndefined();
  });
});

describe('wrongIn', () => {
  it('wrongIn names defect, detail and world, unless the defect is known', () => {
    const leaking = table((prepared) => ({ ...prepared, unwind: () => [] }));
    const found = PROGRAMS.map((program) => wrongIn(inputOf(leaking, program), [])).find((how) => how !== undefined);
    expect(found).toMatch(/^leak\/nothing\/unlisted\/\w+\/\w+: .*never released; in the world cb=\[/);
    const known = ['register', 'stack', 'nowhere'].flatMap((place) =>
      ['thrower', 'caller'].map((frame) => `leak/nothing/unlisted/${place}/${frame}`),
    );
    expect(PROGRAMS.map((program) => wrongIn(inputOf(leaking, program, known), []))).toEqual(
      PROGRAMS.map(() => undefined),
    );
  });
});
