/** Every profile against all subjects for about a second, from a new seed each time: what fixed seeds do not meet. */
import { describe, expect, it } from 'vitest';
import { PROFILE_NAMES } from '../generators/profile.js';
import { createShard } from '../src/campaign/shard.js';
import { freshSeed } from '../src/commands/options.js';
import { SUBJECTS } from '../src/subjects/registry.js';

/** Designs as their authors put them: they have known defects. */
const ERRING: readonly string[] = ['frame-descriptors/rfc-v1', 'frame-descriptors/rfc-v2', 'forced-spill/literal'];

describe('smoke', () => {
  it.each(PROFILE_NAMES)('smoke %s × all subjects: nothing crashes and what is right stays right', (profile) => {
    const { SMOKE_SEED: seed = freshSeed() } = process.env;
    console.info(`smoke: profile ${profile} seed ${seed} (repeat with SMOKE_SEED=${seed})`);
    const shard = createShard({
      seed,
      profile,
      subjects: SUBJECTS.map(({ name }) => name),
      stopAt: 'throw',
      pruning: 'exact',
      worlds: 8,
      fuel: 100_000,
      containment: true,
      patches: true,
    });
    const end = performance.now() + 1000;
    for (let from = 0; performance.now() < end; from += 16) {
      const { crash, sightings } = shard.run({ from, count: 16 }, false);
      expect(crash, crash?.stack).toBeUndefined();
      expect(sightings.filter(({ subject }) => !ERRING.includes(subject))).toEqual([]);
    }
  });
});
