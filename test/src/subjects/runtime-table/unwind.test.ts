/** The walk over tables. */
import { describe, expect, test } from 'vitest';
import type { Layout } from '../../../../src/subjects/runtime-table/layout.js';
import { tableUnwinder } from '../../../../src/subjects/runtime-table/unwind.js';
import { releases, stoppedOf } from '../stopped.js';
import { COMPACT, PER_FRAME } from './frames.js';

const layout: Layout = {
  tables: {
    ...PER_FRAME,
    layouts: [
      { entries: 2, above: 8 },
      { entries: 1, above: 0 },
    ],
  },
  types: [
    { kind: 'task', type: -1, destructor: 'bpf_task_release' },
    { kind: 'object', type: 0, destructor: 'bpf_obj_drop_impl(node)' },
  ],
  typeOf: new Map(),
  stack: [40, 16],
  chain: 64,
};

describe('tableUnwinder', () => {
  test('tableUnwinder releases every entry, innermost frame first', () => {
    const stopped = stoppedOf([
      { subprogram: 0, pc: 0, words: { 24: 0x10n, 16: 0n, 40: 0x20n, 32: 1n } },
      { subprogram: 1, pc: 0, words: { 16: 0x30n, 8: 1n } },
    ]);
    expect(releases(tableUnwinder(layout), stopped)).toEqual([
      '1 table[0] 0x30 bpf_obj_drop_impl(node) local-object',
      '0 table[0] 0x10 bpf_task_release kernel-object',
      '0 table[1] 0x20 bpf_obj_drop_impl(node) local-object',
    ]);
  });

  test('tableUnwinder shows an entry without a type row instead of hiding it', () => {
    const stopped = stoppedOf([{ subprogram: 1, pc: 0, words: { 16: 0x30n, 8: 9n } }]);
    expect(releases(tableUnwinder(layout), stopped)).toEqual(['0 table[0] 0x30 none no-type']);
  });

  test('tableUnwinder reads packed entries, and gives back the address of slots by the frame pointer', () => {
    const { format } = COMPACT;
    const address = 0xff11_0002_1000_2000n;
    const slot = 0xffff_c900_0001_8000n - 16n;
    const key = format.keyOf(slot);
    const [pointerWord = 0n] = format.words({ pointer: address, type: 1, key: 0n });
    const [slotWord = 0n] = format.words({ pointer: slot, type: 0, key });
    const [alias = 0n] = format.words({ pointer: slot - 32n, type: 0, key });
    const packed: Layout = {
      ...layout,
      tables: { ...COMPACT, layouts: [{ entries: 3, above: 0 }] },
    };
    const stopped = stoppedOf([{ subprogram: 0, pc: 0, words: { 8: pointerWord, 16: slotWord, 24: alias } }]);
    const frames = stopped.frames.map((frame) => ({ ...frame, fp: 0xffff_c900_0001_8000n }));
    const [fp = 0n] = stopped.frames.map((frame) => frame.fp);
    const load = (at: bigint) => stopped.load(at - 0xffff_c900_0001_8000n + fp);
    expect(releases(tableUnwinder(packed), { ...stopped, frames, load })).toEqual([
      `0 table[0] 0x${address.toString(16)} bpf_obj_drop_impl(node) local-object`,
      `0 table[1] 0x${slot.toString(16)} bpf_task_release kernel-object`,
    ]);
  });
});
