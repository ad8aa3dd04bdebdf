import { expect, it } from 'vitest';
import { acquired, acquiresFail, bad, returnNull, returnNumber } from '../../../oracles/machine/behaviour.js';
import { Core } from '../../../oracles/machine/core.js';
import { fixedWorld } from '../../../oracles/world.js';
import { world } from './harness.js';

function begun(fail: readonly number[] = []): Core {
  const core = new Core();
  core.begin(fixedWorld(world({ fail })));
  return core;
}

it('acquiresFail counts attempts and asks the world about each', () => {
  const core = begun([2]);
  expect([acquiresFail(core), acquiresFail(core), acquiresFail(core)]).toEqual([false, true, false]);
  expect(core.attempts).toBe(3);
});

it('acquired puts the object into the ledger and its address into R0', () => {
  const core = begun();
  const task = core.memory.addKernelObject('task');
  expect(acquired(core, 4, 'task', task)).toBe('value');
  expect(core.ledger.entries()).toMatchObject([{ name: 'task#1', object: task, acquiredAt: 4, frame: 0 }]);
  expect(core.file.value(0)).not.toBe(0n);
});

it('returnNumber takes negative numbers, returnNull is 0, bad ends the run', () => {
  const core = begun();
  returnNumber(core, -12n);
  expect(core.file.value(0)).toBe(2n ** 64n - 12n);
  returnNull(core);
  expect(core.file.value(0)).toBe(0n);
  expect(bad(core, 7, 'no')).toBe('over');
  expect(core.outcome).toEqual({ how: 'fault', code: 'bad-argument', pc: 7, message: 'no' });
});
