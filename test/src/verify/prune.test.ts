/** Canonical forms: names do not matter, everything else does; finished and unfinished states. */
import { describe, expect, it } from 'vitest';
import { InternTable, NULLABLE, TAG, UNKNOWN_WORD } from '../../../src/verify/intern.js';
import { NEW_STATE, Repetitions } from '../../../src/verify/prune.js';
import { REF, State } from '../../../src/verify/state.js';

const table = new InternTable();

/** A frame that holds `lost` tasks less than it acquired, with the last one in R7 and copies of a scalar in R8 and R9. */
function state(lost: number, link: number, copies: boolean): State {
  const made = new State();
  made.clear();
  made.pushFrame(0, -1);
  for (let n = 0; n < lost; n++) {
    made.acquire(1, -1, 4);
    made.dropRef(0);
  }
  const ref = made.acquire(1, -1, 4);
  made.setRegister(7, table.pointer(TAG.kernel | NULLABLE, 1, 0, -ref, ref));
  made.setRegister(8, table.withLink(UNKNOWN_WORD, link));
  made.setRegister(9, copies ? made.register(8) : UNKNOWN_WORD);
  made.lastLink = link;
  return made;
}

describe('Repetitions', () => {
  it('arrive recognises a state under other names, ordinals and lone ids', () => {
    const repetitions = new Repetitions();
    expect(repetitions.arrive(table, state(0, 1, true), 3, 0, 0)).toBe(NEW_STATE);
    expect(repetitions.arrive(table, state(2, 5, true), 3, 0, 0)).toBe(0);
    expect(repetitions.arrive(table, state(0, 1, false), 3, 0, 0)).toBe(NEW_STATE);
    const lone = state(0, 70, false);
    lone.setRegister(8, UNKNOWN_WORD);
    expect(repetitions.arrive(table, lone, 3, 0, 0)).toBe(1);
    expect(repetitions.arrive(table, state(0, 1, true), 4, 0, 0)).toBe(NEW_STATE);
  });

  it('arrive tells stack, callsite, kind and acquiring pc apart', () => {
    const repetitions = new Repetitions();
    const changes: readonly ((changed: State) => void)[] = [
      () => undefined,
      (changed) => changed.allocate(0, 8),
      (changed) => changed.pushFrame(1, 5),
      (changed) => changed.pushFrame(1, 6),
      (changed) => changed.setRefField(0, REF.kind, 2),
      (changed) => changed.setRefField(0, REF.acquiredAt, 9),
      (changed) => changed.setRegister(0, UNKNOWN_WORD),
    ];
    for (const change of changes) {
      const changed = state(0, 1, true);
      change(changed);
      expect(repetitions.arrive(table, changed, 3, 0, 0)).toBe(NEW_STATE);
    }
  });

  it('arrive tells apart which frame owns a reference', () => {
    const repetitions = new Repetitions();
    const ownedBy = (frame: number) => {
      const made = state(0, 1, true);
      made.pushFrame(1, 5);
      made.setRefField(0, REF.frame, frame);
      return made;
    };
    expect(repetitions.arrive(table, ownedBy(0), 3, 0, 0)).toBe(NEW_STATE);
    expect(repetitions.arrive(table, ownedBy(1), 3, 0, 0)).toBe(NEW_STATE);
    expect(repetitions.arrive(table, ownedBy(0), 3, 0, 0)).toBe(0);
    expect(repetitions.arrive(table, ownedBy(1), 3, 0, 0)).toBe(1);
  });

  it('arrive tells apart which of two like references a register holds', () => {
    /** A frame with two tasks of one call; R6, R7, … hold the first (0) or the second (1). `lost` tasks went before. */
    const registers = (lost: number, ...held: readonly number[]) => {
      const made = new State();
      made.clear();
      made.pushFrame(0, -1);
      for (let n = 0; n < lost; n++) {
        made.acquire(1, -1, 4);
        made.dropRef(0);
      }
      const refs = [made.acquire(1, -1, 4), made.acquire(1, -1, 4)];
      held.forEach((which, index) => {
        const ref = refs[which] ?? 0;
        made.setRegister(6 + index, table.pointer(TAG.kernel | NULLABLE, 1, 0, -ref, ref));
      });
      return made;
    };
    const repetitions = new Repetitions();
    expect(repetitions.arrive(table, registers(0, 0, 0, 1), 3, 0, 0)).toBe(NEW_STATE);
    expect(repetitions.arrive(table, registers(0, 0, 1, 1), 3, 0, 0)).toBe(NEW_STATE);
    expect(repetitions.arrive(table, registers(0, 0, 0, 0), 3, 0, 0)).toBe(NEW_STATE);
    expect(repetitions.arrive(table, registers(3, 0, 0, 1), 3, 0, 0)).toBe(0);
    expect(repetitions.arrive(table, registers(2, 0, 1, 1), 3, 0, 0)).toBe(1);
  });

  it('backtrack finishes what was stored above the branch that is taken next', () => {
    const repetitions = new Repetitions();
    repetitions.arrive(table, state(0, 1, true), 1, 0, 10);
    repetitions.arrive(table, state(0, 1, true), 2, 1, 11);
    repetitions.backtrack(0);
    expect([repetitions.isFinished(0), repetitions.isFinished(1)]).toEqual([false, true]);
    expect([repetitions.nodeOf(0), repetitions.nodeOf(1)]).toEqual([10, 11]);
    repetitions.renew(1, 0, 12, state(0, 1, true));
    expect([repetitions.isFinished(1), repetitions.nodeOf(1)]).toEqual([false, 12]);
    repetitions.clear();
    expect(repetitions.arrive(table, state(0, 1, true), 1, 0, 0)).toBe(NEW_STATE);
  });

  it('arrive finds states again after growing', () => {
    const repetitions = new Repetitions();
    const numbered = (n: number) => {
      const made = state(0, 1, true);
      made.setRegister(6, table.pointer(TAG.stack, 0, -n, 0, 0));
      return made;
    };
    for (let n = 0; n < 500; n++) expect(repetitions.arrive(table, numbered(n), 1, 0, n)).toBe(NEW_STATE);
    for (let n = 0; n < 500; n++) expect(repetitions.arrive(table, numbered(n), 1, 0, 0)).toBe(n);
  });
});
