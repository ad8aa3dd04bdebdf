/** Tests of worlds as an arbitrary; the laws they share with others are in test/laws. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainerWorlds, runTrimmed, sampleWorlds, worlds } from '../../oracles/arbitrary-world.js';
import { Machine } from '../../oracles/machine/machine.js';
import { fixedWorld, type World } from '../../oracles/world.js';
import { programOf } from '../src/shrink/text.js';

const PROGRAM = programOf(
  'main:',
  'r6 = r1',
  'r1 = *(u32 *)(r6 + 52)',
  'if r1 == 77 goto ask',
  'r0 = 0',
  'exit',
  'ask:',
  'call bpf_get_prandom_u32',
  'r1 = 0',
  'call bpf_task_from_pid',
  'if r0 == 0 goto out',
  'call bpf_throw',
  'out:',
  'r0 = 0',
  'exit',
);

const machine = new Machine();
machine.load({ program: PROGRAM });
const world = (parts: Partial<World>): World => ({ cb: [], draw: [], fail: [], fuel: 1000, ...parts });

/** How the run ends. */
function endOf(each: World): string {
  machine.run(fixedWorld(each), each.fuel);
  return machine.outcome.how;
}

describe('worlds', () => {
  it('worlds takes the values that the program compares with', () => {
    const all = fc.sample(worlds(PROGRAM), { seed: 1, numRuns: 200 });
    const words = new Set(all.map(({ cb }) => cb[1] ?? 0));
    for (const value of [0, 1, 76, 77, 78]) expect(words).toContain(value);
    expect(words.size).toBeGreaterThan(5);
    expect(new Set(all.map(endOf))).toEqual(new Set(['throw', 'exit']));
  });

  it('worlds says nothing that its run does not ask for', () => {
    for (const each of fc.sample(worlds(PROGRAM), { seed: 2, numRuns: 100 })) {
      if (each.cb[1] !== 77) expect([each.draw, each.fail]).toEqual([[], []]);
      expect(runTrimmed(machine, each)).toEqual(each);
    }
  });

  it('worlds shrinks to the plainest that still fails', () => {
    const found = fc.check(
      fc.property(worlds(PROGRAM, { fuel: 1000 }), (each) => endOf(each) !== 'throw'),
      { seed: 3 },
    );
    expect(found.counterexample).toEqual([world({ cb: [0, 77] })]);
  });
});

describe('sampleWorlds', () => {
  it('sampleWorlds gives different worlds and no more than there are', () => {
    const bare = programOf('main:', 'call bpf_task_from_pid', 'r0 = 0', 'exit');
    const other = new Machine();
    other.load({ program: bare });
    let found: readonly World[] = [];
    fc.sample(
      fc.noShrink(
        new (class extends fc.Arbitrary<number> {
          generate(random: fc.Random): fc.Value<number> {
            found = sampleWorlds(other, bare, random, 9, 1000);
            return new fc.Value(0, undefined);
          }
          canShrinkWithoutContext(value: unknown): value is number {
            return typeof value === 'number';
          }
          shrink(): fc.Stream<fc.Value<number>> {
            return fc.Stream.nil();
          }
        })(),
      ),
      { seed: 1, numRuns: 1 },
    );
    expect(found.map(({ fail }) => fail).sort()).toEqual([[], [1]]);
  });
});

describe('runTrimmed', () => {
  it('runTrimmed leaves out what is not read, and zeros at the end', () => {
    const full = world({ cb: [9, 77, 3], draw: [0n, 5n], fail: [1, 4] });
    expect(runTrimmed(machine, full)).toEqual(world({ cb: [0, 77], fail: [1] }));
    expect(machine.outcome.how).toBe('exit');
    expect(runTrimmed(machine, world({ cb: [9, 3], draw: [1n] }))).toEqual(world({ cb: [0, 3] }));
  });
});

describe('plainerWorlds', () => {
  it('plainerWorlds lets all acquires succeed first, then makes inputs 0, then 1', () => {
    const plainer = [...plainerWorlds(world({ cb: [0, 7], draw: [1n], fail: [1, 2] }))];
    expect(plainer).toEqual([
      world({ cb: [0, 7], draw: [1n] }),
      world({ cb: [0, 7], draw: [1n], fail: [2] }),
      world({ cb: [0, 7], draw: [1n], fail: [1] }),
      world({ cb: [0, 0], draw: [1n], fail: [1, 2] }),
      world({ cb: [0, 7], draw: [0n], fail: [1, 2] }),
      world({ cb: [0, 1], draw: [1n], fail: [1, 2] }),
    ]);
    expect([...plainerWorlds(world({}))]).toEqual([]);
  });
});
