/** The two forced spills as subjects. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatDefect } from '../../../../oracles/defect.js';
import { createJudge } from '../../../../oracles/judge.js';
import { readCase } from '../../../../src/case/read.js';
import { literal, sound } from '../../../../src/subjects/forced-spill/forced-spill.js';
import { testSubject } from '../../../../src/testing/test-subject.js';
import { RELEASED_BEFORE, RETURNED, TASK_OR_RECORD, walked } from './programs.js';

function prepare(subject: typeof sound, text: string) {
  const { program, analysis } = walked(text);
  return { program, result: subject.prepare({ program, analysis, stopAt: 'throw' }) };
}

/** What a judge says of both, in all worlds. */
function judged(text: string): readonly string[] {
  const judge = createJudge({
    subjects: [literal, sound],
    pruning: 'exact',
    stopAt: 'throw',
    worlds: 64,
    fuel: 1000,
    seed: '1',
  });
  const { subjects } = judge.judge(walked(text).program);
  return [...subjects.values()].map(({ verdict, defect }) => (defect === undefined ? verdict : formatDefect(defect)));
}

testSubject(sound, { runs: 60 });

describe('forced spill', () => {
  test('stops at throws only', () => {
    const { program, analysis } = walked(TASK_OR_RECORD);
    for (const subject of [literal, sound]) {
      const result = subject.prepare({ program, analysis, stopAt: 'points' });
      expect(!result.ok && result.refusal.code).toBe('unsupported-stop');
    }
  });

  test('costs 8 bytes of stack a pc, a store behind it and one at the entry', () => {
    for (const subject of [literal, sound]) {
      const { program, result } = prepare(subject, TASK_OR_RECORD);
      if (!result.ok) throw new Error(result.refusal.message);
      expect(result.cost).toMatchObject({ stack: [16], chain: 16, instructionsAdded: 4 });
      expect(result.reserved).toEqual([16]);
      expect(result.program.length).toBe(program.length + 4);
      expect(result.describe()[0]).toContain('main 12: fp-8=task? fp-16=ring?');
    }
  });

  test('leaves a program alone whose descriptors merge', () => {
    for (const subject of [literal, sound]) {
      const { program, result } = prepare(subject, TASK_OR_RECORD.replace('call bpf_ringbuf_reserve', 'r0 = 0'));
      expect(result.ok && result.program).toBe(program);
    }
  });

  test('both are right where nothing is left open', () => {
    expect(judged(TASK_OR_RECORD)).toEqual(['agree', 'agree']);
  });

  test('literal keeps a slot when the resource is released, and loses what is returned; sound does neither', () => {
    const [stale = '', cleared] = judged(RELEASED_BEFORE);
    expect(stale).toMatch(/^double-release\/kernel-object\/already-released\/stack\/thrower$/);
    expect(cleared).toBe('agree');
    const [lost = '', moved] = judged(RETURNED);
    expect(lost).toMatch(/^leak\/nothing\/unlisted\/register\/thrower$/);
    expect(moved).toBe('agree');
  });

  test('literal keeps pcs as posted and sound exactly', () => {
    const read = readCase(readFileSync('corpus/found/leak-patched-unlisted-register-caller.bpf', 'utf8'));
    if (!read.ok) throw new Error('it does not read');
    const judge = createJudge({
      subjects: [literal, sound],
      pruning: 'exact',
      stopAt: 'throw',
      worlds: 8,
      fuel: 100,
      seed: '1',
    });
    const { subjects } = judge.judge(read.case.program, { plans: [read.case.patches] });
    expect([...subjects.values()].map(({ verdict }) => verdict)).toEqual(['leak', 'agree']);
    const rewritten = judge.judge(walked(TASK_OR_RECORD).program, { plans: [[{ do: 'blind' }]] }).subjects;
    expect([...rewritten.values()].map(({ verdict }) => verdict)).toEqual(['leak', 'agree']);
  });
});
