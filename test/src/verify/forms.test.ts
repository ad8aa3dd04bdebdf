/** Numbers of states: names do not matter, what a later step of an iterator is compared with does. */
import { describe, expect, it } from 'vitest';
import { Forms } from '../../../src/verify/forms.js';
import { InternTable, NULLABLE, TAG } from '../../../src/verify/intern.js';
import { REF, State } from '../../../src/verify/state.js';

const table = new InternTable();

function state(change: (made: State) => void = () => {}): State {
  const made = new State();
  made.clear();
  made.pushFrame(0, -1);
  made.acquire(1, -1, 4);
  change(made);
  return made;
}

/** A cast of the reference that may be NULL, in R6, and another in R7: of the same call, or of two. */
const casts = (a: number, b: number) =>
  state((made) => {
    made.setRegister(6, table.pointer(TAG.socket | NULLABLE, 0, 0, a, 1));
    made.setRegister(7, table.pointer(TAG.socket | NULLABLE, 0, 0, b, 1));
    made.lastLink = Math.max(a, b);
  });

describe('Forms', () => {
  it('number is count for a new state and the old number for a known one', () => {
    const forms = new Forms(true);
    expect(forms.number(table, state(), 3)).toBe(0);
    expect(forms.number(table, state(), 4)).toBe(1);
    expect(forms.number(table, state(), 3)).toBe(0);
    expect([forms.count, forms.pcOf(1)]).toEqual([2, 4]);
  });

  it('number tells apart which pointers are decided by one test', () => {
    const forms = new Forms(true);
    const together = forms.number(table, casts(3, 3), 1);
    expect(forms.number(table, casts(8, 8), 1)).toBe(together);
    expect(forms.number(table, casts(3, 4), 1)).not.toBe(together);
    expect(forms.number(table, casts(9, 5), 1)).toBe(forms.number(table, casts(3, 4), 1));
  });

  it('number looks at the last visit of an iterator only where it is asked to', () => {
    const visited = () => state((made) => made.setRefField(0, REF.visit, 2));
    for (const withVisits of [true, false]) {
      const forms = new Forms(withVisits);
      forms.number(table, state(), 1);
      expect(forms.number(table, visited(), 1)).toBe(withVisits ? 1 : 0);
    }
  });

  it('clear forgets everything', () => {
    const forms = new Forms(false);
    forms.number(table, state(), 1);
    forms.clear();
    expect([forms.count, forms.storedInts]).toEqual([0, 0]);
    expect(forms.number(table, casts(1, 2), 1)).toBe(0);
  });
});
