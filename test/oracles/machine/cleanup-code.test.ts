/** A stopped program that goes on in another one. Landing pads are in unwinding.test.ts. */
import { describe, expect, it } from 'vitest';
import { Machine } from '../../../oracles/machine/machine.js';
import { fixedWorld } from '../../../oracles/world.js';
import { program as programOf, ran } from './harness.js';

/** `guard` throws while main has a task in r6 and a dynptr at fp-16. */
const TEXT = `main:
    r1 = map[events] ll
    r2 = 8
    r3 = 0
    r4 = r10
    r4 += -16
    call bpf_ringbuf_reserve_dynptr
    r1 = 1
    call bpf_task_from_pid
    r6 = r0
    call guard
    r1 = r6
    call bpf_task_release
    r1 = r10
    r1 += -16
    r2 = 0
    call bpf_ringbuf_submit_dynptr
    r0 = 0
    exit
guard:
    r6 = 5
    r2 = r10
    r1 = 7
    call bpf_throw
    r0 = 3
    exit
`;
/** pcs of the call of `guard` and of its throw. */
const CALL = 10;
const THROW = 22;
const going = (change: (text: string) => string) => programOf(change(TEXT).replace('call bpf_throw', 'r0 = 0'));

describe('Machine.unwind in another program', () => {
  const machine = ran(TEXT);
  const goOn = (change: (text: string) => string) =>
    machine.unwind([{ do: 'resume', program: going(change), pcs: [CALL + 1, THROW] }]);

  it('goes on in all frames, judges what is released, and leaves the run as it was', () => {
    const { outcome } = machine;
    const [hash, trace] = [machine.memoryHash(), machine.traceHash];
    const reached = [...machine.reached];
    const result = goOn((text) => text);
    expect(result.releases).toMatchObject([
      { effect: 'released', resource: 'task#2', location: `clone@${CALL + 2}`, frame: 0, because: 'clone' },
      { effect: 'released', resource: 'dynptr#1', destructor: 'bpf_ringbuf_discard_dynptr' },
    ]);
    expect([result.left, result.fault]).toEqual([[], undefined]);
    expect([machine.memoryHash(), machine.traceHash, machine.outcome]).toEqual([hash, trace, outcome]);
    expect([...machine.reached]).toEqual(reached);
    expect(machine.ledger.names()).toEqual(['dynptr#1', 'task#2']);
    expect(machine.depth).toBe(2);
  });

  it('reads its constants beside those of the stopped program', () => {
    const constants = (text: string) =>
      text.replace('    r1 = r6\n', '    r7 = 1234567\n    r8 = 7654321\n    r1 = r6\n');
    expect(goOn(constants).left).toEqual([]);
    machine.run(fixedWorld({ cb: [], draw: [], fail: [], fuel: 1000 }), 1000);
    expect(machine.outcome).toEqual({ how: 'throw', value: 7n });
  });

  it('tells what is left, released twice, and used when it is gone', () => {
    expect(goOn((text) => text.replace('call bpf_task_release', 'r0 = 0')).left).toMatchObject([
      { resource: 'task#2' },
    ]);
    const twice = goOn((text) =>
      text.replace('call bpf_task_release', 'call bpf_task_release\n    r1 = r6\n    call bpf_task_release'),
    );
    expect(twice.releases[1]).toMatchObject({ effect: 'already-released' });
    const used = goOn((text) =>
      text.replace('call bpf_task_release', 'call bpf_task_release\n    r1 = r6\n    call bpf_task_acquire'),
    );
    expect(used.fault).toMatchObject({ in: 'clone', code: 'use-after-release' });
  });

  it('leaves an empty dynptr where one was released', () => {
    const again = '    r1 = r10\n    r1 += -16\n    r2 = 0\n    call bpf_ringbuf_submit_dynptr\n';
    const twice = goOn((text) => text.replace(again, again + again));
    expect(twice.releases.map(({ effect }) => effect)).toEqual(['released', 'released', 'nothing']);
  });

  it('tells of a clone that does not end, and of one that reads what the throw has lost', () => {
    expect(
      goOn((text) => text.replace('r0 = 3\n', 'if r0 == 0 goto again\n').replace('    r1 = 7', 'again:\n    r1 = 7'))
        .fault,
    ).toMatchObject({
      in: 'clone',
      code: 'fuel',
      message: 'the clone does not end',
    });
    const lost = goOn((text) => text.replace('    r0 = 3\n', '    r0 = *(u64 *)(r2 - 8)\n'));
    expect(lost.fault).toMatchObject({ code: 'bad-address' });
  });

  it('keeps the scratch registers of a program that was stopped', () => {
    const program = programOf('main:\n    r2 = 9\n    r0 = 0\n    r0 = r2\n    exit');
    const stopped = new Machine();
    stopped.load({ program });
    stopped.run(fixedWorld({ cb: [], draw: [], fail: [], fuel: 100 }), 100, { pc: 2, visit: 1 });
    const reads = programOf(
      'main:\n    r2 = 9\n    r0 = 0\n    if r2 == 9 goto fine\n    r0 = *(u64 *)(r2 + 0)\nfine:\n    exit',
    );
    expect(stopped.unwind([{ do: 'resume', program: reads, pcs: [2] }]).fault).toBeUndefined();
  });

  it('asks nothing of the world of the run', () => {
    const asking = '    call bpf_get_prandom_u32\n    call bpf_ktime_get_ns\n    r1 = 1\n    call bpf_task_from_pid\n';
    const program = programOf(TEXT);
    const asked: string[] = [];
    const counting = new Machine();
    counting.load({ program });
    const world = {
      context: () => asked.push('context'),
      draw: () => BigInt(asked.push('draw')),
      acquireFails: () => asked.push('acquire') < 0,
    };
    counting.run(world, 1000);
    expect(counting.outcome.how).toBe('throw');
    const before = asked.length;
    const clone = programOf(TEXT.replace('call bpf_throw', `r0 = 0\n${asking}`));
    counting.unwind([{ do: 'resume', program: clone, pcs: [CALL + 1, THROW] }]);
    expect(asked).toHaveLength(before);
    counting.run(world, 1000);
    expect(asked).toHaveLength(2 * before);
  });
});
