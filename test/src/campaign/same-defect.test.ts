/** Tests of the predicate of shrinking, with a judge made for the test. */
import { describe, expect, it } from 'vitest';
import type { Judge } from '../../../oracles/judge.js';
import type { World } from '../../../oracles/world.js';
import { sameDefect, shows, shrinkFinding } from '../../../src/campaign/same-defect.js';
import { type Program, rowAt } from '../../../src/isa/program.js';
import { pcsOf } from '../../../src/shrink/listing.js';
import { DEFECT, judgement, program, RFC, RIGHT, WRONG } from './samples.js';

/** Wrong exactly if `wrong` says so of the program and the worlds put in front. */
function judgeThat(wrong: (program: Program, first: readonly World[]) => boolean): Judge {
  return {
    judge: (judged, focus = {}) => judgement({ [RFC]: wrong(judged, focus.worlds ?? []) ? WRONG : RIGHT }),
  };
}

const throws = (judged: Program) => pcsOf(judged).some((pc) => rowAt(judged, pc)?.shape === 'call-kfunc');
const PROGRAM = program('main:\n    r6 = r1\n    r1 = 7\n    r2 = 8\n    call bpf_throw\n    r0 = 0\n    exit\n');
const { evidence } = WRONG;
const FOUND = { subject: RFC, defect: DEFECT, evidence, pruning: 'exact' } as const;

describe('shows', () => {
  it('shows compares the whole defect', () => {
    expect(shows(WRONG, DEFECT)).toBe(true);
    expect(shows(WRONG, DEFECT.replace('caller', 'thrower'))).toBe(false);
    expect(shows(RIGHT, DEFECT)).toBe(false);
    expect(shows(undefined, DEFECT)).toBe(false);
  });
});

describe('sameDefect', () => {
  it('sameDefect puts the world first in which the defect was seen, and no other subject', () => {
    const asked: (readonly [readonly string[] | undefined, number])[] = [];
    const judge: Judge = {
      judge: (_, focus) => {
        asked.push([focus?.subjects, focus?.worlds?.length ?? 0]);
        return judgement({ [RFC]: WRONG });
      },
    };
    expect(sameDefect(judge, RFC, DEFECT, evidence)(PROGRAM)).toBe(true);
    expect(sameDefect(judge, RFC, DEFECT, undefined)(PROGRAM)).toBe(true);
    expect(asked).toEqual([
      [[RFC], 1],
      [[RFC], 0],
    ]);
  });
});

describe('shrinkFinding', () => {
  it('shrinkFinding keeps only programs that verify', () => {
    const { program: small, ended } = shrinkFinding(judgeThat(throws), PROGRAM, FOUND);
    expect(ended).toBe('minimal');
    // bpf_throw needs its argument and R0 is unreadable after it.
    expect(pcsOf(small).length).toBeGreaterThan(2);
  });

  it('shrinkFinding ends in a program that shows the defect without the remembered world', () => {
    const long = (judged: Program) => pcsOf(judged).length > 4;
    const judge = judgeThat((judged, first) => throws(judged) && (first.length > 0 || long(judged)));
    const { program: small } = shrinkFinding(judge, PROGRAM, FOUND);
    expect(pcsOf(small).length).toBe(5);
  });
});
