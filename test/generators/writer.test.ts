import { describe, expect, it } from 'vitest';
import { replayChoices } from '../../generators/choices.js';
import { PROFILES } from '../../generators/profile.js';
import { SPLIT_SCALAR } from '../../generators/state.js';
import { Writer } from '../../generators/writer.js';
import { insn } from '../../src/isa/insn.js';

function writer(): Writer {
  const w = new Writer(replayChoices([]), PROFILES.default);
  w.open('main', 4, 4, undefined);
  return w;
}

describe('Writer.load', () => {
  it('moves a register, fills from a slot, and does nothing if the value is there', () => {
    const w = writer();
    w.load(1, 7);
    w.load(1, 11);
    w.load(7, 7);
    expect(w.frame.routine.slots).toEqual([
      insn('mov64', { dst: 1, operand: { reg: 7 } }),
      insn('ldx64', { dst: 1, src: 10, off: -16 }),
    ]);
  });
});

describe('Writer.spill', () => {
  it('stores into its slot', () => {
    const w = writer();
    w.spill(10, 3);
    expect(w.frame.routine.slots).toEqual([insn('stx64', { dst: 10, src: 3, off: -8 })]);
  });
});

describe('Writer.weigh', () => {
  it('counts an instruction once per expected state and pass', () => {
    const w = writer();
    w.set(0, 0);
    expect([w.size, w.work]).toEqual([1, 1]);
    w.state.contents[8] = SPLIT_SCALAR;
    w.state.contents[9] = SPLIT_SCALAR;
    w.trips = 3;
    w.weigh();
    w.set(0, 0);
    expect([w.size, w.work]).toEqual([2, 7]);
  });
});

describe('Writer.open', () => {
  it('numbers routines after main and tells whether any frame holds something', () => {
    const w = writer();
    expect(w.open('guard', 1, 1, undefined).routine.name).toBe('guard1');
    expect(w.holding).toBe(false);
    const [main] = w.frames;
    if (main !== undefined) main.state.holdings = [{ id: w.newId(), home: 7, kind: 'task', type: -1, nullable: false }];
    expect(w.holding).toBe(true);
    w.close();
    expect(w.depth).toBe(0);
  });
});
