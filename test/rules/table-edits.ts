/** The runtime table: where it lies, what is inserted, what that does, and how it is walked, rule by rule. */
import { type Edit, editsOf } from './edit.js';

export const TABLE_EDITS: readonly Edit[] = [
  ...editsOf('src/subjects/runtime-table/layout.ts', [
    ['table: an entry for each resource owned at once', '(analysis.maxOwned[index] ?? 0) + ', ''],
    ['table: and one for each clone', ' + (analysis.maxClones[index] ?? 0)', ''],
    ['table: below the deepest stack use', 'above: roundUp(analysis.stackDepth[index] ?? 0, 8),', 'above: 0,'],
    [
      'table: on an 8-byte boundary',
      'roundUp(analysis.stackDepth[index] ?? 0, 8)',
      '(analysis.stackDepth[index] ?? 0)',
    ],
    [
      'table: the chain of frames has at most 512 bytes',
      'if (chain.bytes > STACK_LIMIT) {',
      'if (chain.bytes > 9 * STACK_LIMIT) {',
    ],
    ['table: no bound on what is owned refuses', 'if (unbounded !== -1) {', 'if (unbounded < -1) {'],
    [
      'table: no destructor refuses',
      "return { ok: false, refusal: { code: 'no-destructor', pc, message } };",
      'continue;',
    ],
    ['table: a type row per destructor', 'row.destructor === destructor', 'row.kind !== undefined'],
    ['table: none where nothing can stop the program', 'entries: stoppable ? ', 'entries: stoppable || index >= 0 ? '],
  ]),
  ...editsOf('src/subjects/runtime-table/rewrite.ts', [
    ['table: zeroed at entry', 'if (table.entries > 0) edits.push(', 'if (table.entries < 0) edits.push('],
    [
      'table: push after the acquiring call',
      "return { do: 'after', name: 'table_push'",
      "return { do: 'before', name: 'table_push'",
    ],
    [
      'table: what lives on the stack is pushed before',
      "return { do: 'before', name: 'table_push'",
      "return { do: 'after', name: 'table_push'",
    ],
    [
      'table: delete before the releasing call',
      "return { do: 'before', name: 'table_delete'",
      "return { do: 'after', name: 'table_delete'",
    ],
    ['table: the releasing call says which argument', 'CALLABLES[calledAt(program, pc)].releases ?? 0', '-1'],
    [
      'table: handed over before exits',
      'for (const pc of handingExits(program, analysis, tables)) {',
      'for (const pc of handingExits(program, analysis, tables).slice(0, 0)) {',
    ],
    [
      'table: nothing is handed over where no caller owns anything',
      'if (!(callers[index] ?? []).some((caller) => (tables[caller]?.entries ?? 0) > 0)) return;',
      '',
    ],
  ]),
  ...editsOf('src/subjects/runtime-table/table.ts', [
    ['table: NULL is not pushed', 'if (pointer !== 0n) add(', 'if (pointer >= 0n) add('],
    ['table: a dynptr or iterator gets a key', 'withKey(BigInt(type), pointer)', 'BigInt(type)'],
    [
      'table: a clone gets an entry',
      'if (source !== undefined) add(',
      'if (source === undefined) return;\n  if (source.frame < 0) add(',
    ],
    [
      'table: delete from the current frame outward',
      'for (let frame = view.depth - 1; frame >= 0; frame--) {',
      'for (let frame = view.depth - 1; frame >= view.depth - 1; frame--) {',
    ],
    [
      'table: the innermost entry of an address goes',
      'for (let frame = view.depth - 1; frame >= 0; frame--) {',
      'for (let frame = 0; frame < view.depth; frame++) {',
    ],
    [
      'table: one entry of an address goes',
      '  const key = keyOf(entry.word);',
      '  for (const other of entries(tables, view)) {\n    if (other.pointer === wanted) view.store(other.frame, other.offset, 0n);\n  }\n  const key = keyOf(entry.word);',
    ],
    ['table: all entries of a dynptr go', 'if (key === 0n) return;', 'if (key >= 0n) return;'],
    ['table: an alias is not released', 'return keyOf(word) !== 0n && ', 'return keyOf(word) < 0n && '],
    ['table: what is not on the stack has no alias', 'return keyOf(word) !== 0n && ', 'return '],
    ['table: hand over to the caller', '      add(tables, view, frame - 1, pointer, word);\n', ''],
    ['table: what was handed over leaves', '    view.store(frame, offset, 0n);\n    if (keyOf', '    if (keyOf'],
    [
      'table: main hands nothing over',
      'if (table === undefined || frame === 0) return;',
      'if (table === undefined) return;',
    ],
    [
      'table: entries for slots of the left frame go with it',
      'if (keyOf(word) === 0n || !dies(pointer)) {',
      'if (pointer !== 0n) {',
    ],
    [
      'table: another place of the dynptr stands for it',
      'if (heir === undefined || isAlias(pointer, word)) continue;',
      'if (heir === undefined || pointer > 0n) continue;',
    ],
    ['table: a full table is told', 'view.overflow(`no', 'if (frame < 0) view.overflow(`no'],
  ]),
  ...editsOf('src/subjects/runtime-table/unwind.ts', [
    [
      'table walk: innermost frame first',
      'for (let frame = stopped.frames.length - 1; frame >= 0; frame--) {',
      'for (let frame = 0; frame < stopped.frames.length; frame++) {',
    ],
    ['table walk: free entries are skipped', 'if (address === 0n) continue;', ''],
    ['table walk: aliases are skipped', 'if (isAlias(address, word)) continue;', ''],
    ['table walk: the type word names the destructor', 'types[typeNumber(word)]', 'types[0]'],
  ]),
  ...editsOf('src/subjects/runtime-table/runtime-table.ts', [
    [
      'table: what was on the stack of a frame that returned refuses',
      'if (lost !== undefined) return',
      'if (lost?.pc === -1) return',
    ],
  ]),
];
