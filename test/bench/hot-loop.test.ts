import { expect, test } from 'vitest';
import { hotLoop } from '../../bench/hot-loop.js';
import { Machine } from '../../oracles/machine/machine.js';

test('hotLoop executes ten instructions a pass, a hundred thousand times, to its exit', () => {
  const machine = new Machine();
  expect(hotLoop(machine)).toBe(3 + 10 * 100_000 + 2);
  expect(machine.outcome.how).toBe('exit');
});
