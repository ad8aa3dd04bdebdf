/** Tests of editing by plan. */
import { describe, expect, it } from 'vitest';
import { insn } from '../../../src/isa/insn.js';
import { slotsOf } from '../../../src/isa/program.js';
import { gotoPc, rebuild, remove, rewrite } from '../../../src/shrink/rewrite.js';
import { linesOf, programOf } from './text.js';

const PROGRAM = programOf(
  'main:',
  'if r1 == 0 goto out',
  'call guard',
  'out:',
  'r0 = 0',
  'exit',
  'guard:',
  'r0 = 1',
  'exit',
);

describe('rewrite', () => {
  it('rewrite drops code that nothing reaches any more, subprograms included', () => {
    const program = rewrite(PROGRAM, new Map([[0, [gotoPc(2)]]]));
    expect(program && linesOf(program)).toEqual(['main:', 'goto out', 'out:', 'r0 = 0', 'exit']);
  });

  it('rewrite gives nothing when control falls off a subprogram', () => {
    expect(remove(PROGRAM, [3])).toBeUndefined();
    expect(remove(PROGRAM, [5])).toBeUndefined();
  });

  it('rewrite moves jumps of what it replaces', () => {
    const program = rewrite(PROGRAM, new Map([[1, [insn('mov64', { dst: 0 }), insn('mov64', { dst: 1 })]]]));
    expect(program && linesOf(program)).toEqual([
      'main:',
      'if r1 == 0 goto out',
      'r0 = 0',
      'r1 = 0',
      'out:',
      'r0 = 0',
      'exit',
    ]);
  });

  it('rewrite of an empty plan gives nothing', () => {
    expect(rewrite(PROGRAM, new Map())).toBeUndefined();
  });
});

describe('rebuild', () => {
  it('rebuild keeps what is not named', () => {
    const program = rebuild(PROGRAM, { slots: slotsOf(PROGRAM), maps: [] });
    expect(program && linesOf(program)).toEqual(linesOf(PROGRAM));
    expect(program?.types).toEqual(PROGRAM.types);
  });
});
