import { describe, expect, it } from 'vitest';
import { Machine } from '../../oracles/machine/machine.js';
import { hasDifferingStates, StakesCounter } from '../../oracles/stakes.js';
import { fixedWorld } from '../../oracles/world.js';
import { analyse } from '../../src/verify/walk.js';
import { programOf } from '../src/subjects/states.js';

const inTwoFrames = programOf(`
main:
    r1 = 1
    call bpf_task_from_pid
    r6 = r0
    call inner
    r1 = r6
    if r1 == 0 goto done
    call bpf_task_release
done:
    r0 = 0
    exit
inner:
    r1 = 1
    call bpf_cgroup_from_id
    r6 = r0
    r1 = 7
    call bpf_throw
    r0 = 0
    exit
`);

const merged = (second: string) => `
main:
    r7 = *(u32 *)(r1 + 48)
    r1 = 1
    if r7 == 0 goto other
    call bpf_task_from_pid
    r6 = r0
    goto met
other:
    call ${second}
    r6 = r0
met:
    r7 = 0
    r1 = 7
    call bpf_throw
    r0 = 0
    exit
`;

describe('StakesCounter', () => {
  const count = (fail: readonly number[]) => {
    const machine = new Machine();
    machine.load({ program: inTwoFrames });
    machine.run(fixedWorld({ cb: [], draw: [], fail, fuel: 1000 }), 1000);
    const stakes = new StakesCounter();
    stakes.count(machine);
    return stakes.finish(analyse(inTwoFrames, { pruning: 'exact' }), true);
  };

  it('counts what was held at throws and in how many frames', () => {
    expect(count([])).toMatchObject({ worlds: 1, throwRuns: 1, heldAtThrow: [2], heldInTwoFrames: true, throwPcs: 1 });
    expect(count([1])).toMatchObject({ heldAtThrow: [1], heldInTwoFrames: false, throwPcsRun: 1 });
    expect(count([1, 2])).toMatchObject({ heldAtThrow: [0], throwRuns: 1 });
  });
});

describe('hasDifferingStates', () => {
  const differs = (text: string) => hasDifferingStates(analyse(programOf(text), { pruning: 'exact' }).throws);

  it('is about what is held and where, not about how it came there', () => {
    expect(differs(merged('bpf_task_from_pid'))).toBe(false);
    expect(differs(merged('bpf_cgroup_from_id'))).toBe(true);
    expect(differs(merged('bpf_get_current_task_btf'))).toBe(true);
  });
});
