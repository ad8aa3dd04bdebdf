/** Tests of failures of subjects from outside: the smallest program with the same failure, written as a case. */
import { describe, expect, it } from 'vitest';
import { createJudge } from '../../../oracles/judge.js';
import { failedSubject } from '../../../src/campaign/same-failure.js';
import { createShard } from '../../../src/campaign/shard.js';
import { readCase } from '../../../src/case/read.js';
import { replayCase } from '../../../src/case/replay.js';
import { instructionCount, opAt } from '../../../src/isa/program.js';
import { SubjectFailure } from '../../../src/subjects/failure.js';
import { SUBJECTS } from '../../../src/subjects/registry.js';
import { acceptingAll, loadedOne } from '../subjects/modules.js';
import { SETTINGS } from './samples.js';

/** Two failures: one where there is a call, one at another place where there is none. */
const subject = await loadedOne(
  acceptingAll(
    'mine/x',
    '',
    `if (program.code.includes(0x85)) throw new Error('a call, ' + program.length);
    throw new Error('no call');`,
  ),
);
const settings = { ...SETTINGS, subjects: ['mine/x'] };
const shard = createShard(settings, [subject]);

describe('failedSubject', () => {
  const { crash } = shard.run({ from: 3, count: 2 }, false);

  it('failedSubject keeps the failure while the program gets small', () => {
    expect(crash?.failure).toMatchObject({ subject: 'mine/x', work: 'prepare' });
    expect(crash?.failure?.insns).toBeLessThan(5);
    expect(crash?.failure?.words.what).toBe(`Error: a call, ${readCaseOf(crash?.failure?.text ?? '').program.length}`);
    expect(crash?.failure?.module).toMatch(/mine-\d+\.mjs$/);
  });

  it('failedSubject writes a case that says where it comes from and replays for ours', () => {
    const read = readCase(crash?.failure?.text ?? '');
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    expect(read.case).toMatchObject({ origin: { by: 'fuzz', seed: '1', index: 3 }, known: [] });
    expect(read.case.title).toBe(`mine/x fails in prepare: ${crash?.failure?.words.what}`);
    expect(Array.from(read.case.program.op, (_, pc) => opAt(read.case.program, pc))).toContain('exit');
    expect(replayCase(read.case).mismatches).toEqual([]);
    expect(() => replayCase(read.case, { subjects: [subject] })).toThrow(SubjectFailure);
  });

  it('failedSubject leaves a program as it is on which no smaller one fails alike', () => {
    const quick = createJudge({ ...SETTINGS, subjects: [subject], containment: false });
    const everyone = createJudge({ ...SETTINGS, subjects: SUBJECTS, worlds: 0 });
    const { program } = readCaseOf(crash?.failure?.text ?? '');
    const failure = new SubjectFailure(
      'mine/x',
      './mine.mjs',
      'unwind',
      { what: 'other', where: undefined, stack: [] },
      program,
    );
    expect(failedSubject(failure, quick, everyone, SETTINGS, 9)).toMatchObject({
      work: 'unwind',
      module: './mine.mjs',
      insns: instructionCount(program),
    });
  });
});

function readCaseOf(text: string) {
  const read = readCase(text);
  if (!read.ok) throw new Error(JSON.stringify(read.errors));
  return read.case;
}
