/** rfc-v2 and the forced spills, rule by rule. */
import { type Edit, editsOf } from './edit.js';

export const SPILL_EDITS: readonly Edit[] = [
  ...editsOf('src/subjects/frame-descriptors/planned-merge.ts', [
    [
      'rfc-v2: a location is shared if both have a resource there',
      'if (old?.holds === undefined || fresh.holds === undefined || mergeEntries(old, fresh) === undefined) continue;',
      'if (old === undefined || mergeEntries(old, fresh) === undefined) continue;',
    ],
    [
      'rfc-v2: a location is shared only if the entries merge',
      ' || mergeEntries(old, fresh) === undefined) continue;',
      ') continue;',
    ],
    [
      'rfc-v2: both sides of a shared location have their copies dispensable',
      'for (const { copyOf } of [old, fresh]) if',
      'for (const { copyOf } of [old]) if',
    ],
    [
      'rfc-v2: a copy of which the path says nothing is erased',
      '.filter((old) => !here.has(old.place) && isCopy(old));',
      '.filter((old) => here.has(-1) && isCopy(old));',
    ],
    ['rfc-v2: what is shared is not erased', 'if (!isShared && isResource', 'if (isResource'],
    [
      'rfc-v2: where nothing is a resource nothing is erased',
      'if (!isShared && isResource && isDispensable) {',
      'if (!isShared && isDispensable) {',
    ],
    [
      'rfc-v2: only what has another copy is erased',
      'every((entry) => entry?.holds === undefined || isCopy(entry))',
      'every(() => true)',
    ],
    [
      'rfc-v2: an erased entry is gone',
      "came: 'erased', stands: old?.holds === undefined ? old : undefined };",
      "came: 'erased', stands: old };",
    ],
    [
      'rfc-v2: of slots that are not initialised a failed merge is dropped',
      "fresh.lenient === true ? 'dropped' : 'refused'",
      "'refused'",
    ],
  ]),
  ...editsOf('src/subjects/frame-descriptors/collect-planned.ts', [
    [
      'rfc-v2: of several copies one is released',
      'if (copyOf !== undefined && first !== undefined) {',
      'if (copyOf !== undefined && first !== undefined && place < 0) {',
    ],
    [
      'rfc-v2: R6 to R9 in this order',
      '.filter(({ place }) => place >= SLOTS).sort((a, b) => a.place - b.place),',
      '.filter(({ place }) => place >= SLOTS).sort((a, b) => b.place - a.place),',
    ],
    ['rfc-v2: only the throwing frame releases in the state', 'if (this.throwing) for (const ref', 'for (const ref'],
    [
      'rfc-v2: no leak check outside frame 0',
      'if (state.depth > 1) return undefined; // as posted',
      'if (pc < 0) return undefined; // as posted',
    ],
    [
      'rfc-v2: a throw in frame 0 leaves nothing held',
      'return leaked === undefined ? undefined : heldReference',
      'return leaked === undefined || pc >= 0 ? undefined : heldReference',
    ],
    [
      'rfc-v2: a slot is NULL if all its bytes are zero',
      "if (!slot.bytes.every((byte) => byte === 'zero')) break;",
      '',
    ],
    [
      'rfc-v2: a zero slot makes a NULL entry',
      '        nullable.add(place);\n        return nullEntry(place);\n      default:',
      '        nullable.add(place);\n        return undefined;\n      default:',
    ],
    [
      'rfc-v2: constant 0 makes a NULL entry',
      'if (isZero(value)) {\n      nullable.add(place);\n      return nullEntry(place);',
      'if (isZero(value)) {\n      nullable.add(place);\n      return undefined;',
    ],
    [
      'rfc-v2: a slice records nothing',
      "if (value?.is === 'pointer' && value.type.to === 'data' && value.type.readonly) return undefined;",
      '',
    ],
    ['rfc-v2: what an inner frame has released is a scalar', ' || this.released.has(value.ref)', ''],
    ['rfc-v2: memory of a recorded dynptr is a scalar', ' || this.isInsideRecorded(value);', ';'],
    ['rfc-v2: only in the frame that throws', 'return this.throwing && (type.to', 'return (type.to'],
    [
      'rfc-v2: a spilled scalar records nothing',
      "return spill === 'register' ? notInit(place) : undefined;",
      'return notInit(place);',
    ],
    [
      'rfc-v2: a pointer without reference records nothing',
      'if (value.ref === 0) return undefined;\n',
      'if (value.ref === 0) return notInit(place);\n',
    ],
    [
      'rfc-v2: data of a dynptr and numbers of an iterator have no destructor',
      "if (value.type.to === 'data' || value.type.to === 'element') return 'no-destructor';",
      '',
    ],
    [
      'rfc-v2: only the first slot of a dynptr or iterator is recorded',
      'if (resident?.first !== true || resident.ref === 0) return',
      'if (resident === undefined || resident.ref === 0) return',
    ],
  ]),
  ...editsOf('src/subjects/forced-spill/slots.ts', [
    ['forced spill: below the deepest stack use', 'offset: -((above[subprogram] ?? 0) + bytes)', 'offset: -bytes'],
    [
      'forced spill: one slot a pc',
      'const bytes = (reserved[subprogram] ?? 0) + SLOT_BYTES;',
      'const bytes = SLOT_BYTES;',
    ],
    [
      'forced spill: of what lives on the stack the address is stored',
      'return resource === undefined ? 0 : resource.arg + 1;',
      'return resource === undefined ? 0 : 0;',
    ],
  ]),
  ...editsOf('src/subjects/forced-spill/rewrite.ts', [
    [
      'forced spill: slots are zeroed at entry',
      "edits.push({ do: 'entry', subprogram, insns: [zero(offset)] });",
      "edits.push({ do: 'entry', subprogram, insns: [] });",
    ],
    [
      'forced spill: an address is stored in front of its call',
      "edits.push({ do: register === 0 ? 'after' : 'before', pc, insns });",
      "edits.push({ do: 'after', pc, insns });",
    ],
    [
      'forced spill: cleared before filled',
      "const edits: Edit[] = clears.map(({ pc, offset }) => ({ do: 'after', pc, insns: [zero(offset)] }));",
      'const edits: Edit[] = [];',
      {
        text: "  return patch(program, edits, 'trusted');",
        by: "  for (const { pc, offset } of clears) edits.push({ do: 'after', pc, insns: [zero(offset)] });\n  return patch(program, edits, 'trusted');",
      },
    ],
  ]),
  ...editsOf('src/subjects/forced-spill/clears.ts', [
    [
      'forced spill: only the slot that has what is released is cleared',
      'if (heldIn(state, frame, offset) !== released) continue;',
      '',
    ],
    [
      'forced spill: an outer frame clears behind its call',
      'pcMap.toOriginal[pcOfFrame(node, frame)]',
      'pcMap.toOriginal[node.pc]',
    ],
    [
      'forced spill: outer frames clear, too',
      'for (let frame = top; frame >= 0; frame--) {',
      'for (let frame = top; frame >= top; frame--) {',
    ],
    [
      'forced spill: what is released may be an address',
      "return value.is === 'pointer' ? value.ref || (residentAt(state, value)?.ref ?? 0) : 0;",
      "return value.is === 'pointer' ? value.ref : 0;",
    ],
    [
      'forced spill: a slot may hold an address',
      "return spilled?.is === 'pointer' ? spilled.ref || (residentAt(state, spilled)?.ref ?? 0) : 0;",
      "return spilled?.is === 'pointer' ? spilled.ref : 0;",
    ],
  ]),
  ...editsOf('src/subjects/forced-spill/points.ts', [
    ['forced spill: all that have no place are spilled at once', '.flatMap((duty) => [duty, ...duty.alike])', ''],
    [
      'forced spill: what was returned is spilled where it comes back',
      'return owner === acquirer ? [acquired] : returnSites(program, owner, acquirer);',
      'return [acquired];',
    ],
    [
      'forced spill: a call is spilled once',
      'const fresh = [...pcs].filter((pc) => !spilled.has(pc));',
      'const fresh = [...pcs].filter((pc) => pcs.size > 0 && !spilled.has(pc) && spilled.size === 0);',
    ],
    [
      'forced spill: then what shares a place',
      'duties.filter((_, index) => usable[index]?.some((key) => blamed.has(key)) ?? false),',
      '',
      { same: 'all others come next, and what shares a place is among them: more slots, as right' },
    ],
    ['forced spill: then all', '    duties,\n  ];', '  ];'],
    [
      'forced spill: a call returns what is acquired below it',
      'index === acquirer || (callees[index] ?? []).some(reaches);',
      'index === acquirer;',
    ],
  ]),
  ...editsOf('src/subjects/forced-spill/attempt.ts', [
    [
      'forced spill: slots fit into the stack',
      'if (cost.chain <= STACK_LIMIT) return undefined;',
      'if (cost.chain >= 0) return undefined;',
    ],
    [
      'forced spill: a slot is cleared where it has to be',
      'const patched = clears.length === 0 ? stored : insertSpills(program, layout, clears);',
      'const patched = clears.length >= 0 ? stored : insertSpills(program, layout, clears);',
    ],
    [
      'forced spill: slots may hold addresses',
      'chooseKeys(patched.program, again, layout.above)',
      'chooseKeys(patched.program, again)',
    ],
  ]),
  ...editsOf('src/subjects/forced-spill/spill.ts', [
    [
      'forced spill: without a destructor a place is of no use',
      "if (refusal?.ok === false && refusal.refusal.code === 'no-destructor') return refusal;",
      '',
      { same: 'no kind is without a destructor for frame-descriptors/sound: it never refuses so' },
    ],
  ]),
  ...editsOf('src/subjects/forced-spill/unspillable.ts', [
    [
      'forced spill: what is not whole cannot be destroyed',
      "if (livesOnStack(reference.kind) && duty.keys.length === 0) return { reason: 'not-whole', pc: -1 };",
      '',
    ],
    [
      'forced spill: overlap is told from no place',
      "if (selection.why !== 'no-key') return { reason: 'overlap', pc: -1 };",
      '',
    ],
    [
      'forced spill: a slot that has it is unusable elsewhere',
      "isReturned ? 'returned-or-not' : 'released-below'",
      "'released-below'",
    ],
    ['forced spill: what was not in R0', "if (isReturned) return { reason: 'not-returned', pc };", ''],
    [
      'forced spill: acquired again or cleared',
      "isAnother ? 'acquired-again' : 'released-or-kept'",
      "'acquired-again'",
    ],
  ]),
  ...editsOf('src/subjects/forced-spill/erase.ts', [
    [
      'literal: the youngest of one call is in its slot',
      'state.references.findLast((reference)',
      'state.references.find((reference)',
    ],
    [
      'literal: what was returned is in no slot',
      'reference.acquiredAt === pc && reference.frame === frame);',
      'reference.acquiredAt === pc);',
    ],
    ['literal: what no slot has is not listed', '.filter(({ id }) => !this.erased.has(id) || kept.has(id));', ';'],
    [
      'literal: registers forget what was spilled',
      "return value.is === 'pointer' && this.erased.has(value.ref) ? UNKNOWN : value;",
      'return value;',
    ],
    [
      'literal: slots forget what was spilled',
      "return spilled?.is === 'pointer' && this.erased.has(spilled.ref) ? { ...slot, spilled: UNKNOWN } : slot;",
      'return slot;',
    ],
    ['literal: frames are as deep as their slots', 'return reserved === 0 ? view :', 'return reserved >= 0 ? view :'],
  ]),
  ...editsOf('src/subjects/forced-spill/literal.ts', [
    [
      'literal: the resource at hand first',
      'return [refusal.right, refusal.left]',
      'return [refusal.left, refusal.right]',
    ],
    ['literal: the recorded one if there is none', 'return [refusal.right, refusal.left]', 'return [refusal.right]'],
    [
      'literal: a dynptr or iterator is not spilled',
      '.find((pc) => !spilled.has(pc) && returnsIt(program, pc));',
      '.find((pc) => !spilled.has(pc));',
    ],
    [
      'literal: slots fit into the stack',
      'if (refusal !== undefined) return { layout, analysis, collected: { ok: false, refusal } };',
      '',
    ],
  ]),
  ...editsOf('src/subjects/forced-spill/forced-spill.ts', [
    [
      'literal: descriptors are at the pcs of the rewrite',
      'const at = (pc: number) => toPrepared[pc] ?? -1;',
      'const at = (pc: number) => toPrepared[pc] === -2 ? -1 : pc;',
    ],
    [
      'literal: pcs and walk as posted',
      'return prepareDescriptors(moved, POSTED, carrierOf',
      'return prepareDescriptors(moved, EXACT, carrierOf',
    ],
    [
      'forced spill, sound: pcs and walk as ours',
      'return prepareDescriptors(collected.descriptors, EXACT, carrierOf',
      'return prepareDescriptors(collected.descriptors, POSTED, carrierOf',
    ],
  ]),
];
