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
    [
      'a pointer makes spill bytes',
      "if (rules.spills === 'every' || !table.isScalar(word)) return true;",
      "if (rules.spills === 'every') return true;\n  if (!table.isScalar(word)) return false;",
    ],
    [
      'a scalar with a known bound makes spill bytes',
      'return table.scalars.isUnbounded[table.parameter(word)] === 0 && ',
      'return word < 0 && ',
    ],
    [
      'an unbounded scalar makes misc bytes',
      'return table.scalars.isUnbounded[table.parameter(word)] === 0 && ',
      'return ',
    ],
    ['only an 8-aligned store spills', 'const spills = byte === 0 && ', 'const spills = '],
    ['the immediate 0 makes zero bytes, not a spill', ' && !(immediate && word === ZERO_WORD);', ';'],
    ['a constant 0 that does not spill makes zero bytes', 'isZero ? BYTE.zero : BYTE.misc', 'BYTE.misc'],
    [
      'a store into a spilled slot turns all of it to misc',
      'table.spill(old) === NOT_INIT_WORD ? table.bytes(old) : ALL_MISC',
      'table.bytes(old)',
    ],
    [
      'a narrow spill leaves the other bytes misc',
      'return packed(BYTE.misc, size, 8 - size);',
      'return packed(BYTE.spill, size, 8 - size);',
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
    ['only the immediate 0 tests for NULL', 'const nullTest = !registerForm && b === ', 'const nullTest = b === '],
    [
      'only == and != test for NULL',
      ' && (op === EQUAL || op === UNEQUAL) && table.mayBeNull(a);',
      ' && table.mayBeNull(a);',
    ],
    ['a pointer that cannot be NULL is unequal to 0', '  if (op === UNEQUAL) return TAKES;\n', ''],
    ['the second operand learns too', 'if (registerForm) learn(', 'if (pc < 0) learn('],
    ['later acquires are counted without a failed one', 'if (counted > ordinal) ', 'if (counted < 0) '],
    [
      'compared with itself in a known low half, it goes one way',
      'return (table.scalars.boundsOf(table.parameter(a)).bits.mask & U32_MAX) === 0n;',
      'return (U32_MAX & 0n) !== 0n;',
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
    [
      'a call that returns nothing leaves R0 not initialised',
      'return NOT_INIT_WORD;',
      'return UNKNOWN_WORD;',
      { text: 'import { NOT_INIT_WORD, NULLABLE', by: 'import { NULLABLE' },
    ],
    [
      'an acquire that may fail may be NULL',
      'table.pointer(tag | NULLABLE, parameter, 0, acquired',
      'table.pointer(tag, parameter, 0, acquired',
    ],
    ['an acquire that cannot fail is not NULL', 'if (!mayBeNull) return', 'if (!mayBeNull && acquired < 0) return'],
    [
      'what may be NULL has an id for its test, reference or not',
      'acquired === 0 ? ++state.lastLink : -acquired',
      '-acquired',
      { same: 'of objects, all that may be NULL are acquired' },
    ],
    ['a looked-up socket may be NULL', 'TAG.socket | NULLABLE', 'TAG.socket | (NULLABLE - NULLABLE)'],
    [
      'a socket has the form of its call',
      'SOCKET_FORMS.indexOf(returns.form)',
      'Math.min(0, SOCKET_FORMS.indexOf(returns.form))',
    ],
    [
      'data of a dynptr may be NULL',
      '(returns.readonly ? TAG.slice : TAG.data) | NULLABLE',
      'returns.readonly ? TAG.slice : TAG.data',
    ],
    ['a slice is read only', '(returns.readonly ? TAG.slice : TAG.data) | NULLABLE', 'TAG.data | NULLABLE'],
    [
      'data of a dynptr has the size asked for',
      'table.pointer(tag, sizeOf(context, returns.sizeFrom), 0,',
      'table.pointer(tag, 4096, 0,',
    ],
    [
      'a record has the size asked for',
      'sizeFrom === undefined ? 0 : sizeOf(context, sizeFrom)',
      'sizeFrom === undefined ? 0 : 4096',
    ],
    [
      'an object has the struct type asked for',
      'tag === TAG.local ? type : number',
      'tag === TAG.local ? type - type : number',
    ],
    [
      'an acquired resource is of its kind',
      'const ref = state.acquire(number, type, pc);',
      'const ref = state.acquire(0, type, pc);',
    ],
    [
      'an acquired object is of its struct type',
      'const ref = state.acquire(number, type, pc);',
      'const ref = state.acquire(number, -1, pc);',
    ],
    [
      'an acquire on the stack makes the slots',
      'if (resource !== undefined) makeResident(',
      'if (resource === undefined && ref < 0) makeResident(',
      {
        text: 'context, state.register(resource.arg + 1), resource.kind, ref);',
        by: "context, state.register(1), 'dynptr', ref);",
      },
    ],
    ['a clone is marked', "  noteOwnership(context.notes, pc, 'clone', KIND_NAMES.indexOf('dynptr'), -1);\n", ''],
    ['a return hands R0 over', '  state.setRegister(0, result);\n  noteOwned', '  noteOwned'],
    ['a return goes behind the call', 'return callsite + 1;', 'return callsite + (result < 0 ? 0 : 2);'],
    [
      'R10 of a callee is its own frame',
      'table.pointer(TAG.stack, state.depth - 1, 0, 0, 0)',
      'table.pointer(TAG.stack, state.depth - 2, 0, 0, 0)',
    ],
    ['clones are counted again after a return', '  if (context.notes.hasClones) noteClones(context);\n', ''],
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
    ['arguments are passed', 'this.words[this.base + register] = this.words[caller + register] ?? 0;', ''],
    [
      'slots below what is allocated are invalid',
      'return slot * 8 < (this.words[at + ALLOCATED] ?? 0) ? (',
      'return slot >= 0 ? (',
    ],
    [
      'newly allocated slots are invalid',
      'this.words.fill(INVALID_SLOT, at + REGISTERS + allocated / 8, at + REGISTERS + bytes / 8);',
      '',
    ],
    [
      'what changes, changes in spilled slots too',
      'for (let index = at + REGISTERS; index < end; index++) {\n        const slot',
      'for (let index = end; index < end; index++) {\n        const slot',
    ],
    [
      'what changes, changes in all frames',
      'for (let frame = 0; frame < this.depth; frame++) {\n      const at = frame * FRAME;\n      for (let index = at; index < at + REGISTERS - 1',
      'for (let frame = this.depth - 1; frame < this.depth; frame++) {\n      const at = frame * FRAME;\n      for (let index = at; index < at + REGISTERS - 1',
    ],
    [
      'a spilled word that changes keeps its bytes',
      'this.words[index] = table.slot(table.bytes(slot), make(word));',
      'this.words[index] = table.slot(0xffff, make(word));',
    ],
    [
      'a reference belongs to the frame that acquires',
      'this.refs[at + REF.frame] = this.depth - 1;',
      'this.refs[at + REF.frame] = 0;',
    ],
    ['acquires are counted', 'this.refs[at + REF.ordinal] = ++this.acquires;', 'this.refs[at + REF.ordinal] = 1;'],
    [
      'widening: scalars only',
      'return old !== now && table.isScalar(old) && table.isScalar(now) && ',
      'return old !== now && ',
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
    [
      'the number of an iterator has its reference',
      'table.pointer(TAG.element, 0, 0, 0, ref)',
      'table.pointer(TAG.element, 0, 0, 0, Math.min(ref, 0))',
    ],
    [
      'a task of an iterator has none',
      'iter_task: (table) => table.pointer(TAG.kernel, TASK, 0, 0, 0)',
      'iter_task: (table, ref) => table.pointer(TAG.kernel, TASK, 0, 0, ref)',
    ],
    [
      'a step that yields clobbers R0–R5',
      '    state.killCallerSaved();\n    state.setRegister(0, ELEMENTS',
      '    state.setRegister(0, ELEMENTS',
    ],
    [
      'a step that ends clobbers R0–R5',
      '  state.killCallerSaved();\n  state.setRegister(0, ZERO_WORD);',
      '  state.setRegister(0, ZERO_WORD);',
    ],
    [
      'a step that ends returns NULL',
      'state.setRegister(0, ZERO_WORD);',
      'state.setRegister(0, ELEMENTS[kind](table, ref));',
      { text: 'RESIDENT_BYTES, TAG, ZERO_WORD }', by: 'RESIDENT_BYTES, TAG }' },
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
    ['a move of a pointer is a copy', 'if (width === 64 && !table.isScalar(word)) return word;', ''],
    [
      'a 32-bit move of a pointer is any scalar',
      'if (width === 64 && !table.isScalar(word)) return word;',
      'if (!table.isScalar(word)) return word;',
    ],
    [
      'a move of a scalar is a copy',
      '  const linked = giveLink(context, word);\n  state.setRegister(src, linked);',
      '  const linked = table.bare(word);\n  state.setRegister(src, word);',
    ],
    ['the difference of pointers is any scalar', 'bothPointers || narrow ? undefined', 'narrow ? undefined'],
    [
      '32-bit arithmetic on a pointer leaves any scalar',
      'bothPointers || narrow ? undefined',
      'bothPointers ? undefined',
    ],
    [
      'a sign extension that keeps the value is a copy',
      'if (result === shape && table.isScalar(word) && (',
      'if (result < 0 && table.isScalar(word) && (',
    ],
    [
      'a load of a map is a map',
      'table.pointer(TAG.map, imm, 0, 0, 0)',
      'UNKNOWN_WORD',
      { text: "case 'map':", by: "case 'map':\n      if (imm < 0) break;" },
    ],
    ['a load of a type is its id', 'table.scalar(table.scalars.immediate(imm), 0)', 'UNKNOWN_WORD'],
    [
      'a load of 64 bits is known',
      'table.scalar(table.scalars.intern(constant(imm64At(program, pc))), 0)',
      'table.scalar(table.scalars.intern(constant(imm64At(program, pc) & 0xffff_ffffn)), 0)',
    ],
    [
      'an atomic loads what was there',
      'if (loads !== undefined) state.setRegister(loads, read(context, pc, dst));',
      '',
    ],
    [
      'a store of an immediate changes the stack',
      '  storeToStack(context, table.parameter(pointer), offset, sizeAt(context, pc), word, true);\n',
      '  if (pc < 0) storeToStack(context, table.parameter(pointer), offset, sizeAt(context, pc), word, true);\n',
    ],
    ['a spilled scalar and its register are copies', 'if (linked !== word) state.setRegister(src, linked);', ''],
    [
      'arithmetic on scalars makes no copies',
      'table.scalars.apply(op, table.parameter(target), shape), 0)',
      'table.scalars.apply(op, table.parameter(target), shape), Math.max(0, table.link(target)))',
    ],
    ['a goto is followed', 'goto: ({ program }, pc) => pc + 1 + (program.off[pc] ?? 0),', 'goto: (_, pc) => pc + 1,'],
    [
      'a long goto is followed',
      'gotol: ({ program }, pc) => pc + 1 + (program.imm[pc] ?? 0),',
      'gotol: (_, pc) => pc + 1,',
    ],
    [
      'fetch: the source gets the old value',
      'fetch: (context, pc) => readModifyWrite(context, pc, context.program.src[pc] ?? 0),',
      'fetch: (context, pc) => readModifyWrite(context, pc, undefined),',
    ],
    [
      'xchg: the source gets the old value',
      'xchg: (context, pc) => readModifyWrite(context, pc, context.program.src[pc] ?? 0),',
      'xchg: (context, pc) => readModifyWrite(context, pc, undefined),',
    ],
    [
      'cmpxchg: R0 gets the old value',
      'cmpxchg: (context, pc) => readModifyWrite(context, pc, 0),',
      'cmpxchg: (context, pc) => readModifyWrite(context, pc, undefined),',
    ],
    ['a load-acquire loads', "'load-acquire': load,", "'load-acquire': (_, pc) => pc + 1,"],
    ['a store-release stores', "'store-release': store,", "'store-release': (_, pc) => pc + 1,"],
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
    [
      'same states: allocated stack',
      'data[at++] = slots;',
      'data[at++] = 0;',
      { same: 'the slots follow one by one: forms of other stacks have another length' },
    ],
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
    [
      'a dynptr or iterator begins at its first slot',
      '(parameter & 2) === 0 || residentKind(parameter) !== kind',
      'residentKind(parameter) !== kind',
    ],
    ['a dynptr is no iterator', '(parameter & 2) === 0 || residentKind(parameter) !== kind', '(parameter & 2) === 0'],
    [
      'a dynptr or iterator that is made allocates stack',
      '  scrambleStack(context, frame, table.offset(pointer), 8);\n',
      '',
      { text: "import { scrambleStack } from './stack.js';\n", by: '' },
    ],
    [
      'all slots of a dynptr have its reference',
      "first || bytes === 'dynptr' ? ref : 0",
      'first ? ref : 0',
      { text: 'const { slots, slot: bytes } = KINDS[kind];', by: 'const { slots } = KINDS[kind];' },
    ],
    [
      'a place of a reference that has others is a clone',
      'if (seen.has(ref)) clones++;\n      else seen.add(ref);',
      'if (seen.has(ref)) continue;\n      else seen.add(ref);',
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
  ...editsOf('src/verify/context.ts', [
    ['marks of several types at one pc say -1', 'type: known === undefined ? type : -1', 'type'],
    ['the most that is owned at once', 'if (owned > (notes.maxOwned[subprogram] ?? 0)) ', ''],
  ]),
];
