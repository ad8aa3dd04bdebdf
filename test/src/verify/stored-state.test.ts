/** Saved states read back word by word. */
import { expect, it } from 'vitest';
import { Arena } from '../../../src/verify/arena.js';
import { INVALID_SLOT, InternTable, TAG } from '../../../src/verify/intern.js';
import { State } from '../../../src/verify/state.js';
import { StoredState } from '../../../src/verify/stored-state.js';

it('StoredState has the words of the state that was saved, whatever happens to that state', () => {
  const table = new InternTable();
  const state = new State();
  state.clear();
  state.pushFrame(0, -1);
  state.acquire(1, -1, 4);
  state.allocate(0, 16);
  const word = (offset: number) => table.pointer(TAG.stack, 0, offset, 0, 0);
  state.setRegister(7, word(-8));
  state.setSlot(0, 1, table.slot(0xffff, word(-16)));
  state.pushFrame(1, 5);
  state.setRegister(6, word(-24));
  const arena = new Arena();
  arena.take(3);
  const stored = new StoredState(arena, state.save(arena));
  state.setRegister(6, word(0));
  state.popFrame();
  arena.take(10_000);
  expect([stored.depth, stored.callsite(0), stored.callsite(1), stored.allocated(0), stored.allocated(1)]).toEqual([
    2, -1, 5, 16, 0,
  ]);
  expect([stored.registerOf(0, 7), stored.registerOf(1, 6), table.spill(stored.slot(0, 1))]).toEqual([
    word(-8),
    word(-24),
    word(-16),
  ]);
  expect([stored.slot(0, 2), stored.slot(1, 0)]).toEqual([INVALID_SLOT, INVALID_SLOT]);
});
