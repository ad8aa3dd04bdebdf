import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../oracles/machine/machine.js';
import type { MachineRelease } from '../../../oracles/machine/unwinding.js';
import type { Location } from '../../../src/contract/location.js';
import { ran } from './harness.js';

/** main holds task#1 in r6 and object#2 (a node) in fp-8, has released task#3, and its callee throws. */
const HOLDING = `main:
    r9 = r1
    r1 = 1
    call bpf_task_from_pid
    r6 = r0
    r1 = type[node] ll
    call bpf_obj_new_impl
    *(u64 *)(r10 - 8) = r0
    r1 = 2
    call bpf_task_from_pid
    r7 = r0
    r1 = r0
    call bpf_task_release
    call bpf_get_current_task_btf
    r8 = r0
    call thrower
    r0 = 0
    exit
thrower:
    r6 = 12
    r1 = 0
    call bpf_throw
    exit
`;

const register = (number: number): Location => ({ in: 'register', register: number });

function release(machine: Machine, from: Location, address: bigint, destructor: string, frame = 0): MachineRelease {
  const step = { do: 'release', frame, from, address, destructor, because: 'test' } as const;
  const [only] = machine.unwind([step]).releases;
  if (only === undefined) throw new Error('no release');
  return only;
}

describe('Machine.unwind', () => {
  const machine = ran(HOLDING);
  const r = (number: number) => machine.savedRegister(0, number);
  const node = machine.frameWord(0, -8);

  it('releases what is held, on a copy of the ledger', () => {
    const task = release(machine, register(6), r(6), 'bpf_task_release');
    expect(task).toMatchObject({ effect: 'released', truth: 'released', resource: 'task#1', location: 'r6' });
    const object = release(machine, { in: 'stack', offset: -8 }, node, 'bpf_obj_drop_impl(node)');
    expect(object).toMatchObject({ effect: 'released', resource: 'object#2', location: 'fp-8', subprogram: 'main' });
    expect(machine.ledger.names()).toEqual(['task#1', 'object#2']);
  });

  it('names what was there when nothing could be released', () => {
    const truth = (from: Location, address: bigint, destructor = 'bpf_task_release') => {
      const { effect, truth: what } = release(machine, from, address, destructor);
      return [effect, what];
    };
    const slot = { in: 'stack', offset: -16 } as const;
    expect(truth(register(7), r(7))).toEqual(['already-released', 'already-released']);
    expect(truth(register(8), r(8))).toEqual(['garbage', 'non-owned-pointer']);
    expect(truth(register(9), r(9))).toEqual(['garbage', 'non-owned-pointer']);
    expect(truth(slot, machine.frameWord(0, -16))).toEqual(['garbage', 'uninitialised']);
    expect(truth(slot, 5n)).toEqual(['garbage', 'scalar']);
    expect(truth(slot, r(6) + 8n)).toEqual(['garbage', 'non-owned-pointer']);
    expect(truth(register(6), r(6), 'bpf_cgroup_release')).toEqual(['wrong-destructor', 'other-kind']);
    expect(truth(slot, node, 'bpf_obj_drop_impl(leaf)')).toEqual(['wrong-destructor', 'other-kind']);
  });

  it('checks first whether the value is that of the named register', () => {
    const foreign = release(machine, register(6), 12n, 'bpf_task_release');
    expect(foreign).toMatchObject({ effect: 'garbage', truth: 'foreign-register', foreign: true });
    const lucky = release(machine, register(8), r(6), 'bpf_task_release');
    expect(lucky).toMatchObject({ effect: 'released', truth: 'released', foreign: true });
    const innermost = release(machine, register(6), 12n, 'bpf_task_release', 1);
    expect(innermost).toMatchObject({ truth: 'scalar', foreign: false, subprogram: 'thrower' });
  });

  it('knows what an earlier step released', () => {
    const step = {
      do: 'release',
      frame: 0,
      from: register(6),
      address: r(6),
      destructor: 'bpf_task_release',
      because: 'test',
    } as const;
    const { releases, left } = machine.unwind([step, step]);
    expect(releases.map(({ effect }) => effect)).toEqual(['released', 'already-released']);
    expect(left.map(({ resource }) => resource)).toEqual(['object#2']);
  });

  it('says of everything left where its address really is', () => {
    expect(machine.unwind([])).toEqual({
      releases: [],
      left: [
        { resource: 'task#1', location: 'r6', locationClass: 'register', frame: 0 },
        { resource: 'object#2', location: 'fp-8', locationClass: 'stack', frame: 0 },
      ],
      fault: undefined,
    });
    const lost = ran('main:\n    r1 = 1\n    call bpf_task_from_pid\n    r1 = 0\n    call bpf_throw\n    exit\n');
    expect(lost.unwind([]).left).toEqual([
      { resource: 'task#1', location: 'nowhere', locationClass: 'nowhere', frame: 0 },
    ]);
  });
});

describe('destroying what lives on the stack', () => {
  const ITERATOR = `main:
    r1 = r10
    r1 += -24
    r2 = 0
    r3 = 0
    call bpf_iter_task_new
`;
  const DESTROY = 'bpf_iter_task_destroy';
  const slot = { in: 'stack', offset: -24 } as const;
  const destroyed = (code: string) => {
    const machine = ran(`${ITERATOR}${code}\n    r1 = 7\n    call bpf_throw\n    exit\n`);
    const { effect, truth } = release(machine, slot, machine.register(10) - 24n, DESTROY);
    return [effect, truth];
  };

  it('works on slots that are as the kernel left them', () => {
    expect(destroyed('    r1 = r10\n    r1 += -24\n    call bpf_iter_task_next')).toEqual(['released', 'released']);
  });

  it('is given garbage where the program has overwritten one of them', () => {
    expect(destroyed('    *(u64 *)(r10 - 16) = 9')).toEqual(['garbage', 'scalar']);
    expect(destroyed('    *(u64 *)(r10 - 8) = r10')).toEqual(['garbage', 'non-owned-pointer']);
  });

  it('does not take the memory of a dynptr for the dynptr', () => {
    const machine = ran(`main:
    r1 = map[events] ll
    r2 = 8
    r3 = 0
    r4 = r10
    r4 += -16
    call bpf_ringbuf_reserve_dynptr
    r1 = 7
    call bpf_throw
    exit
`);
    const data = machine.frameWord(0, -16);
    const by = (destructor: string) => release(machine, register(6), data, destructor);
    expect(by('bpf_ringbuf_discard')).toMatchObject({ effect: 'garbage', truth: 'foreign-register' });
    const spilled = release(machine, { in: 'stack', offset: -8 }, data, 'bpf_task_release');
    expect(spilled).toMatchObject({ effect: 'garbage', truth: 'non-owned-pointer' });
  });
});

const PADDED = `main:
    r1 = 1
    call bpf_task_from_pid
    r6 = r0
    *(u64 *)(r10 - 8) = r0
    call thrower
    if r0 == 1 goto pad
    if r0 == 2 goto wrong
    if r0 == 3 goto stuck
    exit
pad:
    r1 = *(u64 *)(r10 - 8)
    call bpf_task_release
    *(u64 *)(r10 - 8) = 0
    exit
wrong:
    r1 = r6
    call bpf_cgroup_release
    r1 = *(u64 *)(r10 + 0)
    exit
stuck:
    goto stuck
thrower:
    r6 = 0
    r1 = 0
    call bpf_throw
    exit
`;

describe('Machine.unwind with landing pads', () => {
  const machine = ran(PADDED);
  const land = (pc: number) => machine.unwind([{ do: 'run', frame: 0, pc }]);

  it('runs a pad in its frame and leaves the run as it was', () => {
    const { outcome } = machine;
    const hash = machine.memoryHash();
    const before = machine.stopped();
    const result = land(9);
    expect(result.releases).toMatchObject([{ effect: 'released', resource: 'task#1', location: 'pad@10', frame: 0 }]);
    expect([result.left, result.fault]).toEqual([[], undefined]);
    expect(machine.memoryHash()).toBe(hash);
    expect(machine.outcome).toBe(outcome);
    expect(machine.ledger.names()).toEqual(['task#1']);
    expect(machine.stopped().trampoline).toEqual(before.trampoline);
    expect(machine.depth).toBe(2);
  });

  it('judges a wrong release in a pad and reports its fault', () => {
    const result = land(13);
    expect(result.releases).toMatchObject([{ effect: 'wrong-destructor', truth: 'other-kind' }]);
    expect(result.fault).toMatchObject({ code: 'bad-address', pc: 15 });
    expect(land(17).fault).toMatchObject({ code: 'fuel' });
  });
});
