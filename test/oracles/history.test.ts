/** What is recorded of a run: acquires, failures, releases, calls and returns, at original pcs. */
import { describe, expect, it } from 'vitest';
import { type HistoryEvent, recordHistory } from '../../oracles/history.js';
import { Machine } from '../../oracles/machine/machine.js';
import { fixedWorld, type StopPoint, type World } from '../../oracles/world.js';
import type { Program } from '../../src/isa/program.js';
import { perFrame } from '../../src/subjects/runtime-table/runtime-table.js';
import { analyse } from '../../src/verify/walk.js';
import { program, world } from './machine/harness.js';

const HANDED_OVER = program(`
main:
    call get
    if r0 != 0 goto one
    call get
    if r0 == 0 goto out
one:
    r1 = r0
    call bpf_task_release
    call get
    r7 = r0
    r1 = 9
    call bpf_throw
out:
    r0 = 0
    exit
get:
    r1 = 1
    call bpf_task_from_pid
    exit
`);

function record(of: Program, where: World, stop?: StopPoint): readonly HistoryEvent[] {
  const machine = new Machine();
  machine.load({ program: of });
  return recordHistory(machine, of, fixedWorld(where), where.fuel, stop);
}

function wordsOf(event: HistoryEvent): string {
  switch (event.did) {
    case 'acquire':
    case 'release':
      return `${event.pc} ${event.did} ${event.resource} in ${event.frame}`;
    case 'return':
      return `${event.pc} return from ${event.frame} with [${event.hands.join()}]`;
    case 'call':
      return `${event.pc} call ${event.subprogram} in ${event.frame}`;
    case 'fail':
      return `${event.pc} fail in ${event.frame}`;
    default:
      return event satisfies never;
  }
}

const words = (events: readonly HistoryEvent[]) => events.map(wordsOf);

describe('recordHistory', () => {
  it('recordHistory tells what happened in order, up to the throw', () => {
    expect(words(record(HANDED_OVER, world({ fail: [1] })))).toEqual([
      '0 call 1 in 0',
      '13 fail in 1',
      '14 return from 1 with []',
      '2 call 1 in 0',
      '13 acquire task#1 in 1',
      '14 return from 1 with [task#1]',
      '5 release task#1 in 0',
      '6 call 1 in 0',
      '13 acquire task#2 in 1',
      '14 return from 1 with [task#2]',
    ]);
  });

  it('recordHistory tells what the last instruction did', () => {
    const of = program('main:\n    r1 = 1\n    call bpf_task_from_pid\n    r0 = 0\n    exit\n');
    expect(words(record(of, world({ fuel: 2 })))).toEqual(['1 acquire task#1 in 0']);
    expect(words(record(of, world(), { pc: 1, visit: 1 }))).toEqual([]);
  });

  it('recordHistory tells two references to one object apart', () => {
    const of = program(`
main:
    call bpf_get_current_task_btf
    r6 = r0
    r1 = r6
    call bpf_task_acquire
    r1 = r6
    call bpf_task_acquire
    r1 = r6
    call bpf_task_release
    r0 = 0
    exit
`);
    expect(words(record(of, world()))).toEqual([
      '3 acquire task#1 in 0',
      '5 acquire task#2 in 0',
      '7 release task#2 in 0',
    ]);
  });

  it('recordHistory of a rewrite is that of the original', () => {
    const analysis = analyse(HANDED_OVER, { pruning: 'exact' });
    const prepared = perFrame.prepare({ program: HANDED_OVER, analysis, stopAt: 'throw' });
    if (!prepared.ok) throw new Error(prepared.refusal.message);
    expect(prepared.cost.instructionsAdded).toBeGreaterThan(3);
    const machine = new Machine();
    machine.load({ ...prepared, stackDepth: prepared.cost.stack });
    const where = world({ fail: [1] });
    expect(recordHistory(machine, HANDED_OVER, fixedWorld(where), where.fuel)).toEqual(record(HANDED_OVER, where));
  });

  it('recordHistory leaves the observer as it was, and it is called meanwhile', () => {
    const machine = new Machine();
    machine.load({ program: HANDED_OVER });
    const seen: number[] = [];
    const observer = (pc: number) => {
      seen.push(pc);
    };
    machine.observer = observer;
    recordHistory(machine, HANDED_OVER, fixedWorld(world()), 1000);
    expect(machine.observer).toBe(observer);
    expect(seen.slice(0, 3)).toEqual([0, 12, 13]);
    expect(seen.length).toBe(machine.executed);
  });

  it('recordHistory hands on what the frame owned, not what its caller did', () => {
    const of = program(`
main:
    r1 = 1
    call bpf_cgroup_from_id
    r6 = r0
    call get
    r0 = 0
    exit
get:
    r1 = 1
    call bpf_task_from_pid
    exit
`);
    expect(words(record(of, world())).at(-1)).toBe('8 return from 1 with [task#2]');
  });

  it('recordHistory tells nothing of an instruction that faults', () => {
    const acquiring = program('main:\n    r0 = 0\n    r1 = 5\n    call bpf_task_acquire\n    exit\n');
    expect(words(record(acquiring, world()))).toEqual([]);
    const of = program(
      'main:\n    r1 = 1\n    call bpf_task_from_pid\n    r1 = 5\n    call bpf_task_release\n    exit\n',
    );
    expect(words(record(of, world()))).toEqual(['1 acquire task#1 in 0']);
  });
});
