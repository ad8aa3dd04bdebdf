import { describe, expect, it } from 'vitest';
import { measureShrinks } from '../../bench/shrinks.js';
import { createShard } from '../../src/campaign/shard.js';
import { SETTINGS } from './samples.js';

describe('measureShrinks', () => {
  it('measureShrinks makes findings smaller, and says how long that took', async () => {
    const shard = createShard(SETTINGS);
    const { sightings } = shard.run({ from: 0, count: 20 }, false);
    const shrinking = await measureShrinks(shard, sightings.slice(0, 2));
    if (!shrinking.available) throw new Error(shrinking.reason);
    expect(shrinking.findings).toBe(2);
    expect(shrinking.minimal).toBe(2);
    expect(shrinking.instructionsAfter).toBeLessThan(shrinking.instructionsBefore);
    expect(shrinking.medianMs).toBeGreaterThan(0);
    expect(shrinking.maxMs).toBeGreaterThanOrEqual(shrinking.medianMs);
    expect(shrinking.totalMs).toBeCloseTo(shrinking.medianMs + shrinking.maxMs);
  });

  it('measureShrinks has nothing to say without findings, and fails where shrinking does', async () => {
    const shard = createShard(SETTINGS);
    expect(await measureShrinks(shard, [])).toEqual({ available: false, reason: 'no findings' });
    const absent = { subject: 'mainline', defect: 'leak/nothing/unlisted/nowhere/thrower', verdict: 'leak' } as const;
    await expect(measureShrinks(shard, [{ ...absent, index: 0, programs: 1 }])).rejects.toThrow(
      'does not show any more',
    );
  });
});
