import { describe, expect, it } from 'vitest';
import { ContainmentChecker } from '../../oracles/containment.js';
import { HarnessBug } from '../../oracles/harness-bug.js';
import { Machine } from '../../oracles/machine/machine.js';
import { fixedWorld, type World } from '../../oracles/world.js';
import type { StateView } from '../../src/verify/analysis.js';
import type { Scalar } from '../../src/verify/scalar.js';
import type { Slot, Value } from '../../src/verify/value.js';
import { analyse, type RecordedAnalysis } from '../../src/verify/walk.js';
import { programOf } from '../src/subjects/states.js';

const program = programOf(`
main:
    r6 = r1
    r7 = *(u32 *)(r6 + 48)
    r7 &= 7
    r1 = 1
    call bpf_task_from_pid
    *(u64 *)(r10 - 8) = r0
    r8 = 0
    *(u64 *)(r10 - 16) = r7
again:
    r8 += 1
    if r8 != 3 goto again
    r1 = r7
    call guard
    r1 = *(u64 *)(r10 - 8)
    if r1 == 0 goto done
    call bpf_task_release
done:
    r0 = 0
    exit
guard:
    if r1 != 7 goto fine
    call bpf_throw
fine:
    r0 = 0
    exit
`);
const analysis = analyse(program, { pruning: 'exact', record: true });
const world = (cb: number, fail: readonly number[] = []): World => ({
  cb: [cb, 0, 0, 0, 0],
  draw: [],
  fail,
  fuel: 1000,
});

function follow(of: RecordedAnalysis, runs: readonly World[]): void {
  const machine = new Machine();
  machine.load({ program });
  const checker = new ContainmentChecker(of, machine);
  for (const each of runs) {
    checker.begin();
    machine.run(fixedWorld(each), each.fuel);
    checker.end();
  }
}

type WalkNode = RecordedAnalysis['nodes'][number];
const fieldsOf = ({ pc, state, next, coveredBy }: WalkNode): WalkNode => ({ pc, state, next, coveredBy });

/** The walk with every state at a pc seen through a distorting view. */
function distort(pc: number, view: (state: StateView) => StateView): RecordedAnalysis {
  return {
    ...analysis,
    nodes: analysis.nodes.map((node) => (node.pc === pc ? { ...fieldsOf(node), state: view(node.state) } : node)),
  };
}

function withRegister(state: StateView, register: number, value: (old: Value) => Value): StateView {
  return {
    depth: state.depth,
    references: state.references,
    frame: (index) => state.frame(index),
    slot: (frame, slot) => state.slot(frame, slot),
    register: (frame, each) => {
      const old = state.register(frame, each);
      return each === register && frame === 0 ? value(old) : old;
    },
  };
}

function withSlot(state: StateView, slot: number, value: (old: Slot) => Slot): StateView {
  return {
    depth: state.depth,
    references: state.references,
    frame: (index) => state.frame(index),
    register: (frame, register) => state.register(frame, register),
    slot: (frame, each) => (each === slot && frame === 0 ? value(state.slot(frame, each)) : state.slot(frame, each)),
  };
}

const narrowed = (value: Value): Value =>
  value.is === 'scalar' ? ({ ...value, umax: 0n, bits: { value: 0n, mask: 0n } } satisfies Scalar) : value;
const worlds = [world(0), world(7), world(15, [1]), world(3, [1])];
const pcAfterMask = 3;

describe('ContainmentChecker', () => {
  it('finds every run of a verified program in its walk, on both sides of every choice', () => {
    expect(analysis.refusal).toBeUndefined();
    follow(analysis, worlds);
  });

  it('finds the runs of one program with pruning off, too', () => {
    follow(analyse(program, { pruning: 'off', record: true }), worlds);
  });

  it('sees a range that leaves a value out', () => {
    const wrong = distort(pcAfterMask, (state) => withRegister(state, 7, narrowed));
    follow(wrong, [world(0)]);
    expect(() => follow(wrong, [world(5)])).toThrow(HarnessBug);
    expect(() => follow(wrong, [world(5)])).toThrow(/pc 3 .*R7 of frame 0 is 0x5/);
  });

  it('sees a pointer that the walk takes for non-NULL', () => {
    const sure = (value: Value): Value => (value.is === 'pointer' ? { ...value, mayBeNull: false } : value);
    const wrong = distort(5, (state) => withRegister(state, 0, sure));
    follow(wrong, [world(1)]);
    expect(() => follow(wrong, [world(1, [1])])).toThrow(/NULL, which the walk excludes/);
  });

  it('sees a resource of a kind the walk does not expect', () => {
    const other = (value: Value): Value =>
      value.is === 'pointer' ? { ...value, type: { to: 'kernel', kind: 'cgroup' } } : value;
    expect(() =>
      follow(
        distort(5, (state) => withRegister(state, 0, other)),
        [world(1)],
      ),
    ).toThrow(/a task, not a cgroup/);
  });

  it('sees a wrong spill', () => {
    const wrong = distort(8, (state) =>
      withSlot(state, 1, (slot) => ({ ...slot, spilled: slot.spilled && narrowed(slot.spilled) })),
    );
    expect(() => follow(wrong, [world(6)])).toThrow(/fp-16 of frame 0 is 0x6/);
  });

  it('sees a byte that is not zero', () => {
    const wrong = distort(8, (state) =>
      withSlot(state, 1, () => ({
        bytes: Array.from({ length: 8 }, () => 'zero' as const),
        spilled: undefined,
        resident: undefined,
      })),
    );
    expect(() => follow(wrong, [world(6)])).toThrow(/byte 0 of fp-16 in frame 0 is not zero/);
  });

  it('sees a held resource that the walk does not know', () => {
    const wrong = distort(6, (state) => ({ ...withRegister(state, 9, (value) => value), references: [] }));
    const atJoin = distort(8, (state) => ({ ...withRegister(state, 9, (value) => value), references: [] }));
    follow(wrong, [world(1, [1])]);
    expect(() => follow(atJoin, [world(1)])).toThrow(/task#1 is held, which the walk does not know/);
  });

  it('sees a path that was never walked', () => {
    const cut = {
      ...analysis,
      nodes: analysis.nodes.map((node) => (node.pc === 9 ? { ...fieldsOf(node), next: [] } : node)),
    };
    expect(() => follow(cut, [world(1)])).toThrow(/the walk has no state there/);
  });

  it('at is the node that the run ended in, of a throw the one that its visit names', () => {
    const machine = new Machine();
    machine.load({ program });
    const checker = new ContainmentChecker(analysis, machine);
    const endOf = (each: World) => {
      checker.begin();
      machine.run(fixedWorld(each), each.fuel);
      checker.end();
      return checker.at.map((index) => analysis.nodes[index]?.pc);
    };
    expect(endOf(world(7))).toEqual([18]);
    expect(endOf(world(1))).toEqual([16]);
    const thrown = analysis.throws.map(({ node }) => node);
    endOf(world(7, [1]));
    expect(checker.at.every((index) => thrown.includes(index))).toBe(true);
  });
});
