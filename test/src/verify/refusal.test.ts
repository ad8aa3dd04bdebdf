/** The kernel's names of types. */
import { expect, it } from 'vitest';
import { InternTable, NOT_INIT_WORD, NULLABLE, TAG, UNKNOWN_WORD } from '../../../src/verify/intern.js';
import { structName, typeName } from '../../../src/verify/refusal.js';
import { programOf } from './programs.js';

it('typeName and structName use the words of reg_type_str and BTF', () => {
  const table = new InternTable();
  const task = table.pointer(TAG.kernel, 1, 0, 0, 3);
  const node = table.pointer(TAG.local | NULLABLE, 0, 0, 3, 3);
  const record = table.pointer(TAG.memory | NULLABLE, 8, 0, 3, 3);
  const plain = table.pointer(TAG.kernel, 2, 0, 0, 0);
  expect([NOT_INIT_WORD, UNKNOWN_WORD, task, node, record, plain].map((word) => typeName(table, word))).toEqual([
    '?',
    'scalar',
    'ptr_',
    'ptr_or_null_',
    'ringbuf_mem_or_null',
    'trusted_ptr_',
  ]);
  const program = programOf('main:\n    r0 = 0\n    exit');
  expect([task, node, plain].map((word) => structName(program, table, word))).toEqual([
    'task_struct',
    'node',
    'cgroup',
  ]);
});
