/**
 * What a kernel does to a verified program before it runs: it patches instructions one after the other, removes dead code,
 * and may blind constants inside the JIT. The program must behave as before; whoever keeps pcs is told each change in the
 * pcs of that moment and has to follow (domain, "pc maintenance").
 *
 * The steps work in their order on a picture of the program that knows how many slots stand for each instruction by now;
 * in the end the picture becomes the edits of one patch. Fillers change nothing wherever they stand: `rN = rN`, also of a
 * register that holds nothing, and a jump to the next slot.
 */
import type { ReadonlyInts } from '../contract/ints.js';
import type { Filler, KernelChange, PatchPlan, PatchStep } from '../contract/patch-plan.js';
import type { PcMap } from '../contract/prepared.js';
import { type Insn, insn } from '../isa/insn.js';
import { OP_SECOND_SLOT, SOURCE_X } from '../isa/op.js';
import { type Program, rowAt, targetAt, widthAt } from '../isa/program.js';
import { zeroBytes, zeroInts } from '../isa/slab.js';
import { type Edit, type Inserted, patch } from './patch.js';

/** What the pass works on: a prepared program, and where the instructions of the original are in it. */
export interface Patchable {
  readonly program: Program;
  readonly pcMap: PcMap;
}

/** A program as it finally runs, and all that a design is told about the way there. */
export interface KernelPass {
  /** In the order in which they were made, those inside the JIT left out. */
  readonly changes: readonly KernelChange[];
  /** By subprogram: its first pc before the JIT. */
  readonly starts: readonly number[];
  /**
   * What runs; pcs of stopped frames are pcs of this. Subprograms keep their numbers: one that lost all its code is an
   * empty range.
   */
  readonly program: Program;
  /** The truth about pcs: those of the prepared program against those of `program`. */
  readonly pcMap: PcMap;
}

/**
 * Takes a prepared program through a plan. `reached` says by original pc what the verifier reached. `undefined`: a jump
 * would get too long, a kernel refuses to load this.
 */
export function runKernelPass(
  prepared: Patchable,
  plan: PatchPlan,
  reached: { readonly [pc: number]: number },
): KernelPass | undefined {
  const slots = new Slots(prepared, reached);
  for (const step of plan) if (step.do !== 'blind') slots.apply(step);
  const starts = slots.starts();
  if (plan.some((step) => step.do === 'blind')) slots.blind();
  // Fillers, decided branches and removed dead code leave a program a program; checking that takes longer than all else.
  const patched = patch(prepared.program, slots.edits(), 'trusted');
  if (!patched.ok) {
    if (patched.refusal.code === 'jump-out-of-range') return undefined;
    throw new Error(`a kernel-like patch cannot be made: ${patched.refusal.message}`);
  }
  const program = keepNumbers(prepared.program, patched.program, slots.survivors());
  return { changes: slots.changes, starts, program, pcMap: patched.pcMap };
}

/** What stands for an instruction, if it is not only itself. `own` is `undefined` as long as it is there unchanged. */
interface Piece {
  readonly before: Insn[];
  own: readonly Inserted[] | undefined;
  readonly after: Insn[];
}

/**
 * The program being patched, by prepared pc: how many slots each pc stands for by now, how many of them come before the
 * instruction itself, and what they are where that has changed.
 */
class Slots {
  readonly changes: KernelChange[] = [];
  readonly #program: Program;
  readonly #toPrepared: ReadonlyInts;
  readonly #dead: Uint8Array;
  readonly #size: Int32Array;
  readonly #before: Int32Array;
  readonly #pieces = new Map<number, Piece>();

  constructor({ program, pcMap }: Patchable, reached: { readonly [pc: number]: number }) {
    this.#program = program;
    this.#toPrepared = pcMap.toPrepared;
    this.#dead = deadSlots(program, pcMap, reached);
    this.#size = zeroInts(program.length).fill(1);
    this.#before = zeroInts(program.length);
  }

  apply(step: Exclude<PatchStep, { readonly do: 'blind' }>): void {
    switch (step.do) {
      case 'insert':
        this.#insert(this.#toPrepared[step.pc] ?? -1, step.before, step.after, step.filler);
        break;
      case 'entry': {
        const start = this.#program.subprograms.find(({ name }) => name === step.subprogram)?.start;
        this.#insert(start ?? -1, step.slots, 0, step.filler);
        break;
      }
      case 'split':
        this.#split(this.#toPrepared[step.pc] ?? -1);
        break;
      case 'remove':
        if (step.what === 'dead') this.#removeDead();
        else this.#removeNops();
    }
  }

  /** By subprogram: where it starts now. */
  starts(): readonly number[] {
    return this.#program.subprograms.map(({ start }) => this.#sizeOf(0, start));
  }

  /** Numbers of the subprograms that have any code left. */
  survivors(): readonly number[] {
    return this.#program.subprograms.flatMap(({ start, end }, number) =>
      this.#sizeOf(start, end) > 0 ? [number] : [],
    );
  }

  /** Puts in front of every instruction with a constant as many slots as blinding it takes (bpf_jit_blind_insn). */
  blind(): void {
    for (let pc = 0; pc < this.#program.length; pc++) {
      if (this.#size[pc] === 0 || this.#pieces.get(pc)?.own !== undefined) continue;
      const added = blindingSlots(this.#program, pc);
      if (added > 0) this.#grow(pc, 'before', added, 0);
    }
  }

  /** What the patcher has to do to get this program. */
  edits(): readonly Edit[] {
    const edits: Edit[] = [];
    for (let pc = 0; pc < this.#program.length; pc++) {
      if (this.#program.op[pc] === OP_SECOND_SLOT) continue;
      if (this.#size[pc] === 0) {
        edits.push({ do: 'remove', pc });
        continue;
      }
      const piece = this.#pieces.get(pc);
      if (piece === undefined) continue;
      const { before, own, after } = piece;
      if (before.length > 0) edits.push({ do: 'before', pc, insns: before });
      if (own?.length === 0) edits.push({ do: 'remove', pc });
      else if (own !== undefined) edits.push({ do: 'replace', pc, insns: own });
      if (after.length > 0) edits.push({ do: 'after', pc, insns: after });
    }
    return edits;
  }

  #insert(pc: number, before: number, after: number, filler: Filler): void {
    if (!this.#patchable(pc) || (after > 0 && this.#endsPath(pc))) return;
    this.changes.push({ do: 'patch', off: this.#at(pc), len: before + 1 + after });
    this.#grow(pc, 'before', before, filler);
    this.#grow(pc, 'after', after, filler);
  }

  /** Rewrites `d = *(s + off)` to `d = s; d = *(d + off)`, as accesses to the context become several loads. */
  #split(pc: number): void {
    if (!this.#patchable(pc)) return;
    this.changes.push({ do: 'patch', off: this.#at(pc), len: 2 });
    const { dst, src, off, code } = this.#program;
    const [to = 0, from = 0] = [dst[pc], src[pc]];
    this.#piece(pc).own = [
      insn('mov64', { dst: to, operand: { reg: from } }),
      { code: code[pc] ?? 0, dst: to, src: to, off: off[pc] ?? 0, imm: 0 },
    ];
    this.#resize(pc, 1);
  }

  /** opt_hard_wire_dead_code_branches, then opt_remove_dead_code. */
  #removeDead(): void {
    const program = this.#program;
    const dead = this.#dead;
    for (let pc = 0; pc < program.length; pc++) {
      if (dead[pc] === 1 || rowAt(program, pc)?.shape !== 'jump' || !this.#patchable(pc)) continue;
      const target = targetAt(program, pc) ?? 0;
      const falls = (this.#pieces.get(pc)?.after.length ?? 0) > 0 || dead[pc + 1] === 0;
      if (!falls) this.#piece(pc).own = [{ insn: GOTO, target }];
      else if (dead[target] === 1) this.#piece(pc).own = [GOTO];
    }
    const tails = this.#neededTails();
    let at = 0;
    for (let pc = 0; pc < program.length; ) {
      let count = 0;
      while (dead[pc] === 1 && !tails.has(pc)) {
        count += this.#size[pc] ?? 0;
        this.#size[pc++] = 0;
      }
      if (count > 0) this.changes.push({ do: 'remove', off: at, count });
      else at += this.#size[pc++] ?? 0;
    }
  }

  /**
   * Dead last instructions that have to stay: a subprogram must not end in a call, even in one that never returns. (The
   * kernel checks that only when it loads a program.)
   */
  #neededTails(): ReadonlySet<number> {
    const tails = new Set<number>();
    for (const { start, end } of this.#program.subprograms) {
      let last = end - 1;
      while (last >= start && this.#dead[last] === 1) last--;
      if (last >= start && last < end - 1 && !this.#endsPath(last)) tails.add(end - 1);
    }
    return tails;
  }

  /** opt_remove_nops: one goto to the next slot at a time, from the front. */
  #removeNops(): void {
    let at = 0;
    for (let pc = 0; pc < this.#program.length; pc++) {
      const piece = this.#pieces.get(pc);
      if (this.#size[pc] === 0) continue;
      if (piece !== undefined) at += this.#dropGotos(piece.before, at);
      if (this.#isNop(pc)) {
        this.#piece(pc).own = [];
        this.changes.push({ do: 'remove', off: at, count: 1 });
      } else at += piece?.own?.length ?? 1;
      if (piece !== undefined) at += this.#dropGotos(piece.after, at);
      const { before, own, after } = this.#pieces.get(pc) ?? NOTHING;
      this.#before[pc] = before.length;
      this.#size[pc] = before.length + (own?.length ?? 1) + after.length;
    }
  }

  /** Removes the gotos among fillers that start at `at`; answers how many slots are left. */
  #dropGotos(code: Insn[], at: number): number {
    for (let index = 0; index < code.length; ) {
      if (code[index] !== GOTO) index++;
      else {
        code.splice(index, 1);
        this.changes.push({ do: 'remove', off: at + index, count: 1 });
      }
    }
    return code.length;
  }

  /** Whether the instruction at a prepared pc is by now a goto to the slot behind it. */
  #isNop(pc: number): boolean {
    const own = this.#pieces.get(pc)?.own;
    const code = own?.[0];
    if (code === GOTO) return true;
    let target: number | undefined;
    if (code !== undefined) target = 'target' in code ? code.target : undefined;
    else if (own === undefined && rowAt(this.#program, pc)?.shape === 'goto') target = targetAt(this.#program, pc);
    return target !== undefined && target > pc && this.#sizeOf(pc + 1, target) === 0;
  }

  /** Whether an instruction is there, and still one. */
  #patchable(pc: number): boolean {
    const own = this.#pieces.get(pc)?.own;
    return pc >= 0 && this.#size[pc] !== 0 && (own === undefined || own.length === 1);
  }

  /** Whether control never gets behind an instruction: also if it is a branch that was decided. */
  #endsPath(pc: number): boolean {
    const piece = this.#pieces.get(pc);
    if (piece !== undefined && piece.after.length > 0) return false;
    const own = piece?.own?.[0];
    if (own !== undefined) return 'target' in own;
    const shape = rowAt(this.#program, pc)?.shape;
    return shape === 'exit' || shape === 'goto' || shape === 'gotol';
  }

  #piece(pc: number): Piece {
    let piece = this.#pieces.get(pc);
    if (piece === undefined) {
      piece = { before: [], own: undefined, after: [] };
      this.#pieces.set(pc, piece);
    }
    return piece;
  }

  #grow(pc: number, part: 'before' | 'after', count: number, filler: Filler): void {
    if (count === 0) return;
    const code = this.#piece(pc)[part];
    // The next patch of an instruction puts its slots closer to it.
    for (let left = count; left > 0; left--) {
      if (part === 'before') code.push(FILLERS[filler]);
      else code.unshift(FILLERS[filler]);
    }
    if (part === 'before') this.#before[pc] = code.length;
    this.#resize(pc, count);
  }

  #resize(pc: number, by: number): void {
    this.#size[pc] = (this.#size[pc] ?? 0) + by;
  }

  /** Where the instruction at a prepared pc is now. */
  #at(pc: number): number {
    return this.#sizeOf(0, pc) + (this.#before[pc] ?? 0);
  }

  #sizeOf(from: number, to: number): number {
    let sum = 0;
    for (let pc = from; pc < to; pc++) sum += this.#size[pc] ?? 0;
    return sum;
  }
}

const GOTO = insn('ja');
const NOTHING: Piece = { before: [], own: undefined, after: [] };
const move = (register: number): Insn => insn('mov64', { dst: register, operand: { reg: register } });
const FILLERS: Readonly<Record<Filler, Insn>> = {
  0: move(0),
  1: move(1),
  2: move(2),
  3: move(3),
  4: move(4),
  5: move(5),
  6: move(6),
  7: move(7),
  8: move(8),
  9: move(9),
  goto: GOTO,
};

/** By prepared pc: 1 if the verifier never reached the instruction it is or serves; entry code goes with what follows it. */
function deadSlots(program: Program, { serves }: PcMap, reached: { readonly [pc: number]: number }): Uint8Array {
  const dead = zeroBytes(program.length);
  for (let pc = program.length - 1; pc >= 0; pc--) {
    if (program.op[pc] === OP_SECOND_SLOT) continue;
    const of = serves === undefined ? pc : (serves[pc] ?? -1);
    dead[pc] = of === -1 ? (dead[pc + 1] ?? 0) : reached[of] === 1 ? 0 : 1;
    if (widthAt(program, pc) === 2) dead[pc + 1] = dead[pc] ?? 0;
  }
  return dead;
}

const SHIFTS: ReadonlySet<string> = new Set(['<<=', '>>=', 's>>=']);

/** Slots that blinding adds to the instruction at a pc; shifts and moves of 0 are not blinded. */
function blindingSlots(program: Program, pc: number): number {
  const row = rowAt(program, pc);
  if (row === undefined) return 0;
  if (row.shape === 'imm64') return 5;
  if (row.shape === 'store-imm') return 2;
  if ((row.shape !== 'alu' && row.shape !== 'jump') || ((program.code[pc] ?? 0) & SOURCE_X) !== 0) return 0;
  if (row.shape === 'alu' && (SHIFTS.has(row.symbol) || (row.symbol === '=' && program.imm[pc] === 0))) return 0;
  return 2;
}

/** The patched program with the subprograms numbered as before; `survivors` are the numbers of those it has. */
function keepNumbers(before: Program, after: Program, survivors: readonly number[]): Program {
  if (survivors.length !== after.subprograms.length) throw new Error('a kernel-like patch has lost a subprogram');
  if (survivors.length === before.subprograms.length) return after;
  let at = 0;
  const subprograms = before.subprograms.map((subprogram, number) => {
    const kept = after.subprograms[survivors.indexOf(number)];
    if (kept === undefined) return { ...subprogram, start: at, end: at };
    at = kept.end;
    return kept;
  });
  const subprogramOf = Int32Array.from(
    { length: after.length },
    (_, pc) => survivors[after.subprogramOf[pc] ?? 0] ?? 0,
  );
  return { ...after, subprograms, subprogramOf };
}
