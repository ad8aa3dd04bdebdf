import { expect, test, vi } from 'vitest';
import { fullCollection, periodicCollector } from '../../../src/campaign/collect.js';

test('periodicCollector collects each time enough programs were judged, and only then', () => {
  const collect = vi.fn();
  const judged = periodicCollector(100, collect);
  judged(99);
  expect(collect).not.toHaveBeenCalled();
  judged(1);
  judged(99);
  expect(collect).toHaveBeenCalledTimes(1);
  judged(32);
  expect(collect).toHaveBeenCalledTimes(2);
});

test('fullCollection frees what nobody refers to', async () => {
  let freed = false;
  const registry = new FinalizationRegistry(() => {
    freed = true;
  });
  (() => registry.register({ dies: true }, undefined))();
  await new Promise((resolve) => setTimeout(resolve, 20));
  fullCollection()();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(freed).toBe(true);
});
