import { describe, expect, it } from 'vitest';
import { ran } from './harness.js';

const THREE = `main:
    r6 = 60
    r8 = 80
    *(u64 *)(r10 - 8) = 1
    call middle
    r0 = 0
    exit
middle:
    r7 = 71
    r8 = 81
    call inner
    exit
inner:
    r8 = 82
    *(u64 *)(r10 - 8) = 3
    r1 = 5
    call bpf_throw
    exit
`;

describe('stoppedView', () => {
  it('shows each frame with its pc and the caller registers its prologue pushed, highest first', () => {
    const machine = ran(THREE);
    const view = machine.stopped();
    expect(view.frames.map(({ subprogram, pc }) => [subprogram, pc])).toEqual([
      [0, 3],
      [1, 8],
      [2, 13],
    ]);
    const [main, middle, inner] = view.frames;
    expect(main?.pushed.map((word) => machine.classify(word).is)).toEqual(['poison', 'poison']);
    // middle uses r7 and r8; main does not use r7, which still holds what it held at entry.
    expect(middle?.pushed[0]).toBe(80n);
    expect(machine.classify(middle?.pushed[1] ?? 0n)).toEqual({ is: 'poison' });
    expect(inner?.pushed).toEqual([81n]);
  });

  it('shows in the trampoline what the hardware registers hold: a caller value where a frame does not use one', () => {
    const { trampoline } = ran(THREE).stopped();
    expect(trampoline.slice(0, 3)).toEqual([60n, 71n, 82n]);
  });

  it('loads frame memory and nothing else', () => {
    const machine = ran(THREE);
    const view = machine.stopped();
    const word = (frame: number, off: bigint) => view.load((view.frames[frame]?.fp ?? 0n) + off);
    expect([word(0, -8n), word(2, -8n), word(2, 0n), view.load(0n)]).toEqual([1n, 3n, 0n, 0n]);
    expect(machine.classify(word(1, -8n))).toEqual({ is: 'poison' });
  });
});
