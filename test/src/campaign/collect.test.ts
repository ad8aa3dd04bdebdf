import { expect, test } from 'vitest';
import { periodicCollector } from '../../../src/campaign/collect.js';

test('periodicCollector collects once enough programs were judged, and only then', async () => {
  const collect = periodicCollector(100);
  let collected = false;
  const registry = new FinalizationRegistry(() => {
    collected = true;
  });
  (() => registry.register({ dies: true }, undefined))();
  const turn = () => new Promise((resolve) => setTimeout(resolve, 20));
  await turn();
  collect(99);
  await turn();
  expect(collected).toBe(false);
  collect(1);
  await turn();
  expect(collected).toBe(true);
});
