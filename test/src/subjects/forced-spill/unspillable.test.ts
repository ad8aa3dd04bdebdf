/** Why a spill does not help: each reason on the case of the corpus that shows it. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readCase } from '../../../../src/case/read.js';
import { attemptWith } from '../../../../src/subjects/forced-spill/attempt.js';
import { spillUntilPlaced } from '../../../../src/subjects/forced-spill/spill.js';
import { reasonOf, type Unspillable } from '../../../../src/subjects/forced-spill/unspillable.js';
import { analyse } from '../../../../src/verify/walk.js';
import { RELEASED_BEFORE, walked } from './programs.js';

function programIn(path: string) {
  const read = readCase(readFileSync(`corpus/refuse/${path}.bpf`, 'utf8'));
  if (!read.ok) throw new Error(`${path} does not read`);
  const { program } = read.case;
  return { program, analysis: analyse(program, { pruning: 'exact' }) };
}

const CASES: Readonly<Record<Unspillable, readonly [path: string, pcs: readonly number[], pc: number]>> = {
  'acquired-again': ['forced-spill/acquired-again', [7, 17], 7],
  'released-or-kept': ['forced-spill/released-or-kept', [4, 7, 26], 4],
  'released-below': ['forced-spill/released-below', [4, 15], 4],
  'not-returned': ['forced-spill/not-returned', [4, 7], 4],
  'returned-or-not': ['forced-spill/returned-or-a-number', [4, 8], 4],
  'not-whole': ['iterators/overwritten', [4], -1],
  overlap: ['forced-spill/copies-overlap', [3], -1],
};

describe('reasonOf', () => {
  test.each(Object.entries(CASES))('reasonOf tells %s', (reason, [path, pcs, pc]) => {
    const { program, analysis } = programIn(path);
    const attempted = attemptWith(program, analysis, new Set(pcs));
    if (!attempted.ok) throw new Error(attempted.refusal.message);
    expect(reasonOf(program, attempted.attempt)).toEqual({ reason, pc });
  });

  test('reasonOf has nothing to say of an attempt that has not failed', () => {
    const { program, analysis } = walked(RELEASED_BEFORE);
    const attempted = attemptWith(program, analysis, new Set([3, 15]));
    if (!attempted.ok) throw new Error(attempted.refusal.message);
    expect(() => reasonOf(program, attempted.attempt)).toThrow('has not failed');
  });
});

describe('whyNotSpilled', () => {
  test.each(Object.values(CASES))('whyNotSpilled stands behind the refusal of %s', (path, pcs) => {
    const { program, analysis } = programIn(path);
    const spilled = spillUntilPlaced(program, analysis);
    expect(!spilled.ok && spilled.refusal.message).toMatch(/^.*; not spilled: .+$/);
    if (pcs.length > 2) expect(!spilled.ok && spilled.refusal.message).toContain('insn 4 ');
  });
});
