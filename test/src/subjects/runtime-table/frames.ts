/** Frame memory for intrinsics, without a machine: what a view reads and writes, and whether a table overflowed. */
import type { IntrinsicView } from '../../../../src/contract/prepared.js';
import { PACKED, WIDE } from '../../../../src/subjects/runtime-table/entry.js';
import type { TableDesign } from '../../../../src/subjects/runtime-table/layout.js';

export const PER_FRAME: TableDesign = { format: WIDE, region: 'frame' };
export const SHARED: TableDesign = { format: WIDE, region: 'main' };
export const COMPACT: TableDesign = { format: PACKED, region: 'frame' };

export class FrameMemory implements IntrinsicView {
  readonly frames: { readonly subprogram: number; readonly words: Map<number, bigint> }[] = [];
  readonly registers: bigint[] = Array<bigint>(10).fill(0n);
  readonly overflows: string[] = [];

  get depth(): number {
    return this.frames.length;
  }

  /** Enters a subprogram; the given offsets are zeroed as the inserted stores do. */
  enter(subprogram: number, zeroed: readonly number[]): void {
    this.frames.push({ subprogram, words: new Map(zeroed.map((offset) => [offset, 0n])) });
  }

  subprogram(frame: number): number {
    return this.frames[frame]?.subprogram ?? -1;
  }

  register(register: number): bigint {
    return this.registers[register] ?? 0n;
  }

  load(frame: number, offset: number): bigint {
    return this.frames[frame]?.words.get(offset) ?? 0xbad0bad0bad0bad0n;
  }

  store(frame: number, offset: number, value: bigint): void {
    this.frames[frame]?.words.set(offset, value);
  }

  overflow(message: string): void {
    this.overflows.push(message);
  }
}
