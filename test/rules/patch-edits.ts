/** Patched programs (src/patch), and how the designs follow (pcs.ts), rule by rule. */
import { type Edit, editsOf } from './edit.js';

export const PATCH_EDITS: readonly Edit[] = [
  ...editsOf('src/patch/patch.ts', [
    [
      'a jump goes to the start of a piece',
      'layout.landing[pc] = layout.end;\n      if (piece !== undefined) insert(layout, piece.before, pc);',
      'if (piece !== undefined) insert(layout, piece.before, pc);\n      layout.landing[pc] = layout.end;',
    ],
    [
      'a call runs entry code',
      'const to = whole ? (layout.enter[subprogram] ?? 0) : (layout.landing[target] ?? 0);',
      'const to = layout.landing[target] ?? whole;',
      { text: 'const whole = program.subprograms[subprogram]?.start === target;', by: 'const whole = 0;' },
    ],
    ['code behind an instruction', 'if (piece !== undefined) insert(layout, piece.after, pc);', ''],
    ['a call of a removed subprogram is refused', 'if (to === layout.leave[subprogram]) {', 'if (to < 0) {'],
    ['calls follow', 'imm[at] = to - at - 1;', ''],
    ['long gotos follow', "if (shape === 'gotol') imm[at] = distance;", "if (shape === 'gotol') continue;"],
    ['jumps follow', ' off[at] = distance;\n    else if (shape', ' continue;\n    else if (shape'],
    ['a goto that gets too long becomes a gotol', "else if (shape === 'goto') {", 'else if (distance === 0.5) {'],
    [
      'a conditional jump that gets too long is refused',
      "const pc = originalPc(program, layout, at);\n      return {\n        code: 'jump-out-of-range'",
      "const pc = originalPc(program, layout, at);\n      if (pc >= 0) continue;\n      return {\n        code: 'jump-out-of-range'",
    ],
    ['a replaced instruction lives on in its first slot', 'layout.original[layout.placed[pc] ?? 0] = pc;', ''],
    [
      'inserted code serves an instruction',
      'layout.serves[layout.end++] = serves;',
      'layout.serves[layout.end++] = -1;',
    ],
    [
      'the rewritten program is validated',
      "form === 'checked'\n      ? buildOfColumns(",
      'form !== form\n      ? buildOfColumns(',
    ],
    ['names follow', 'names: new Map(kept.map((i) => [layout.enter[i] ?? 0, ', 'names: new Map(kept.map((i) => [i, '],
    [
      'global subprograms stay global',
      'program.subprograms[i]?.global ? [layout.enter[i] ?? 0] : []',
      'i < 0 ? [layout.enter[i] ?? 0] : []',
    ],
    ['labels follow', 'labels.set(at, name);', 'labels.set(pc, name);'],
  ]),
  ...editsOf('src/patch/kernel-pass.ts', [
    ['an insertion is told', "this.changes.push({ do: 'patch', off: this.#at(pc), len: before + 1 + after });", ''],
    ['a split is told', "this.changes.push({ do: 'patch', off: this.#at(pc), len: 2 });", ''],
    [
      'dead code that goes is told',
      "if (count > 0) this.changes.push({ do: 'remove', off: at, count });\n      else at +=",
      'if (count === 0) at +=',
    ],
    [
      'an empty jump that goes is told',
      "        this.changes.push({ do: 'remove', off: at, count: 1 });\n      } else",
      '      } else',
    ],
    [
      'an empty jump among fillers that goes is told',
      "        this.changes.push({ do: 'remove', off: at + index, count: 1 });\n",
      '',
    ],
    [
      'blinding is not told',
      "if (added > 0) this.#grow(pc, 'before', added, 0);",
      'if (added > 0) this.#insert(pc, added, 0, 0);',
    ],
    [
      'subprograms start where they do before the JIT',
      "const starts = slots.starts();\n  if (plan.some((step) => step.do === 'blind')) slots.blind();",
      "if (plan.some((step) => step.do === 'blind')) slots.blind();\n  const starts = slots.starts();",
    ],
    ['nothing is inserted behind what ends a path', ' || (after > 0 && this.#endsPath(pc))) return;', ') return;'],
    [
      'a branch that always jumps becomes a goto',
      'if (!falls) this.#piece(pc).own = [{ insn: GOTO, target }];',
      'if (!falls) continue;',
    ],
    [
      'a branch that never jumps becomes an empty one',
      'else if (dead[target] === 1) this.#piece(pc).own = [GOTO];',
      'else if (dead[target] === 1) continue;',
    ],
    [
      'the tail of a subprogram stays',
      'while (dead[pc] === 1 && !tails.has(pc)) {',
      'while (dead[pc] === 1 && tails.size >= 0) {',
    ],
    ['dead code goes', 'while (dead[pc] === 1 && !tails.has(pc)) {', 'while (dead[pc] === 9 && !tails.has(pc)) {'],
    ['empty jumps go', 'if (this.#isNop(pc)) {', 'if (pc < 0) {'],
    ['empty jumps among fillers go', 'if (code[index] !== GOTO) index++;', 'if (index >= 0) index++;'],
    [
      'an instruction that has become several is not patched again',
      '(own === undefined || own.length === 1)',
      '(own === undefined || own.length >= 1)',
    ],
    ['an instruction that is gone is not patched', 'pc >= 0 && this.#size[pc] !== 0 && ', 'pc >= 0 && '],
    [
      'a decided branch ends its path',
      "if (own !== undefined) return 'target' in own;",
      'if (own !== undefined) return false;',
    ],
    [
      'the next patch puts its slots closer to the instruction',
      'else code.unshift(FILLERS[filler]);',
      'else code.push(FILLERS[filler]);',
    ],
    ['second slots die with the first', 'if (widthAt(program, pc) === 2) dead[pc + 1] = dead[pc] ?? 0;', ''],
    ['entry code goes with what follows it', 'of === -1 ? (dead[pc + 1] ?? 0) :', 'of === -1 ? 0 :'],
    ['blinded: 64-bit constants, 5 slots', "if (row.shape === 'imm64') return 5;", ''],
    ['blinded: stored immediates, 2 slots', "if (row.shape === 'store-imm') return 2;", ''],
    ['blinded: arithmetic and jumps, 2 slots', '  return 2;\n}', '  return 0;\n}'],
    ['not blinded: register forms', '|| ((program.code[pc] ?? 0) & SOURCE_X) !== 0) return 0;', ') return 0;'],
    ['not blinded: shifts', 'SHIFTS.has(row.symbol) || ', ''],
    ['not blinded: moves of 0', " || (row.symbol === '=' && program.imm[pc] === 0))", ')'],
    [
      'not blinded: what was removed or replaced',
      'if (this.#size[pc] === 0 || this.#pieces.get(pc)?.own !== undefined) continue;',
      'if (this.#size[pc] === 0) continue;',
    ],
    [
      'subprograms keep their numbers',
      'if (survivors.length === before.subprograms.length) return after;',
      'if (survivors.length >= 0) return after;',
    ],
    [
      'a jump that gets too long is a load that fails',
      "if (patched.refusal.code === 'jump-out-of-range') return undefined;",
      '',
    ],
  ]),
  ...editsOf('src/patch/plan.ts', [
    [
      'a step names an instruction',
      'return starts ? undefined : `no instruction',
      'return starts || pc >= 0 ? undefined : `no instruction',
    ],
    ['nothing is inserted behind an exit, a goto or a constant', "['exit', 'goto', 'gotol', 'imm64']", '[]'],
    [
      'only loads are split',
      "rowAt(program, step.pc)?.shape === 'load' ? undefined",
      'rowAt(program, step.pc) !== undefined ? undefined',
    ],
    [
      'an entry step names a subprogram',
      'program.subprograms.some(({ name }) => name === step.subprogram)',
      "program.subprograms.some(({ name }) => name !== '')",
    ],
  ]),
  ...editsOf('src/subjects/frame-descriptors/pcs.ts', [
    ['posted: what lies behind a patch moves', 'return pc <= change.off ? pc : pc + change.len - 1;', 'return pc;'],
    ['posted: a patched pc stays', 'return pc <= change.off ? pc', 'return pc < change.off ? pc'],
    [
      'posted: descriptors of removed slots are deleted',
      'return pc < change.off + change.count ? undefined : pc - change.count;',
      'return pc - change.count;',
    ],
    [
      'posted: what lies behind removed slots moves',
      'return pc < change.off + change.count ? undefined : pc - change.count;',
      'return pc < change.off + change.count ? undefined : pc;',
    ],
    ['posted: what lies before removed slots stays', 'if (pc < change.off) return pc;', ''],
    [
      'posted: relative to where the subprogram started before the JIT',
      'ends(pc - (pass.starts[descriptor.subprogram] ?? 0) + 1)',
      'ends(pc + 1)',
    ],
    [
      'posted: an index of the JIT’s list is one more',
      '(pass.starts[descriptor.subprogram] ?? 0) + 1)',
      '(pass.starts[descriptor.subprogram] ?? 0))',
    ],
    [
      'posted: prologues are those of the verified program',
      'prologues: (verified) => verified,',
      'prologues: (_verified, { program }) => program,',
    ],
    [
      'exact: where each instruction is',
      'const pc = pcMap.toPrepared[at] ?? -1;',
      'const pc = pcMap.toPrepared.length < 0 ? -1 : at;',
    ],
    [
      'exact: what is removed has no descriptor',
      'if (pc >= 0) moved.set(pc, descriptor);',
      'moved.set(pc, descriptor);',
    ],
    [
      'exact: prologues are those of the program that runs',
      'prologues: (_, { program }) => program,',
      'prologues: (verified) => verified,',
    ],
  ]),
];
