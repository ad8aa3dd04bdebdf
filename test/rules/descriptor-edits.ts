/** Frame descriptors: collecting, merging, choosing and unwinding, rule by rule. */
import { type Edit, editsOf } from './edit.js';

const REGISTERS = `    for (let register = 6; register <= 9; register++) {
      const value = state.register(frame, register);
      const refusal = this.record(draft, SLOTS + register - 6, frame, value, true);
      if (refusal !== undefined) return refusal;
    }
`;

export const DESCRIPTOR_EDITS: readonly Edit[] = [
  ...editsOf('src/subjects/frame-descriptors/collect.ts', [
    [
      'rfc-v1: frames from the current one to 0',
      'for (let frame = state.depth - 1; frame >= 0; frame--) {',
      'for (let frame = 0; frame < state.depth; frame++) {',
    ],
    ['rfc-v1: the pc of a caller frame is its call', 'const at = pcOfFrame(this.visit, frame);', 'const at = pc;'],
    [
      'rfc-v1: slots from fp-8 downwards',
      'for (let place = 0; place < slots; place++) {',
      'for (let place = slots - 1; place >= 0; place--) {',
    ],
    [
      'rfc-v1: slots before registers',
      REGISTERS,
      '',
      {
        text: '    const slots = state.frame(frame).allocated / 8;\n',
        by: `${REGISTERS}    const slots = state.frame(frame).allocated / 8;\n`,
      },
    ],
    [
      'rfc-v1: R6, R7, R8, R9 in this order',
      'for (let register = 6; register <= 9; register++) {',
      'for (let register = 9; register >= 6; register--) {',
    ],
    ["rfc-v1: slots down to that state's allocated stack only", 'state.frame(frame).allocated / 8', 'SLOTS'],
    ['rfc-v1: the lowest byte decides about a slot', 'switch (slot.bytes[0]) {', 'switch (slot.bytes[7]) {'],
    ['rfc-v1: a spilled scalar records nothing', '} else if (!register) return undefined;', '}'],
    ['rfc-v1: R6–R9 holding constant 0 record nothing', 'if (isZero(value)) {', 'if (isZero(value) && !register) {'],
    [
      'rfc-v1: R6–R9 holding a scalar record NOT_INIT',
      '} else if (!register) return undefined;',
      '} else return undefined;',
    ],
    [
      'rfc-v1: a pointer without reference records nothing',
      'if (value.ref === 0) return undefined;',
      'if (value.ref === 0) return this.merge(draft, entry);',
    ],
    [
      'rfc-v1: a slice records nothing',
      "if (value?.is === 'pointer' && value.type.to === 'data' && value.type.readonly) return undefined;",
      '',
    ],
    [
      'rfc-v1: data of a dynptr and numbers of an iterator have no destructor',
      "if (value.type.to === 'data' || value.type.to === 'element') return this.noDestructor();",
      '',
    ],
    [
      'rfc-v1: without a destructor the program is refused',
      'DESTRUCTORS[holds.kind].destructor(this.program, holds.type);\n      if (destructor === undefined) return this.noDestructor();',
      'DESTRUCTORS[holds.kind].destructor(this.program, holds.type);\n      if (destructor === undefined) return undefined;',
    ],
    [
      'rfc-v1: only the first slot of a dynptr or iterator is recorded',
      'if (resident?.first !== true || resident.ref === 0) return',
      'if (resident === undefined || resident.ref === 0) return',
    ],
    [
      'rfc-v1: a zero slot records nothing',
      '          draft.nullable.add(place);\n          break;',
      "          this.merges(draft, notInit(place), 'dropped');\n          break;",
    ],
    [
      'rfc-v1: a misc or invalid slot records NOT_INIT',
      "          this.merges(draft, notInit(place), 'dropped');\n",
      '',
    ],
    [
      'rfc-v1: of such a slot a failed merge is dropped',
      "          this.merges(draft, notInit(place), 'dropped');\n",
      '          {\n            const refusal = this.merge(draft, notInit(place));\n            if (refusal !== undefined) return refusal;\n          }\n',
    ],
    [
      'rfc-v1: of all others a failed merge refuses',
      "if (this.merges(draft, entry, 'refused')) return undefined;",
      "this.merges(draft, entry, 'refused');\n    if (draft.pc >= 0) return undefined;",
    ],
    [
      "rfc-v1: the pointer's offset is not recorded",
      'entry = { place, holds, spill, offset: 0,',
      'entry = { place, holds, spill, offset: value.off,',
    ],
    ['rfc-v1: a released pointer is an unknown scalar, in all frames', ' && !this.released.has(value.ref)', ''],
    [
      'rfc-v1: entries of caller frames release nothing',
      'if (frame === this.visit.state.depth - 1) this.released.add(ref);',
      'if (frame >= 0) this.released.add(ref);',
    ],
    [
      'rfc-v1: a throw in frame 0 leaves nothing held',
      'return leaked === undefined ? undefined : heldReference',
      'return leaked === undefined || pc >= 0 ? undefined : heldReference',
    ],
    [
      'rfc-v1: no leak check outside frame 0',
      'if (state.depth > 1) return undefined; // as posted',
      'if (pc < 0) return undefined; // as posted',
    ],
    [
      'rfc-v1: a pc where nothing was recorded has no descriptor',
      'if (draft === undefined || draft.entries.length === 0) continue;',
      'if (draft === undefined) continue;',
    ],
    [
      'rfc-v1: stack entries in the order first recorded',
      'if (entry.place < SLOTS) draft.order.push(entry.place);',
      'if (entry.place < SLOTS) draft.order.unshift(entry.place);',
    ],
    [
      'rfc-v1: what a pointer into no resource holds, it does not record',
      'if (holds === undefined) return undefined;',
      'if (holds === undefined) return this.noDestructor();',
      { same: 'a pointer with a reference is one to a resource, or one that was handled above' },
    ],
    [
      'rfc-v1: a dynptr or iterator that is recorded is released',
      '    this.release(frame, ref);\n    return this.merge(draft, {',
      '    return this.merge(draft, {',
    ],
    ['rfc-v1: a pointer that is recorded is released', '      this.release(frame, value.ref);\n', ''],
    ['rfc-v1: a pointer that may be NULL is said to', 'if (value.mayBeNull) draft.nullable.add(place);', ''],
    ['rfc-v1: what stands at a place stays', 'if (draft.entries[entry.place] !== undefined) return;', ''],
  ]),
  ...editsOf('src/subjects/frame-descriptors/merge.ts', [
    ['merge rule 1: no old entry, take the new', '1: true,', '1: false,'],
    ['merge rule 2: identical, keep', '2: true,', '2: false,'],
    ['merge rule 3: spill types differ, refuse', 'if (old.spill !== fresh.spill) return 3;', ''],
    [
      'merge rule 4: dynptr or iterator, not identical, refuse',
      "if (old.spill === 'dynptr' || old.spill === 'iter') return 4;",
      '',
    ],
    ['merge rule 5: same type number, keep', '5: true,', '5: false,'],
    ['merge rule 6: different, refuse', '6: false,', '6: true,'],
    ['merge: the old entry is the one that stays', 'rule === 8 ? fresh : (old ?? fresh);', 'fresh;'],
    [
      'merge: rule 8 puts the new entry in the place of NULL',
      'rule === 8 ? fresh : (old ?? fresh);',
      '(old ?? fresh);',
    ],
    ['merge: rule 7, the new one is NULL', 'if (fresh.isNull === true) return 7;', ''],
    ['merge: NULL is not NOT_INIT', 'old.isNull === fresh.isNull && ', ''],
    [
      'merge: NOT_INIT has a type number of its own',
      'entry.holds === undefined ? contentOf(entry) : claimOf(entry.holds)',
      "entry.holds === undefined ? 'kernel-object' : claimOf(entry.holds)",
    ],
    ['merge: identical is of one kind', 'old?.kind === fresh?.kind && ', ''],
    ['merge: identical is of one struct type', ' && old?.type === fresh?.type', ''],
    ['merge: identical is of one form of socket', ' && old?.form === fresh?.form', ''],
    ['merge failure: names both sides', '[left, right].map((side)', '[left, left].map((side)'],
    ['merge failure: names the place', '${placeName(place)} of ${name}', '${name}'],
  ]),
  ...editsOf('src/subjects/frame-descriptors/candidates.ts', [
    [
      'sound: usable if fine in every state',
      "site.fine[place] !== site.seen || claim === 'mixed'",
      "claim === 'mixed'",
    ],
    ['sound: one kind', 'if (kind !== holding.kind || type !==', 'if (type !=='],
    ['sound: one struct type', ' || type !== holding.type || ', ' || '],
    ['sound: one offset', ' || old.offset !== offset) site', ') site'],
    [
      'sound: a cast that may be NULL is no place of its reference',
      ' || (pointer.mayBeNull && pointer.id > 0)) return;',
      ') return;',
    ],
    [
      'sound: as many zero slots as the dynptr or iterator has',
      "return row.lives === 'register' || zeroes >= row.slots;",
      'return row.lives !== undefined;',
    ],
    ['sound: zero slots in every state', 'Math.min(before, zeroes)', 'Math.max(before, zeroes)'],
    [
      'sound: all slots of an iterator are there',
      'if (state.slot(frame, other).resident?.kind !== kind) return false;',
      '',
    ],
    [
      'sound: a pointer is spilled whole',
      "spilled?.is === 'pointer' && bytes.every((byte) => byte === 'spill')",
      "spilled?.is === 'pointer' && bytes[0] === 'spill'",
      { same: 'the verifier refuses to spill a pointer in part, and overwrites it whole' },
    ],
    [
      'sound: all 8 bytes of a zero slot are zero',
      "return bytes.every((byte) => byte === 'zero' || (byte === 'spill' && isZero(spilled)));",
      "return bytes[0] === 'zero' || (bytes[0] === 'spill' && isZero(spilled));",
    ],
    [
      'sound: the pc of a caller frame is its call',
      'const at = pcOfFrame({ pc, state }, frame);\n      let site',
      'const at = pc;\n      let site',
    ],
    [
      'sound: what has no destructor is no place',
      'if (destructor === undefined) return false;',
      'if (destructor === undefined) return true;',
      { same: 'a program that verifies declares the struct types of its objects, so each has a destructor' },
    ],
    ['sound: a pointer that may be NULL is said to', 'if (pointer.mayBeNull) site.nullable.add(place);', ''],
    ['sound: a place that is 0 is fine', 'else if (isZero(value)) readZero(site, place, 1);', ''],
    [
      'sound: zero slots below a place do not count',
      'zeroes = isZero ? zeroes + 1 : 0;',
      'zeroes = isZero ? zeroes + 1 : zeroes;',
    ],
    [
      'sound: a pointer without reference is no place',
      'if (pointer.ref === 0 || holding',
      'if (holding',
      { same: 'no reference has the number 0' },
    ],
    [
      'an address counts as a place only below what the program uses',
      'pointer === undefined || place < addressesFrom ? undefined',
      'pointer === undefined || place < 0 ? undefined',
    ],
    [
      'an address leads to the first slot of what is whole',
      'return resident?.first === true && isWhole(state, type.frame, place, resident.kind) ? resident : undefined;',
      'return resident?.first === true ? resident : undefined;',
    ],
    [
      'one slot of zeroes is enough where the address was',
      " || claim.spill === 'spill') return true;",
      ') return true;',
    ],
  ]),
  ...editsOf('src/subjects/frame-descriptors/selection.ts', [
    [
      'selection: at most one key of a duty',
      'if (chosen > 1 || chosen + open === 0) return index;',
      'if (chosen + open === 0) return index;',
    ],
    [
      'selection: at least one key of a duty',
      'if (chosen > 1 || chosen + open === 0) return index;',
      'if (chosen > 1) return index;',
    ],
    [
      'selection: a chosen key rules the others of its duty out',
      'if (marks[key] === OPEN) marks[key] = OUT;\n',
      'if (marks[key] === OPEN) continue;\n',
      { text: '      if (chosen === 1) {', by: '      if (chosen === 1 && open < 0) {' },
    ],
    ['selection: the last open key is forced', '} else if (open === 1) {', '} else if (open === -1) {'],
    [
      'selection: a wrong guess is taken back',
      'current[level.guess] = OUT;',
      "return { ok: false, duty: open, why: 'overlap' };",
    ],
    [
      'selection: a duty without key is told',
      "if (empty !== -1) return { ok: false, duty: empty, why: 'no-key' };",
      '',
    ],
    ['selection: guesses are limited', 'if (steps >= stepLimit) return', 'if (steps >= 1e6) return'],
  ]),
  ...editsOf('src/subjects/frame-descriptors/unwind.ts', [
    [
      'unwind (a): a subprogram without table restores registers',
      ' && tables.has(subprogram)) continue;',
      ') continue;',
    ],
    [
      'unwind (b): a pc without descriptor is left at once',
      'if (descriptor === undefined && policy.skipsUnlisted && tables.has(subprogram)) continue;',
      '',
    ],
    ['unwind (c): registers are restored', 'saved[register - 6] = wordAboveSp(', 'wordAboveSp('],
    [
      'unwind (c): saved registers lie in descending order',
      'frame, registers.length - 1 - index, stack',
      'frame, index, stack',
    ],
    ['unwind (c): only registers that the subprogram uses', '(seen & (1 << register)) !== 0', 'register > 5'],
    ['unwind (c): used as target', '(1 << (program.dst[pc] ?? 0)) | ', ''],
    ['unwind (c): used as source', ' | (1 << (program.src[pc] ?? 0))', ''],
    ['unwind: the trampoline saved R6–R9 of the innermost frame', '[...stopped.trampoline]', '[0n, 0n, 0n, 0n]'],
    [
      'unwind: innermost frame first',
      'for (let frame = stopped.frames.length - 1; frame >= 0; frame--) {',
      'for (let frame = 0; frame < stopped.frames.length; frame++) {',
    ],
    [
      'unwind: 0 is skipped',
      'if (entry.holds === undefined || value === 0n) return;',
      'if (entry.holds === undefined) return;',
    ],
    [
      'unwind: NOT_INIT does nothing',
      'if (entry.holds === undefined || value === 0n) return;',
      'if (value === 0n) return;',
      { text: 'claimOf(entry.holds)', by: "entry.holds === undefined ? 'nothing' : claimOf(entry.holds)" },
    ],
    ['unwind: a released register is cleared', 'if (policy.clearsReleased) saved[register] = 0n;', ''],
    [
      'unwind: dynptr and iterator destructors get the address of the slots',
      "entry.spill === 'spill' ? stopped.load(slot) : slot",
      'stopped.load(slot)',
    ],
    ['unwind: the recorded offset is taken off', 'BigInt.asUintN(64, value - BigInt(entry.offset))', 'value'],
    [
      'unwind (c): what lies above the pushed words',
      'if (offset < 0) return stopped.load(BigInt.asUintN(64, fp + BigInt(offset)));',
      'if (offset < 0) return 0n;',
    ],
    [
      'unwind (c): above the stack lies the frame pointer of the caller',
      'return offset === 0 ? (stopped.frames[frame - 1]?.fp ?? 0n) : 0n;',
      'return 0n;',
    ],
    [
      'unwind: nothing is restored from the outermost frame',
      '      if (frame === 0) continue;\n',
      '',
      { same: 'no frame further out would read it' },
    ],
    [
      'unwind: stack entries before registers',
      'for (const entry of descriptor?.stack ?? []) {',
      'for (const entry of [...(descriptor?.stack ?? [])].reverse()) {',
    ],
  ]),
  ...editsOf('src/subjects/frame-descriptors/frame-descriptors.ts', [
    ['sound: registers are restored without descriptor too', 'skipsUnlisted: false,', 'skipsUnlisted: true,'],
    [
      'sound: no register is cleared',
      'clearsReleased: false,',
      'clearsReleased: true,',
      {
        same: 'a frame that lists a register has written and so pushed it: it is restored before it is looked at again',
      },
    ],
    ['rfc-v1: registers of unlisted frames are not restored', 'skipsUnlisted: true,', 'skipsUnlisted: false,'],
    [
      'rfc-v1: released registers are cleared',
      'clearsReleased: true,',
      'clearsReleased: false,',
      {
        same: 'a frame that lists a register has written and so pushed it: it is restored before it is looked at again',
      },
    ],
    ['rfc-v1: pcs as posted', 'pcs: PC_POLICIES.posted,', 'pcs: PC_POLICIES.exact,'],
    ['sound: pcs are exact', 'pcs: PC_POLICIES.exact,', 'pcs: PC_POLICIES.posted,'],
    ['descriptors: stops at throws only', 'if (unsupported !== undefined) return unsupported;', ''],
  ]),
  ...editsOf('src/subjects/frame-descriptors/sound.ts', [
    ['sound: only usable keys', 'isUsable(site, key % PLACES) && ', ''],
    [
      'sound: no key that one state has twice',
      ' && keys.indexOf(key) === keys.lastIndexOf(key);',
      ';',
      { same: 'no program recurses: a state has each pc in one frame' },
    ],
    ['sound: a pc where nothing was chosen has no descriptor', 'if (entries.length === 0) return;', ''],
    [
      'sound: a refusal tells of a missing destructor first',
      'if (DESTRUCTORS[holding.kind].destructor(program, holding.type) === undefined) {',
      'if (duty.pc < 0) {',
    ],
    [
      'sound: a refusal tells of the most telling place',
      'conflicts.find(({ right }) => right.acquiredAt !== undefined) ?? conflicts[0]',
      'conflicts[0]',
    ],
    [
      'sound: what only dead registers had is held',
      'if (told === undefined) return heldReference(duty.pc, reference).refusal;',
      "if (told === undefined) return { code: 'merge-failure', pc: duty.pc, message: '' };",
    ],
    [
      'sound: a search that gave up says so',
      "why === 'gave-up' ? ' (search given up)' : ''",
      "''",
      { same: 'no known program makes the search give up; selection.test.ts has the search itself do so' },
    ],
  ]),
  ...editsOf('src/subjects/destructors.ts', [
    [
      'destructor: ring',
      "ring: { claim: () => 'ring-record', destructor: () => 'bpf_ringbuf_discard' }",
      "ring: { claim: () => 'ring-record', destructor: () => undefined }",
    ],
    ['claim: ring', "ring: { claim: () => 'ring-record', destructor", "ring: { claim: () => 'nothing', destructor"],
    [
      'destructor: task',
      "task: { claim: () => 'kernel-object', destructor: () => 'bpf_task_release' }",
      "task: { claim: () => 'kernel-object', destructor: () => undefined }",
    ],
    ['claim: task', "task: { claim: () => 'kernel-object', destructor", "task: { claim: () => 'nothing', destructor"],
    [
      'destructor: cgroup',
      "cgroup: { claim: () => 'kernel-object', destructor: () => 'bpf_cgroup_release' }",
      "cgroup: { claim: () => 'kernel-object', destructor: () => undefined }",
    ],
    [
      'claim: cgroup',
      "cgroup: { claim: () => 'kernel-object', destructor",
      "cgroup: { claim: () => 'nothing', destructor",
    ],
    [
      'destructor: dynptr',
      "dynptr: { claim: () => 'ring-dynptr', destructor: () => 'bpf_ringbuf_discard_dynptr' }",
      "dynptr: { claim: () => 'ring-dynptr', destructor: () => undefined }",
    ],
    [
      'claim: dynptr',
      "dynptr: { claim: () => 'ring-dynptr', destructor",
      "dynptr: { claim: () => 'nothing', destructor",
    ],
    [
      'destructor: iter_num',
      "iter_num: { claim: () => 'iterator', destructor: () => 'bpf_iter_num_destroy' }",
      "iter_num: { claim: () => 'iterator', destructor: () => undefined }",
    ],
    [
      'claim: iter_num',
      "iter_num: { claim: () => 'iterator', destructor",
      "iter_num: { claim: () => 'nothing', destructor",
    ],
    [
      'destructor: iter_task',
      "iter_task: { claim: () => 'iterator', destructor: () => 'bpf_iter_task_destroy' }",
      "iter_task: { claim: () => 'iterator', destructor: () => undefined }",
    ],
    [
      'claim: iter_task',
      "iter_task: { claim: () => 'iterator', destructor",
      "iter_task: { claim: () => 'nothing', destructor",
    ],
    [
      'destructor: object, of a struct type the program has',
      'return struct === undefined ? undefined :',
      "return struct === undefined ? 'bpf_obj_drop_impl(?)' :",
    ],
    ['destructor: object', '`bpf_obj_drop_impl(${struct.name})`', "'bpf_obj_drop_impl'"],
    ['claim: object', "claim: () => 'local-object'", "claim: () => 'nothing'"],
    ['destructor: socket', "destructor: () => 'bpf_sk_release'", 'destructor: () => undefined'],
    ['claim: socket, by form', "claim: (form = 'sock') => SOCKET_CLAIMS[form]", 'claim: () => SOCKET_CLAIMS.sock'],
    ['a BTF socket has the claim of a kernel object', "btf: 'kernel-object'", "btf: 'socket'"],
    [
      'a pointer to a record holds it',
      "case 'memory':\n      return { kind: 'ring', type: -1 };",
      "case 'memory':\n      return undefined;",
    ],
    ['a pointer to a kernel object holds it', 'return { kind: pointer.type.kind, type: -1 };', 'return undefined;'],
    [
      'a pointer to a local object holds it',
      "return { kind: 'object', type: pointer.type.type };",
      'return undefined;',
    ],
    [
      'a pointer to a socket holds it',
      "return { kind: 'socket', type: -1, form: pointer.type.form };",
      'return undefined;',
    ],
  ]),
  ...editsOf('src/subjects/refusal.ts', [
    [
      'designs that know throws stop there only',
      "if (stopAt === 'throw') return undefined;",
      'if (stopAt.length > 0) return undefined;',
    ],
  ]),
  ...editsOf('src/subjects/mainline/mainline.ts', [
    [
      'mainline: nothing may be held at a throw',
      'if (held !== undefined) return heldReference(',
      'if (held?.id === -1) return heldReference(',
    ],
    ['mainline: stops at throws only', 'if (unsupported !== undefined) return unsupported;', ''],
  ]),
];
