/** What instructions do, how paths are explored, and which states are the same (src/verify), rule by rule. */
import { type Edit, editsOf } from './edit.js';

const NOTHING_HELD_BACK = `    const yielded = state.save(scratch);
    state.restore(scratch, saved);
    state.setSlot(frame, slot, table.slot(RESIDENT_BYTES, drained));
    state.killCallerSaved();
    state.setRegister(0, ZERO_WORD);
    context.push(pc + 1, false);
    state.restore(scratch, yielded);
    return pc + 1;`;

const JUMP_FIRST = `if (sides === (FALLS | TAKES)) {
    const arena = new Arena();
    const saved = context.state.save(arena);
    take(context, pc, false);
    context.push(pc + 1, false);
    context.state.restore(arena, saved);
    take(context, pc, true);
    return pc + 1 + (program.off[pc] ?? 0);
  }`;

export const TRANSFER_EDITS: readonly Edit[] = [
  ...editsOf('src/verify/stack.ts', [
    ['a pointer makes spill bytes', 'return !table.isScalar(word) || ', 'return table.isScalar(word) && '],
    [
      'a scalar with a known bound makes spill bytes',
      'return !table.isScalar(word) || table.scalars.isUnbounded[table.parameter(word)] === 0;',
      'return !table.isScalar(word);',
    ],
    [
      'an unbounded scalar makes misc bytes',
      'return !table.isScalar(word) || table.scalars.isUnbounded[table.parameter(word)] === 0;',
      'return word >= 0 || table.isScalar(word);',
    ],
    ['only an 8-aligned store spills', 'const spills = byte === 0 && ', 'const spills = '],
    ['the immediate 0 makes zero bytes, not a spill', ' && !(immediate && isZero);', ';'],
    ['a constant 0 that does not spill makes zero bytes', 'isZero ? BYTE.zero : BYTE.misc', 'BYTE.misc'],
    [
      'a store into a spilled slot turns all of it to misc',
      'table.spill(old) === NOT_INIT_WORD ? table.bytes(old) : ALL_MISC',
      'table.bytes(old)',
    ],
    [
      'a narrow spill leaves the other bytes misc',
      'packed(BYTE.spill, 0, size) | packed(BYTE.misc, size, 8 - size)',
      'packed(BYTE.spill, 0, 8)',
    ],
    [
      'a narrow spill that cuts the value shares no id',
      'table.slot(bytes, fits ? linked : table.bare(word))',
      'table.slot(bytes, giveLink(context, word))',
    ],
    ['copies of a scalar share an id', 'return table.withLink(word, ++state.lastLink);', 'return word;'],
    ['a fill gives the spilled word back', 'if (spilled === 8 && size === 8) return table.spill(slot);', ''],
    ['loaded zero bytes are a constant 0', 'allZero || zeroSpill ? ZERO_WORD : UNKNOWN_WORD', 'UNKNOWN_WORD'],
    [
      'a read allocates stack as a write does',
      'touchStack(context, frame, offset);\n  const slot = state.slot(',
      'const slot = state.slot(',
    ],
    [
      "the deepest offset is the subprogram's depth",
      'if (bytes > (notes.stackDepth[subprogram] ?? 0)) ',
      'if (bytes > 512) ',
    ],
  ]),
  ...editsOf('src/verify/branch.ts', [
    [
      'the NULL side drops the reference',
      'if (isNull && link === -ref && ref !== 0) {',
      'if (isNull && link === -ref && ref < 0) {',
    ],
    [
      'a cast that is NULL keeps the reference of its source',
      'if (isNull && link === -ref && ref !== 0) {',
      'if (isNull && ref !== 0) {',
    ],
    ['an acquire that failed is not counted', '      state.acquires--;\n', ''],
    [
      'copies on the NULL side are constant 0',
      '(isNull ? ZERO_WORD : table.notNull(other))',
      '(isNull ? other : table.notNull(other))',
    ],
    [
      'copies on the other side are not NULL',
      '(isNull ? ZERO_WORD : table.notNull(other))',
      '(isNull ? ZERO_WORD : other)',
    ],
    [
      'only copies of the tested pointer learn',
      'table.mayBeNull(other) && table.link(other) === link',
      'table.mayBeNull(other)',
    ],
    ['a pointer that cannot be NULL is not 0', '  if (op === EQUAL) return FALLS;\n', ''],
    [
      'but ctx and stack pointers are compared both ways',
      'if (table.tag(pointer) === TAG.ctx || table.tag(pointer) === TAG.stack) return FALLS | TAKES;',
      '',
    ],
    [
      'copies of a scalar learn what a test says',
      'if (link === 0) state.setRegister(register, narrower);',
      'if (link >= 0) state.setRegister(register, narrower);',
    ],
    [
      'a value compared with itself goes both ways',
      'if (!same || table.isConstant(a)) return true;',
      'if (pc >= 0) return true;',
    ],
  ]),
  ...editsOf('src/verify/call-transfer.ts', [
    ['a release drops the reference', '  state.dropRef(position);\n', ''],
    ['a release clears all copies', '(word) => table.ref(word) === ref,', '() => false,'],
    [
      'a release empties the slots of a dynptr or iterator',
      'if (resource !== undefined) dropResidents(context, ref);',
      '',
    ],
    [
      'a release is marked',
      "  noteOwnership(notes, pc, 'release',",
      "  if (position < 0) noteOwnership(notes, pc, 'release',",
    ],
    [
      'an acquire is marked',
      "  noteOwnership(context.notes, pc, 'acquire',",
      "  if (ref < 0) noteOwnership(context.notes, pc, 'acquire',",
    ],
    ['an acquire counts for what the frame owns', '  noteOwned(context);\n  if (resource', '  if (resource'],
    [
      'a cast keeps the reference of its source',
      '++state.lastLink, table.ref(state.register(returns.castOf + 1))',
      '++state.lastLink, 0',
    ],
    [
      'a cast has an id of its own for its NULL test',
      'return table.pointer(tag, form, 0, ++state.lastLink, table.ref(state.register(returns.castOf + 1)));',
      'return table.pointer(tag, form, 0, -table.ref(state.register(returns.castOf + 1)), table.ref(state.register(returns.castOf + 1)));',
    ],
    [
      'data of a dynptr has its reference',
      'table.pointer(tag, sizeOf(context, returns.sizeFrom), 0, ++state.lastLink, ref)',
      'table.pointer(tag, sizeOf(context, returns.sizeFrom), 0, ++state.lastLink, 0)',
    ],
    [
      'a clone has the reference of its source',
      "makeResident(context, state.register(2), 'dynptr', ref);",
      "makeResident(context, state.register(2), 'dynptr', 0);",
    ],
    ['clones are counted', '  context.notes.hasClones = true;\n  noteClones(context);\n', ''],
    [
      'a call clobbers R0–R5',
      '  state.killCallerSaved();\n  state.setRegister(0, result);\n  return',
      '  state.setRegister(0, result);\n  return',
    ],
    ['R0–R5 are dead at a throw', '    state.killCallerSaved();\n    context.throws(pc);', '    context.throws(pc);'],
    ['a throw is recorded', '    context.throws(pc);\n', ''],
    [
      'stack that a helper reads is allocated',
      "if (row.args[index]?.is === 'memory') touchMemory(",
      "if (row.args[index]?.is === 'memory' && pc < 0) touchMemory(",
    ],
    [
      'a return moves ownership to the caller',
      'state.refField(position, REF.frame) === state.depth - 1',
      'state.refField(position, REF.frame) > state.depth',
    ],
    ['what is returned counts for what the caller owns', '  noteOwned(context);\n  if (context', '  if (context'],
    ['numbers of a left iterator are gone', '  leaveElements(state, table);\n', ''],
  ]),
  ...editsOf('src/verify/state.ts', [
    [
      'a new frame starts not initialised',
      '    this.words.fill(NOT_INIT_WORD, this.base, this.base + REGISTERS);\n',
      '',
    ],
    [
      'a call of a subprogram clobbers R0–R5 of the caller',
      '    this.words.fill(NOT_INIT_WORD, caller, caller + 6);\n',
      '',
    ],
    ['widening: scalars in R6–R9 that differ', 'this.words[at + register] = UNKNOWN_WORD;', 'return;'],
    [
      'widening: spilled scalars that differ',
      'this.words[at + REGISTERS + slot] = table.slot(table.bytes(now), UNKNOWN_WORD);',
      'continue;',
    ],
    [
      'widening: only between states of the same calls',
      'if (data[from + 1] !== this.words[at + CALLSITE]) return;',
      '',
    ],
  ]),
  ...editsOf('src/verify/iterate.ts', [
    [
      'a step is walked on as ended first',
      '    context.push(pc + 1, false);\n    state.restore(scratch, saved);',
      NOTHING_HELD_BACK,
    ],
    ['a drained iterator yields nothing more', 'if (resident !== drained) {', 'if (resident >= 0) {'],
    [
      'scalars that change from pass to pass are given up',
      'visits.widen(before, table, state);',
      'context.notes.hasClones ||= false;',
    ],
    [
      'passes of one call only are compared',
      'before !== NO_VISIT && visits.pcOf(before) === pc',
      'before !== NO_VISIT',
    ],
    [
      'what an iterator has yielded counts as progress',
      'state.refField(position, REF.yielded) + 1',
      'state.refField(position, REF.yielded)',
    ],
  ]),
  ...editsOf('src/verify/transfer.ts', [
    [
      'the fall-through is explored before the jump',
      'if (sides === (FALLS | TAKES)) context.push(pc, true);',
      JUMP_FIRST,
      {
        text: "import { amountOf } from './arithmetic.js';",
        by: "import { Arena } from './arena.js';\nimport { amountOf } from './arithmetic.js';",
      },
    ],
    [
      'may_goto: the jump is explored first',
      '  context.push(pc + 1, false);\n  context.state.mayGotos--;\n  return pc + 1 + (context.program.off[pc] ?? 0);',
      '  context.state.mayGotos--;\n  context.push(pc + 1 + (context.program.off[pc] ?? 0), false);\n  context.state.mayGotos++;\n  return pc + 1;',
    ],
    [
      'a pass over may_goto counts as progress',
      '  context.state.mayGotos++;\n',
      '',
      { text: '  context.state.mayGotos--;\n', by: '' },
    ],
    [
      'an atomic leaves misc bytes',
      'scrambleStack(context, table.parameter(pointer), offset, sizeAt(context, pc));',
      'sizeAt(context, offset);',
    ],
    [
      'a 32-bit move that cuts the value is no copy',
      'if (width === 32 && (table.scalars.width[shape] ?? 64) > 32) {',
      'if (width === 31) {',
    ],
    ['a pointer keeps its offset', 'table.offset(pointer) + Number(adds ? amount : -amount)', 'table.offset(pointer)'],
  ]),
  ...editsOf('src/verify/walk.ts', [
    [
      'a state that repeats one on its path is an infinite loop',
      '} else if (!repetitions.hasProgressed(arrival, this.state)) {',
      '} else if (arrival < 0) {',
    ],
    ['pruning off walks finished states again', 'if (!this.reusesFinished) {', 'if (arrival < 0) {'],
    ['pruning exact does not', 'if (!this.reusesFinished) {', 'if (arrival >= 0) {'],
    [
      'scratch registers that are dead do not tell states apart',
      'if (joins) this.state.forget(',
      'if (pc < 0) this.state.forget(',
    ],
    [
      'processed instructions are limited',
      'if (++this.walked > this.limit) return',
      'if (++this.walked > WALK_LIMIT) return',
    ],
    [
      'pending branches are limited',
      'if (this.starts.length > PENDING_LIMIT) return',
      'if (this.starts.length > 1e9) return',
    ],
  ]),
  ...editsOf('src/verify/prune.ts', [
    ['a may_goto passed bounds a loop', 'if (data[at++] !== state.mayGotos) return true;', 'at++;'],
    [
      'an element yielded bounds a loop',
      'if (id === state.refField(position, REF.id) && yielded !== state.refField(position, REF.yielded)) return true;',
      'if (id === yielded && id === -9) return true;',
    ],
    ['a path that ended leaves finished states', 'if (entry !== undefined) this.done[entry] = true;', ''],
  ]),
  ...editsOf('src/verify/forms.ts', [
    ['same states: kinds of references', 'data[at++] = state.refField(position, REF.kind);', 'data[at++] = 0;'],
    ['same states: struct types of references', 'data[at++] = state.refField(position, REF.type);', 'data[at++] = 0;'],
    [
      'same states: owning frames of references',
      'data[at++] = state.refField(position, REF.frame);',
      'data[at++] = 0;',
    ],
    [
      'same states: acquiring pcs of references',
      'data[at++] = state.refField(position, REF.acquiredAt);',
      'data[at++] = 0;',
    ],
    [
      'same states: what the next step of an iterator is compared with',
      'if (this.withVisits) data[at++] = state.refField(position, REF.visit);',
      'data[at++] = 0;',
    ],
    ['same states: callsites', 'data[at++] = state.callsite(frame);', 'data[at++] = 0;'],
    ['same states: allocated stack', 'data[at++] = slots;', 'data[at++] = 0;'],
    ['same states: kinds of bytes in slots', 'data[at++] = table.bytes(slot);', 'data[at++] = 0;'],
    [
      'same states: which reference a pointer has',
      'if (ref !== 0) data[at++] = state.findRef(ref);',
      'if (ref !== 0) data[at++] = 0;',
    ],
    ['same states: which words share an id', 'data[at++] = this.names[link] ?? 0;', 'data[at++] = 0;'],
    ['same states: ids by order, not by name', 'data[at++] = this.names[link] ?? 0;', 'data[at++] = link;'],
    [
      'same states: an id that one word has does not matter',
      'const linked = link > 0 && (this.uses[link] ?? 0) > 1;',
      'const linked = link > 0;',
    ],
  ]),
  ...editsOf('src/verify/resident.ts', [
    [
      'an iterator overwritten in part is none',
      'residentKind(table.parameter(table.spill(content))) !== kind)\n      return 0;',
      'residentKind(table.parameter(table.spill(content))) !== kind)\n      continue;',
    ],
    [
      'a released dynptr takes its clones along',
      'table.ref(table.spill(content)) !== ref) continue;\n      const parameter',
      'table.ref(table.spill(content)) !== ref || frame < state.depth - 1) continue;\n      const parameter',
    ],
  ]),
  ...editsOf('src/verify/stack-depth.ts', [
    ['a chain of calls has at most 512 bytes', 'if (bytes > STACK_BYTES) {', 'if (bytes > 9 * STACK_BYTES) {'],
    ['each frame of a chain is rounded up to 16', '(depth + 15) & ~15', 'depth'],
  ]),
  ...editsOf('src/verify/resolve.ts', [
    ['every kfunc named exists', 'kfuncById(imm) === undefined) {', 'kfuncById(imm) === undefined && pc < 0) {'],
    ['every map named exists', 'if (missingMap === undefined) return', 'if (missingMap !== -1) return'],
  ]),
];
