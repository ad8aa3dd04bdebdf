/** The runtime table: where it lies, what is inserted, what that does, and how it is walked, rule by rule. */
import { type Edit, editsOf } from './edit.js';

export const TABLE_EDITS: readonly Edit[] = [
  ...editsOf('src/subjects/runtime-table/layout.ts', [
    ['table: an entry for each resource owned at once', '(maxOwned[subprogram] ?? 0) + ', ''],
    ['table: and one for each clone', ' + (maxClones[subprogram] ?? 0)', ''],
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
    [
      'table: the type word of an acquire is the row of its destructor',
      'typeOf.set(pc, known === -1 ? types.length : known);',
      'typeOf.set(pc, 0);',
    ],
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
      'owns(index) && (callers[index] ?? []).some(owns)',
      'owns(index) && callers.length > 0',
    ],
    [
      'table: handed over before exits that are reached',
      "opAt(program, pc) === 'exit' && reached[pc] === 1",
      "opAt(program, pc) === 'exit'",
    ],
    [
      'table: a subprogram without entries hands nothing over',
      'owns(index) && (callers[index] ?? []).some(owns)',
      '(callers[index] ?? []).some(owns)',
    ],
    [
      'table: a clone is pushed before the call',
      "clone: (_program, tables) => ({ do: 'before'",
      "clone: (_program, tables) => ({ do: 'after'",
    ],
  ]),
  ...editsOf('src/subjects/runtime-table/table.ts', [
    ['table: NULL is not pushed', 'if (pointer !== 0n) add(', 'if (pointer >= 0n) add('],
    ['table: a dynptr or iterator gets a key', 'key: tables.format.keyOf(pointer)', 'key: 0n'],
    [
      'table: a clone gets an entry',
      'if (source !== undefined) add(',
      'if (source === undefined) return;\n  if (source.frame < 0) add(',
    ],
    [
      'table: delete from the current frame outward',
      'for (let frame = view.depth - 1; frame >= 0; frame--) yield*',
      'for (let frame = view.depth - 1; frame >= view.depth - 1; frame--) yield*',
    ],
    [
      'table: the innermost entry of an address goes',
      'for (let frame = view.depth - 1; frame >= 0; frame--) yield*',
      'for (let frame = 0; frame < view.depth; frame++) yield*',
    ],
    [
      'table: one entry of an address goes',
      '  if (entry.key === 0n) return;\n  for',
      '  for (const other of entries(tables, view)) {\n    if (other.pointer === wanted) view.store(other.frame, other.offset, 0n);\n  }\n  if (entry.key === 0n) return;\n  for',
    ],
    ['table: all entries of a dynptr go', 'if (entry.key === 0n) return;', 'if (entry.key >= 0n) return;'],
    ['table: hand over to the caller', '      add(tables, view, frame - 1, entry);\n', ''],
    ['table: what was handed over leaves', '      view.store(entry.frame, entry.offset, 0n);\n      add', '      add'],
    ['table: main hands nothing over', 'if (frame === 0) return;', ''],
    [
      'table: entries for slots of the left frame go with it',
      'if (entry.key === 0n || !dies(entry.pointer)) {',
      'if (entry.pointer !== 0n) {',
    ],
    [
      'table: another place of the dynptr stands for it',
      'if (heir === undefined || isAlias(format, entry)) continue;',
      'if (heir === undefined || entry.pointer > 0n) continue;',
    ],
    ['table: a full table is told', 'view.overflow(`no', 'if (frame < 0) view.overflow(`no'],
    ['table: NULL is not deleted', 'if (wanted === 0n) return;', '', { same: 'no entry in use has the address NULL' }],
    [
      'table: an address without entry is none of ours',
      'const entry = find(tables, view, wanted);',
      'const entry = find(tables, view, wanted) ?? [...entries(tables, view)][0];',
    ],
    [
      'table: another place is one outside the frame that is left',
      'const heir = places.find(({ pointer }) => !dies(pointer));',
      'const heir = places[0];',
      { same: 'a place in the frame that is left is itself left later, and hands on then' },
    ],
    ['table: a frame has at most 512 bytes of slots', 'pointer < top && pointer >= top - STACK_BYTES', 'pointer < top'],
    ['table: entries that are used are not overwritten', 'if (view.load(frame, offset) !== 0n) continue;', ''],
  ]),
  ...editsOf('src/subjects/runtime-table/entry.ts', [
    ['table: an alias is not released', 'return key !== 0n && ', 'return key < 0n && '],
    ['table: what is not on the stack has no alias', 'return key !== 0n && ', 'return '],
    ['table: the lower half of a type word is the type', 'type: Number(word & LOW)', 'type: Number(word)'],
  ]),
  ...editsOf('src/subjects/runtime-table/unwind.ts', [
    [
      'table walk: innermost frame first',
      'for (let frame = stopped.frames.length - 1; frame >= 0; frame--) {',
      'for (let frame = 0; frame < stopped.frames.length; frame++) {',
    ],
    ['table walk: free entries are skipped', 'if (first === 0n) continue;', ''],
    ['table walk: aliases are skipped', 'if (isAlias(format, entry)) continue;', ''],
    ['table walk: the type word names the destructor', 'types[entry.type]', 'types[0]'],
  ]),
  ...editsOf('src/subjects/runtime-table/runtime-table.ts', [
    [
      'table: what was on the stack of a frame that returned refuses',
      'if (lost !== undefined) return',
      'if (lost?.pc === -1) return',
    ],
    [
      'table: so does what was overwritten in part',
      'resident?.first === true && isWhole(state, frame, slot, resident.kind)',
      'resident?.first === true',
    ],
    [
      'table: a rewrite that does not verify refuses',
      'if (verdict !== undefined) {',
      'if (verdict !== undefined && layout.chain < 0) {',
      { same: 'only a bug of ours makes a rewrite that does not verify; the campaign ends with exit 4 then' },
    ],
    ['table: a rewrite that cannot be made refuses', "code: 'rewrite-rejected' } };", "code: 'stack-limit' } };"],
    ['table: the walk of a rewrite may be longer', 'const limit = walked * (1 + added);', 'const limit = walked;'],
    [
      'table: programs that own nothing stay as they are',
      'if (!stoppable || analysis.ownership.length === 0) return',
      'if (!stoppable) return',
    ],
    [
      'table: entries are reserved stack',
      'layouts.map(({ entries }) => format.bytes * entries)',
      'layouts.map(({ entries }) => format.bytes * Math.min(0, entries))',
    ],
    ['table: the inserted slots are counted', 'instructionsAdded: rewritten.added,', 'instructionsAdded: 0,'],
  ]),
];
