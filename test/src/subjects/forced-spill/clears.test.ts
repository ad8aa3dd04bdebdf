/** Where slots are cleared. */
import { describe, expect, test } from 'vitest';
import { findClears, heldIn } from '../../../../src/subjects/forced-spill/clears.js';
import { insertSpills } from '../../../../src/subjects/forced-spill/rewrite.js';
import { layOutSlots } from '../../../../src/subjects/forced-spill/slots.js';
import { analyse } from '../../../../src/verify/walk.js';
import { holding, inMain, pointer, resident, slot, ZERO } from '../states.js';
import { RELEASED_BEFORE, walked } from './programs.js';

/** The clears of a program in which the calls at some pcs are spilled, `pc offset`. */
function clearsOf(text: string, ...pcs: readonly number[]): readonly string[] {
  const { program, analysis } = walked(text);
  const { slots, ...layout } = layOutSlots(program, analysis.stackDepth, new Set(pcs));
  const stored = insertSpills(program, { slots, ...layout }, []);
  if (!stored.ok) throw new Error(stored.refusal.message);
  const recorded = analyse(stored.program, { pruning: 'exact', record: true });
  return findClears(stored.program, recorded, slots, stored.pcMap).map(({ pc, offset }) => `${pc} ${offset}`);
}

describe('findClears', () => {
  test('findClears clears behind what releases, each slot that has it', () => {
    expect(clearsOf(RELEASED_BEFORE, 3, 15)).toEqual(['8 -8']);
    expect(clearsOf(RELEASED_BEFORE, 15)).toEqual([]);
  });

  test('findClears clears behind the call where a callee releases', () => {
    const below = `
main:
    r1 = 1
    call bpf_task_from_pid
    if r0 == 0 goto none
    r1 = r0
    call drop
none:
    r0 = 0
    exit
drop:
    call bpf_task_release
    r0 = 0
    exit
`;
    expect(clearsOf(below, 1)).toEqual(['4 -8']);
  });

  test('findClears knows a dynptr and an iterator by their address, whichever place releases it', () => {
    const iterator = `
main:
    r1 = r10
    r1 += -8
    r2 = 0
    r3 = 4
    call bpf_iter_num_new
    r1 = r10
    r1 += -8
    call bpf_iter_num_destroy
    r0 = 0
    exit
`;
    expect(clearsOf(iterator, 4)).toEqual(['7 -16']);
    const clone = `
main:
    r1 = map[events] ll
    r2 = 8
    r3 = 0
    r4 = r10
    r4 += -16
    call bpf_ringbuf_reserve_dynptr
    r1 = r10
    r1 += -16
    r2 = r10
    r2 += -32
    call bpf_dynptr_clone
    r1 = r10
    r1 += -32
    r2 = 0
    call bpf_ringbuf_discard_dynptr
    r0 = 0
    exit
`;
    expect(clearsOf(clone, 6)).toEqual(['15 -40']);
  });

  test('heldIn is the reference of a pointer or of what an address leads to, and 0 for all else', () => {
    const address = pointer('task', 0, { type: { to: 'stack', frame: 0 }, off: -16 });
    const upper = pointer('task', 0, { type: { to: 'stack', frame: 0 }, off: -8 });
    const state = inMain([], holding('dynptr', 'task'), [
      ...resident('dynptr', 1),
      slot(pointer('task', 2)),
      slot(address),
      slot(upper),
      slot(ZERO),
    ]);
    expect([-24, -32, -40, -48, -56].map((offset) => heldIn(state, 0, offset))).toEqual([2, 1, 0, 0, 0]);
  });
});
