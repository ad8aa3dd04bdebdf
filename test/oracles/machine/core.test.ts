import { describe, expect, it } from 'vitest';
import { POISONED } from '../../../oracles/machine/address.js';
import { Core, MAY_GOTO_BUDGET } from '../../../oracles/machine/core.js';

function started(): Core {
  const core = new Core();
  core.begin(undefined);
  return core;
}

describe('Core', () => {
  it('keeps r6 to r9 of every frame', () => {
    const core = started();
    core.file.setHalves(6, 1, 0);
    core.pushFrame(0, 10);
    core.file.setHalves(6, 2, 0);
    core.pushFrame(0, 20);
    core.file.setHalves(6, 3, 0);
    expect([0, 1, 2].map((frame) => core.calleeSaved(frame, 6))).toEqual([1n, 2n, 3n]);
    expect(core.popFrame()).toBe(20);
    expect(core.file.value(6)).toBe(2n);
    expect(core.popFrame()).toBe(10);
    expect(core.file.value(6)).toBe(1n);
  });

  it('hands what a returning frame owns to its caller', () => {
    const core = started();
    core.pushFrame(0, 1);
    core.ledger.acquire('task', 1, '', 0, core.depth - 1);
    expect(core.ledger.frameOf(0)).toBe(1);
    core.popFrame();
    expect(core.ledger.frameOf(0)).toBe(0);
  });

  it('restores registers and frames', () => {
    const core = started();
    core.pushFrame(3, 5);
    core.saveCurrent();
    const saved = core.saveFrames();
    core.setDepth(1);
    core.pushFrame(4, 6);
    core.poison(6, POISONED.byCall);
    core.restoreFrames(saved);
    expect([core.depth, core.frameSubprogram[1], core.frameCall[1]]).toEqual([2, 3, 5]);
    expect(core.saveFrames()).toEqual(saved);
  });

  it('gives every frame a budget of may_goto of its own', () => {
    const core = started();
    for (let spent = 0; spent < MAY_GOTO_BUDGET; spent++) core.spendMayGoto();
    expect(core.spendMayGoto()).toBe(false);
    core.pushFrame(0, 0);
    expect(core.spendMayGoto()).toBe(true);
  });

  it('names the original pc an inserted instruction serves', () => {
    const core = started();
    core.pcMap = { toPrepared: [1], toOriginal: [-1, 0], serves: [0, 0] };
    expect([core.originalPc(0), core.originalPc(1)]).toEqual([0, 0]);
    core.fault('bad-address', 0, 'x');
    expect(core.outcome).toEqual({ how: 'fault', code: 'bad-address', pc: 0, message: 'x' });
  });
});
