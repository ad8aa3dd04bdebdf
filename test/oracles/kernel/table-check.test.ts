/** Tests of the table check, most of them against the running kernel. */
import { afterAll, describe, expect, it } from 'vitest';
import { seededChoices } from '../../../generators/choices.js';
import { PROFILE_NAMES, PROFILES } from '../../../generators/profile.js';
import { generate } from '../../../generators/program.js';
import { checkTable, transformTable } from '../../../oracles/kernel/table-check.js';
import { openLoader } from '../../../src/bridge/kernel/load.js';
import { MAYBE_DYNPTR, programOf, subjectOf, TWO_FRAMES } from './fixtures.js';

const table = subjectOf('runtime-table/per-frame');

describe('transformTable', () => {
  it('transformTable writes a table without any inserted call', () => {
    const made = transformTable(table, programOf(TWO_FRAMES));
    if (made.is !== 'programs') throw new Error(made.is);
    expect(made.programs).toHaveLength(2);
  });

  it('transformTable takes a program in which nothing is ever owned as it is', () => {
    expect(transformTable(table, programOf('main:\n    r1 = 4\n    call bpf_throw\n    r0 = 0\n    exit\n')).is).toBe(
      'programs',
    );
  });

  it('transformTable needs to know where the tables are', () => {
    const { know: _, ...silent } = table;
    expect(transformTable(silent, programOf(TWO_FRAMES))).toMatchObject({ is: 'not-expressible', reason: 'rewritten' });
  });
});

const running = await openLoader();
afterAll(() => {
  if (running.ok) running.value.close();
});

const PROGRAMS = 50;

describe('checkTable and the running kernel', () => {
  it.skipIf(!running.ok)('checkTable: the kernel follows pushes, deletes and the walk', () => {
    if (!running.ok) return;
    expect(checkTable(running.value, table, programOf(TWO_FRAMES))).toEqual({ is: 'agree-right' });
    expect(checkTable(running.value, table, programOf(MAYBE_DYNPTR))).toEqual({ is: 'agree-right' });
  });

  it.skipIf(!running.ok)(
    'checkTable: on generated programs the kernel and our judge agree',
    () => {
      if (!running.ok) return;
      let right = 0;
      for (let index = 0; index < PROGRAMS; index++) {
        const profile = PROFILES[PROFILE_NAMES[index % PROFILE_NAMES.length] ?? 'default'];
        const result = checkTable(running.value, table, generate(seededChoices('table', index), profile).program);
        if (result.is === 'agree-right') right++;
        expect(['agree-right', 'not-expressible', 'refused-by-subject'], `program ${index}`).toContain(result.is);
      }
      expect(right).toBeGreaterThan(0.9 * PROGRAMS);
    },
    120_000,
  );
});
