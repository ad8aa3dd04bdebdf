/** Numbers of states: names do not matter, what a later step of an iterator is compared with does. */
import { describe, expect, it } from 'vitest';
import { Forms } from '../../../src/verify/forms.js';
import { InternTable, NOT_INIT_WORD, NULLABLE, TAG, UNKNOWN_WORD } from '../../../src/verify/intern.js';
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

  /** R6 to R9 are scalars with these ids. */
  const linked = (...links: readonly number[]) =>
    state((made) => {
      links.forEach((link, index) => {
        made.setRegister(6 + index, table.withLink(UNKNOWN_WORD, link));
      });
      made.lastLink = Math.max(...links);
    });
  const called = (callsite: number) => state((made) => made.pushFrame(1, callsite));
  const withSlot = (bytes: number) =>
    state((made) => {
      made.allocate(0, 8);
      made.setSlot(0, 0, table.slot(bytes, NOT_INIT_WORD));
    });
  const holding = (ref: number) =>
    state((made) => {
      made.acquire(1, -1, 4);
      made.setRegister(6, table.pointer(TAG.kernel, 1, 0, 0, ref));
    });
  const referring = (field: number, value: number) => state((made) => made.setRefField(0, field, value));

  it.each([
    ['kinds of references', referring(REF.kind, 1), referring(REF.kind, 2)],
    ['struct types of references', referring(REF.type, 0), referring(REF.type, 1)],
    ['owning frames of references', referring(REF.frame, 0), referring(REF.frame, 1)],
    ['acquiring pcs of references', referring(REF.acquiredAt, 4), referring(REF.acquiredAt, 5)],
    ['callsites', called(7), called(8)],
    ['kinds of bytes in slots', withSlot(0x5555), withSlot(0xaaaa)],
    ['which reference a pointer has', holding(1), holding(2)],
    ['which words share an id', linked(3, 3, 4, 4), linked(3, 4, 3, 4)],
  ])('number tells states apart by %s', (_, one, other) => {
    const forms = new Forms(true);
    expect([forms.number(table, one, 1), forms.number(table, other, 1), forms.number(table, one, 1)]).toEqual([
      0, 1, 0,
    ]);
  });

  it('number does not look at an id that one word has', () => {
    const forms = new Forms(true);
    expect([forms.number(table, linked(3), 1), forms.number(table, linked(0), 1)]).toEqual([0, 0]);
  });

  it('clear forgets everything', () => {
    const forms = new Forms(false);
    forms.number(table, state(), 1);
    forms.clear();
    expect([forms.count, forms.storedInts]).toEqual([0, 0]);
    expect(forms.number(table, casts(1, 2), 1)).toBe(0);
  });
});
