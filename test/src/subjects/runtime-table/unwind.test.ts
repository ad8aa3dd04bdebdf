/** The walk over tables. */
import { describe, expect, test } from 'vitest';
import type { Layout } from '../../../../src/subjects/runtime-table/layout.js';
import { tableUnwinder } from '../../../../src/subjects/runtime-table/unwind.js';
import { releases, stoppedOf } from '../stopped.js';

const layout: Layout = {
  tables: [
    { entries: 2, above: 8 },
    { entries: 1, above: 0 },
  ],
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
});
