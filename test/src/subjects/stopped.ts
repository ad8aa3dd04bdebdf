/** A stopped program made by hand: registers and words per frame, and what an unwinder asks for. */
import type { Unwind } from '../../../src/contract/prepared.js';
import type { StoppedView, UnwindStep } from '../../../src/contract/unwind.js';
import { placeOf } from './places.js';

export interface StoppedSpec {
  readonly subprogram: number;
  readonly pc: number;
  readonly pushed?: readonly bigint[];
  /** Words by offset from the frame pointer, positive: 8 is fp-8. */
  readonly words?: Readonly<Record<number, bigint>>;
}

/** Frames outermost first; frame i has its frame pointer at 0x10000 × (i + 1). */
export function stoppedOf(
  frames: readonly StoppedSpec[],
  trampoline: readonly [bigint, bigint, bigint, bigint] = [0n, 0n, 0n, 0n],
): StoppedView {
  const memory = new Map<bigint, bigint>();
  const stopped = frames.map(({ subprogram, pc, pushed = [], words = {} }, index) => {
    const fp = 0x10000n * BigInt(index + 1);
    for (const [offset, word] of Object.entries(words)) memory.set(fp - BigInt(offset), word);
    return { subprogram, pc, fp, pushed };
  });
  return { frames: stopped, trampoline, load: (address) => memory.get(address) ?? 0n };
}

/** The releases an unwinder asks for, one line each: `0 r7 0x10 bpf_task_release kernel-object`. */
export function releases(unwind: Unwind, stopped: StoppedView): string[] {
  return Array.from(unwind(stopped), (step: UnwindStep) => {
    switch (step.do) {
      case 'release':
        return `${step.frame} ${placeOf(step.from)} 0x${step.address.toString(16)} ${step.destructor} ${step.because}`;
      case 'run':
        return `${step.frame} run ${step.pc}`;
      case 'resume':
        return `resume ${step.pcs.join(' ')}`;
      default:
        return step satisfies never;
    }
  });
}
