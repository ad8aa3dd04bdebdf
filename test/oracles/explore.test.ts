import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { WorldExplorer } from '../../oracles/explore.js';
import { Machine } from '../../oracles/machine/machine.js';
import { fixedWorld, type World } from '../../oracles/world.js';
import type { Program } from '../../src/isa/program.js';
import { program } from './machine/harness.js';

/** Two context words compared with 0 and 7, then an acquire if both agree. */
const BRANCHY = program(`main:
    r6 = *(u32 *)(r1 + 48)
    r7 = *(u32 *)(r1 + 56)
    if r6 == 0 goto out
    if r7 != 7 goto out
    r1 = 1
    call bpf_task_from_pid
    if r0 == 0 goto out
    r1 = r0
    call bpf_task_release
out:
    call bpf_get_prandom_u32
    r0 = 0
    exit
`);

function explore(
  of: Program,
  bound: number,
  seed = 'x',
): { readonly worlds: readonly World[]; readonly complete: boolean } {
  const machine = new Machine();
  machine.load({ program: of });
  const random = seedrandom(seed);
  const explorer = new WorldExplorer(of, () => random(), bound, 500);
  const worlds: World[] = [];
  for (let source = explorer.next(); source !== undefined; source = explorer.next()) {
    machine.run(source, 500);
    const { outcome, traceHash } = machine;
    const world = explorer.resolved();
    worlds.push(world);
    machine.run(fixedWorld(world), world.fuel);
    expect([machine.outcome, machine.traceHash]).toEqual([outcome, traceHash]);
  }
  return { worlds, complete: explorer.complete };
}

const key = (world: World) => `${world.cb}/${world.draw}/${world.fail}`;

describe('WorldExplorer', () => {
  it('finds exactly one world where there is no choice', () => {
    const { worlds, complete } = explore(program('main:\n    r0 = 0\n    exit\n'), 8);
    expect([worlds.length, complete]).toEqual([1, true]);
    expect(worlds[0]).toEqual({ cb: [0, 0, 0, 0, 0], draw: [], fail: [], fuel: 500 });
  });

  it('enumerates all worlds within its bound, each once', () => {
    const { worlds, complete } = explore(BRANCHY, 100_000);
    // {0, 1, -1, 6, 7, 8} and a random value: 7 options for two words and a draw, and one acquire in 6 of 49 cases.
    expect(worlds).toHaveLength((49 + 6) * 7);
    expect(new Set(worlds.map(key)).size).toBe(worlds.length);
    expect(complete).toBe(true);
    expect(worlds.some(({ fail }) => fail.length === 1)).toBe(true);
  });

  it('stays within its bound, without repeating a world, and says that it is not complete', () => {
    const { worlds, complete } = explore(BRANCHY, 40);
    expect(worlds).toHaveLength(40);
    expect(new Set(worlds.map(key)).size).toBe(40);
    expect(complete).toBe(false);
  });

  it('samples worlds that flip branches', () => {
    const { worlds } = explore(BRANCHY, 60);
    expect(worlds.some(({ cb }) => cb[0] !== 0 && cb[2] === 7)).toBe(true);
    expect(worlds.some(({ cb }) => cb[0] !== 0 && cb[2] !== 7)).toBe(true);
  });

  it('is deterministic in its source of randomness', () => {
    expect(explore(BRANCHY, 50, 'a')).toEqual(explore(BRANCHY, 50, 'a'));
    expect(explore(BRANCHY, 50, 'a')).not.toEqual(explore(BRANCHY, 50, 'b'));
  });
});
