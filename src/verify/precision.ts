/**
 * Backtracking (mark_chain_precision of Linux 6.8): the value of some scalars mattered just now, so it is asked, one
 * instruction after the other back along the path, what they were made of; every checkpoint on the way then compares
 * those scalars by range.
 *
 * Copies of a value learn from each other's tests. As in 6.8, at every checkpoint all copies of a needed scalar are needed.
 * That misses copies that were compared and then overwritten before the next checkpoint; as 6.11 has repaired it, a
 * jump that compared copies therefore makes all of them needed if one is. And an atomic instruction ends the search for
 * the register that it loads, where 6.8 looks on for what that register held before.
 */
import { OP_ROWS, type Shape, SOURCE_X } from '../isa/op.js';
import type { Program } from '../isa/program.js';
import type { InternTable } from './intern.js';
import { FIRST_SLOT, type Marks } from './marks.js';
import type { WordView } from './stored-state.js';
import { NO_SLOT, type Trail } from './trail.js';

/** What backtracking marks: a checkpoint on the path. */
export interface Ancestor {
  readonly state: WordView;
  /** Instructions on the path before it. */
  readonly trailLength: number;
  /** The checkpoint before it. */
  readonly parent: Ancestor | undefined;
  readonly precise: Marks;
  allPrecise: boolean;
}

/** The scalar word at a location, or `undefined`. */
export function scalarAt(table: InternTable, view: WordView, frame: number, location: number): number | undefined {
  const word =
    location < FIRST_SLOT ? view.registerOf(frame, location) : table.spill(view.slot(frame, location - FIRST_SLOT));
  return table.isScalar(word) ? word : undefined;
}

/** All locations of a state that hold a scalar; R0–R5 of callers are dead. */
export function eachScalar(
  table: InternTable,
  view: WordView,
  visit: (frame: number, location: number, word: number) => void,
): void {
  for (let frame = 0; frame < view.depth; frame++) {
    const last = FIRST_SLOT + view.allocated(frame) / 8;
    for (let location = frame === view.depth - 1 ? 0 : 6; location < last; location++) {
      const word = scalarAt(table, view, frame, location);
      if (word !== undefined) visit(frame, location, word);
    }
  }
}

/** The path on which is searched. */
export interface Past {
  readonly program: Program;
  readonly table: InternTable;
  /** The state at its end. */
  readonly state: WordView;
  readonly trail: Trail;
  /** Instructions of the trail that lie before that state. */
  readonly length: number;
  /** The youngest checkpoint. */
  readonly ancestor: Ancestor | undefined;
}

/** The values at the locations `needed` of the state mattered. Uses `needed` up. */
export function backtrack(past: Past, needed: Marks): void {
  const { table, trail } = past;
  let view = past.state;
  let ancestor = past.ancestor;
  let end = past.length;
  const search = new Search(past.program, needed, view.depth - 1);
  for (;;) {
    addCopies(table, view, needed);
    for (let index = end - 1; index >= (ancestor?.trailLength ?? 0); index--) {
      if (needed.isEmpty) return;
      if (search.stepBack(trail, index)) continue;
      for (let each = past.ancestor; each !== undefined; each = each.parent) each.allPrecise = true;
      return;
    }
    if (ancestor === undefined) return;
    const { state, precise } = ancestor;
    needed.each((frame, location) => {
      if (scalarAt(table, state, frame, location) === undefined || !precise.add(frame, location)) {
        needed.remove(frame, location);
      }
    });
    view = state;
    end = ancestor.trailLength;
    ancestor = ancestor.parent;
  }
}

/** Copies of needed scalars are needed (mark_precise_scalar_ids). */
function addCopies(table: InternTable, view: WordView, needed: Marks): void {
  const links = new Set<number>();
  needed.each((frame, location) => {
    const word = frame < view.depth ? scalarAt(table, view, frame, location) : undefined;
    if (word !== undefined && table.link(word) !== 0) links.add(table.link(word));
  });
  if (links.size === 0) return;
  eachScalar(table, view, (frame, location, word) => {
    if (links.has(table.link(word))) needed.add(frame, location);
  });
}

/** The set of needed locations on its way back, one instruction at a time (backtrack_insn). */
class Search {
  constructor(
    private readonly program: Program,
    private readonly needed: Marks,
    private frame: number,
  ) {}

  /** Goes to before instruction `index` of the trail; false if that cannot be told: everything is needed. */
  stepBack(trail: Trail, index: number): boolean {
    const pc = trail.pcs[index] ?? 0;
    const row = OP_ROWS[this.program.op[pc] ?? 0];
    if (row === undefined) return true;
    const dst = this.program.dst[pc] ?? 0;
    const src = this.program.src[pc] ?? 0;
    const registerForm = row.operand === 'X' || ((this.program.code[pc] ?? 0) & SOURCE_X) !== 0;
    return this.undo(row.shape, row.symbol === '=', dst, registerForm ? src : undefined, trail, index);
  }

  private undo(
    shape: Shape,
    moves: boolean,
    dst: number,
    src: number | undefined,
    trail: Trail,
    index: number,
  ): boolean {
    const slot = trail.slots[index] ?? NO_SLOT;
    switch (shape) {
      case 'alu':
        if (!this.needs(dst)) return true;
        if (moves) this.forget(dst);
        this.need(src);
        return true;
      case 'movsx':
        if (this.forget(dst)) this.need(src);
        return true;
      case 'imm64':
        this.forget(dst);
        return true;
      case 'load':
      case 'load-acquire':
        if (this.forget(dst)) this.needSlot(slot);
        return true;
      case 'fetch':
      case 'xchg':
        if (src !== undefined && this.forget(src)) this.needSlot(slot);
        return !this.needs(dst);
      case 'cmpxchg':
        if (this.forget(0)) this.needSlot(slot);
        return !this.needs(dst);
      case 'atomic':
        return !this.needs(dst); // a pointer that is needed has come out of a subtraction of pointers
      case 'store':
      case 'store-release':
        if (this.needs(dst)) return false;
        if (this.forgetSlot(slot)) this.need(src);
        return true;
      case 'store-imm':
        this.forgetSlot(slot);
        return !this.needs(dst);
      case 'jump':
        this.needCopies(trail.copies[index]);
        if (src !== undefined && (this.needs(dst) || this.needs(src))) {
          this.need(dst);
          this.need(src);
        }
        this.needCopies(trail.copies[index]);
        return true;
      case 'call-helper':
      case 'call-kfunc':
        for (let register = 0; register < 6; register++) this.forget(register);
        return true;
      case 'call-local':
        this.leaveCallee();
        return true;
      case 'exit':
        this.enterCallee();
        return true;
      case 'neg':
      case 'swap':
      case 'goto':
      case 'gotol':
      case 'may_goto':
        return true;
      default:
        return shape satisfies never;
    }
  }

  private needs(register: number): boolean {
    return register < FIRST_SLOT && this.needed.has(this.frame, register);
  }

  /** R10 is no scalar. */
  private need(register: number | undefined): void {
    if (register !== undefined && register < FIRST_SLOT) this.needed.add(this.frame, register);
  }

  private forget(register: number): boolean {
    return register < FIRST_SLOT && this.needed.remove(this.frame, register);
  }

  private needSlot(slot: number): void {
    if (slot !== NO_SLOT) this.needed.add(slot >> 6, FIRST_SLOT + (slot & 63));
  }

  private forgetSlot(slot: number): boolean {
    return slot !== NO_SLOT && this.needed.remove(slot >> 6, FIRST_SLOT + (slot & 63));
  }

  private needCopies(copies: Marks | undefined): void {
    if (copies?.meets(this.needed)) this.needed.addAll(copies);
  }

  /** Back over a call: what the callee needs are its arguments, which the caller had. */
  private leaveCallee(): void {
    const callee = this.frame--;
    for (let register = 1; register < 6; register++) {
      if (this.needed.has(callee, register)) this.need(register);
    }
    this.needed.removeFrame(callee);
  }

  /** Back over the exit of a subprogram: its R0 is what the caller got. */
  private enterCallee(): void {
    const inCaller = this.forget(0);
    this.frame++;
    if (inCaller) this.need(0);
  }
}
