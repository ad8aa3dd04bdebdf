/** Tests of near misses and what they start from: edits, programs without throws, one break per row. */
import { describe, expect, it } from 'vitest';
import { seededChoices } from '../../generators/choices.js';
import { editProgram } from '../../generators/edit.js';
import { breakRule, NEAR_MISS_NAMES, nearMiss } from '../../generators/near-miss.js';
import { PROFILE_NAMES, PROFILES } from '../../generators/profile.js';
import { generate } from '../../generators/program.js';
import { withoutThrows } from '../../generators/without-throws.js';
import { parseProgram } from '../../src/asm/parse.js';
import { printProgram } from '../../src/asm/print.js';
import { throwPcsOf } from '../../src/cfg/calls.js';
import { insn } from '../../src/isa/insn.js';
import type { Program } from '../../src/isa/program.js';
import { analyse } from '../../src/verify/walk.js';

function program(body: string): Program {
  const parsed = parseProgram(body);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.program;
}

const programs = (profile: keyof typeof PROFILES, count: number) =>
  Array.from({ length: count }, (_, index) => generate(seededChoices('misses', index), PROFILES[profile]).program);

describe('editProgram', () => {
  it('editProgram moves jumps and calls over what it inserts and removes', () => {
    const body = 'main:\n    if r1 == 0 goto l\n    call f\nl:\n    r0 = 0\n    exit\nf:\n    r0 = 1\n    exit\n';
    const zero = insn('mov64', { dst: 2, operand: { imm: 0 } });
    const longer = editProgram(program(body), new Map([[1, { before: [zero], after: [zero] }]]));
    expect(longer?.off[0]).toBe(3);
    const shorter = editProgram(program(body), new Map([[0, { instead: [] }]]));
    expect(shorter?.imm[0]).toBe(2);
    expect(editProgram(program(body), new Map([[3, { instead: [] }]]))).toBeUndefined();
    expect(longer?.imm[2]).toBe(3);
    expect(longer?.subprograms.map(({ name }) => name)).toEqual(['main', 'f']);
  });
});

describe('withoutThrows', () => {
  it.each(PROFILE_NAMES)('withoutThrows leaves no throw in %s, and most programs verify', (profile) => {
    let verified = 0;
    for (const each of programs(profile, 100)) {
      const without = withoutThrows(each);
      if (without === undefined) throw new Error('has no valid form');
      expect(throwPcsOf(without)).toEqual([]);
      if (analyse(without, { pruning: 'exact' }).refusal === undefined) verified++;
    }
    expect(verified).toBeGreaterThan(50);
  });
});

describe('nearMiss', () => {
  const bases = programs('default', 150).flatMap((each) => {
    const without = withoutThrows(each);
    return without !== undefined && analyse(without, { pruning: 'exact' }).refusal === undefined ? [without] : [];
  });

  it.each(NEAR_MISS_NAMES)('breakRule %s makes programs that are refused', (row) => {
    const misses = bases.flatMap((base, index) => breakRule(base, row, seededChoices('row', index)) ?? []);
    expect(misses.length).toBeGreaterThan(0);
    const refused = misses.filter((miss) => analyse(miss.program, { pruning: 'exact' }).refusal !== undefined);
    expect(refused.length).toBeGreaterThan(0);
  });

  it('nearMiss follows from its choices alone', () => {
    const texts = () =>
      bases.slice(0, 20).map((base, index) => {
        const miss = nearMiss(base, seededChoices('same', index));
        return miss === undefined ? '' : `${miss.row} ${miss.pc}\n${printProgram(miss.program)}`;
      });
    expect(texts()).toEqual(texts());
  });
});
