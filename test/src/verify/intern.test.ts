/** Words and slots: equal values have equal numbers, and every column reads back. */
import { describe, expect, it } from 'vitest';
import {
  BYTE,
  INVALID_SLOT,
  InternTable,
  NOT_INIT_WORD,
  NULLABLE,
  sharedTable,
  TAG,
  tagOfKind,
  UNKNOWN_WORD,
  ZERO_WORD,
} from '../../../src/verify/intern.js';

describe('InternTable', () => {
  const table = new InternTable();

  it('well-known words and slots have their numbers', () => {
    expect(table.value(NOT_INIT_WORD)).toEqual({ is: 'not-init' });
    expect(table.value(UNKNOWN_WORD)).toMatchObject({ is: 'scalar', umin: 0n, id: 0 });
    expect(table.value(ZERO_WORD)).toMatchObject({ is: 'scalar', umax: 0n });
    expect(table.slotView(INVALID_SLOT)).toEqual({
      bytes: Array.from({ length: 8 }, () => 'invalid'),
      spilled: undefined,
    });
  });

  it('pointer reads back and is one word however often it is made', () => {
    const task = table.pointer(TAG.kernel | NULLABLE, 1, 0, 5, 5);
    expect(table.pointer(TAG.kernel | NULLABLE, 1, 0, 5, 5)).toBe(task);
    expect(table.value(task)).toEqual({
      is: 'pointer',
      type: { to: 'kernel', kind: 'task' },
      off: 0,
      mayBeNull: true,
      id: 5,
      ref: 5,
    });
    expect(table.value(task)).toBe(table.value(task));
    expect(table.value(table.notNull(task))).toMatchObject({ mayBeNull: false, id: 0, ref: 5 });
    expect(table.bare(task)).toBe(table.bare(table.pointer(TAG.kernel | NULLABLE, 1, 0, 9, 9)));
    expect(table.value(table.withOffset(table.notNull(task), -8))).toMatchObject({ off: -8 });
  });

  it('scalar of a constant carries no id', () => {
    expect(table.scalar(1, 7)).toBe(ZERO_WORD);
    expect(table.link(table.scalar(0, 7))).toBe(7);
    expect(table.bare(table.withLink(table.scalar(0, 7), 8))).toBe(UNKNOWN_WORD);
  });

  it('slot shows bytes from the lowest address on', () => {
    const slot = table.slot(BYTE.spill | (BYTE.zero << 2) | (BYTE.misc << 14), ZERO_WORD);
    expect(table.slotView(slot).bytes).toEqual([
      'spill',
      'zero',
      'invalid',
      'invalid',
      'invalid',
      'invalid',
      'invalid',
      'misc',
    ]);
    expect(table.slotView(slot).spilled).toBe(table.value(ZERO_WORD));
  });

  it('word numbers survive growth', () => {
    const words = Array.from({ length: 3000 }, (_, n) => table.pointer(TAG.stack, n % 8, -n, 0, 0));
    expect(new Set(words).size).toBe(3000);
    expect(words.map((_, n) => table.pointer(TAG.stack, n % 8, -n, 0, 0))).toEqual(words);
  });
});

describe('sharedTable', () => {
  it('sharedTable is one table while it is small', () => {
    expect(sharedTable()).toBe(sharedTable());
  });

  it('tagOfKind follows the table of kinds', () => {
    expect((['ring', 'task', 'cgroup', 'object'] as const).map(tagOfKind)).toEqual([
      TAG.memory,
      TAG.kernel,
      TAG.kernel,
      TAG.local,
    ]);
  });
});
