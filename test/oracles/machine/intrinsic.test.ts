import { describe, expect, it } from 'vitest';
import { Core } from '../../../oracles/machine/core.js';
import { reservedOf } from '../../../oracles/machine/intrinsic.js';
import { Machine } from '../../../oracles/machine/machine.js';
import { fixedWorld } from '../../../oracles/world.js';
import type { IntrinsicView } from '../../../src/contract/prepared.js';
import { callIntrinsic, insn } from '../../../src/isa/insn.js';
import { buildProgram } from '../../../src/isa/validate.js';
import { world } from './harness.js';

/** main with 16 bytes of stack, the lower 8 of them reserved, and one inserted call. */
function withIntrinsic(run: (view: IntrinsicView) => void, declared = true): Machine {
  const built = buildProgram({
    slots: [
      insn('mov64', { dst: 0, operand: { imm: 7 } }),
      insn('st64', { dst: 10, off: -8, imm: 1 }),
      callIntrinsic(0),
      insn('exit'),
    ],
  });
  if (!built.ok) throw new Error(built.refusal.message);
  const machine = new Machine();
  machine.load({
    program: built.program,
    pcMap: { toPrepared: [0, 1, 3], toOriginal: [0, 1, -1, 2] },
    reserved: [8],
    stackDepth: [16],
    intrinsics: declared ? [{ pc: 2, name: 'probe', run }] : [],
  });
  machine.run(fixedWorld(world()), 100);
  return machine;
}

describe('runIntrinsic', () => {
  it('sees registers and frames, and writes its reserved bytes only', () => {
    const seen: bigint[] = [];
    const machine = withIntrinsic((view) => {
      seen.push(view.register(0), view.load(0, -8), BigInt(view.depth), BigInt(view.subprogram(0)));
      view.store(0, -16, 5n);
    });
    expect(seen).toEqual([7n, 1n, 1n, 0n]);
    expect(machine.outcome).toEqual({ how: 'exit', value: 7n });
    expect(machine.frameWord(0, -16)).toBe(5n);
    expect([machine.executed, machine.executedAdded]).toEqual([3, 1]);
  });

  it('does not count reserved bytes as memory of the program', () => {
    const hash = (value: bigint) => withIntrinsic((view) => view.store(0, -16, value)).memoryHash();
    expect(hash(1n)).toBe(hash(2n));
  });

  it('faults on a write elsewhere, on a use below the frame, on overflow', () => {
    const code = (run: (view: IntrinsicView) => void) => withIntrinsic(run).outcome;
    expect(code((view) => view.store(0, -8, 0n))).toMatchObject({ code: 'intrinsic-write' });
    expect(code((view) => view.store(0, -12, 0n))).toMatchObject({ code: 'intrinsic-write' });
    expect(code((view) => view.store(0, -520, 0n))).toMatchObject({ code: 'stack-overflow' });
    expect(code((view) => view.load(1, -8))).toMatchObject({ code: 'stack-overflow' });
    expect(code((view) => view.overflow('full'))).toMatchObject({ code: 'table-overflow', message: 'full' });
  });

  it('faults on a call that nobody declared', () => {
    expect(withIntrinsic(() => {}, false).outcome).toMatchObject({ code: 'bad-instruction' });
  });
});

describe('reservedOf', () => {
  it('is the lowest part of the used stack', () => {
    const core = new Core();
    core.stackDepth = [40];
    core.reserved = [16];
    expect(reservedOf(core, 0)).toEqual({ from: -40, to: -24 });
  });
});
