/** Views of records show what was saved. */
import { expect, it } from 'vitest';
import { Arena } from '../../../src/verify/arena.js';
import { InternTable, TAG } from '../../../src/verify/intern.js';
import { State } from '../../../src/verify/state.js';
import { RecordView } from '../../../src/verify/view.js';

it('RecordView shows frames, registers, slots and references', () => {
  const table = new InternTable();
  const state = new State();
  state.clear();
  state.pushFrame(0, -1);
  state.allocate(0, 8);
  state.setSlot(0, 0, table.slot(0x5555, 0));
  state.acquire(1, -1, 4);
  state.pushFrame(1, 7);
  state.setRegister(10, table.pointer(TAG.stack, 1, 0, 0, 0));
  const arena = new Arena();
  arena.take(5);
  const view = new RecordView(table, arena, state.save(arena));
  state.clear();
  expect(view.depth).toBe(2);
  expect(view.frame(0)).toEqual({ subprogram: 0, callsite: -1, allocated: 8 });
  expect(view.frame(1)).toEqual({ subprogram: 1, callsite: 7, allocated: 0 });
  expect(view.register(1, 10)).toMatchObject({ type: { to: 'stack', frame: 1 } });
  expect(view.slot(0, 0).bytes[0]).toBe('misc');
  expect(view.slot(0, 63).bytes[0]).toBe('invalid');
  expect(view.references).toEqual([{ id: 1, kind: 'task', type: -1, frame: 0, acquiredAt: 4, ordinal: 1 }]);
  expect(() => view.frame(2)).toThrow(RangeError);
});
