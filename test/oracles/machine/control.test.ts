import { describe, expect, it } from 'vitest';
import { CONTROL } from '../../../oracles/machine/control.js';
import { ran } from './harness.js';

/** A chain of `depth` frames, main included. */
const chain = (depth: number): string => {
  const frame = (level: number) =>
    `${level === 1 ? 'main' : `f${level}`}:\n${level < depth ? `    call f${level + 1}\n` : ''}    r0 = ${level}\n    exit\n`;
  return Array.from({ length: depth }, (_, index) => frame(index + 1)).join('');
};

describe('CONTROL', () => {
  it('has a row for each remaining instruction', () => {
    expect(Object.keys(CONTROL)).toHaveLength(10);
  });

  it('jumps by off and by imm', () => {
    expect(ran('main:\n    r0 = 1\n    goto a\nb:\n    exit\na:\n    gotol b\n').outcome).toEqual({
      how: 'exit',
      value: 1n,
    });
  });

  it('allows eight frames, not nine', () => {
    expect(ran(chain(8)).outcome).toEqual({ how: 'exit', value: 1n });
    expect(ran(chain(9)).outcome).toMatchObject({ how: 'fault', code: 'call-depth' });
  });

  it('keeps r6 to r9 and r10 across a local call, and passes r0 back', () => {
    const machine = ran(`main:
    r6 = 6
    r9 = 9
    r1 = 100
    call f
    r0 += r6
    r0 += r9
    *(u64 *)(r10 - 8) = r0
    exit
f:
    r6 = 0
    r9 = 0
    *(u64 *)(r10 - 8) = r1
    r0 = r1
    exit
`);
    expect(machine.outcome).toEqual({ how: 'exit', value: 115n });
    expect(machine.frameWord(0, -8)).toBe(115n);
  });

  it('poisons r1 to r5 after a call and all but arguments at entry', () => {
    const after = ran('main:\n    r3 = 1\n    call bpf_get_prandom_u32\n    exit\n');
    for (const register of [1, 2, 3, 4, 5]) expect(after.classify(after.register(register))).toEqual({ is: 'poison' });
    const inside = ran(
      'main:\n    r6 = 1\n    r2 = 7\n    call f\n    exit\nf:\n    r1 = 0\n    call bpf_throw\n    exit\n',
      {},
      {
        stop: { pc: 4, visit: 1 },
      },
    );
    expect(inside.register(2)).toBe(7n);
    for (const register of [0, 6, 7, 8, 9])
      expect(inside.classify(inside.register(register))).toEqual({ is: 'poison' });
    expect(inside.savedRegister(0, 6)).toBe(1n);
  });

  it('falls through may_goto until fuel or budget is used up', () => {
    const machine = ran('main:\n    r0 = 0\na:\n    may_goto out\n    r0 += 1\n    goto a\nout:\n    exit\n', {
      fuel: 100,
    });
    expect(machine.outcome).toEqual({ how: 'fuel' });
    expect(machine.executed).toBe(100);
  });

  it('loads addresses of maps and ids of types', () => {
    const machine = ran('main:\n    r6 = map[events] ll\n    r7 = type[leaf] ll\n    r0 = r7\n    exit\n');
    expect(machine.classify(machine.register(6))).toEqual({ is: 'map', index: 0 });
    expect(machine.outcome).toEqual({ how: 'exit', value: 2n });
  });
});
