/**
 * Pruning as the Linux verifier of early 2024 (6.8) does it: is_state_visited, and the liveness and precision marks that
 * decide what it compares.
 *
 * At a prune point (prune-points.ts) an arriving state is dropped if it matches a checkpoint of this pc (equivalence.ts)
 * all of whose continuations are walked. Otherwise it becomes a checkpoint itself: always, or if at least 2 jumps and 8
 * instructions were processed since the last one was made, on whatever path.
 *
 * Read marks. A checkpoint has a location read if some continuation reads it before it writes it. An instruction reads
 * its operands, a copy or a spill too; a read is passed on from checkpoint to checkpoint along the path until one before
 * which the location was written (mark_reg_read). When an arrival is dropped, what its checkpoint's continuations read counts
 * as read by its path (propagate_liveness). Nothing else is a read: the release of a reference, the test of a copy,
 * and what is collected at a throw leave R6–R9 and the slots unread. That is why a design that collects at throws may
 * never see some of the states that reach them.
 *
 * Precision. A scalar is compared by range only if a continuation needed its value: it decided a jump, was added to a
 * pointer, was an argument that has to be known, or made zero bytes that are no spill (precision.ts).
 *
 * Why no refusal is lost. What a continuation of the checkpoint requires of a state it requires of what it reads; those
 * locations have the same type, and where a value decided anything, a value that decides the same. References are as
 * many in every frame. So a continuation of the dropped state meets what one of the checkpoint's has met.
 *
 * Loops that are bounded at run time (may_goto, iterators). A path that repeats a state of its own is dropped although its
 * continuation is not finished. The checkpoints inside the loop would miss reads that follow the repeated state, so for
 * them everything counts as read, and every scalar as needed. The kernel compares such states exactly instead.
 *
 * Not modelled: checkpoints are not thinned out inside loops nor forgotten when they rarely match, which saves the kernel
 * memory.
 */
import { OP_ROWS, opNumber } from '../isa/op.js';
import type { Arena } from './arena.js';
import type { Context, StackWitness, StackWrite } from './context.js';
import { covers, type ReferenceLists } from './equivalence.js';
import { FIRST_SLOT, Marks } from './marks.js';
import { comparedCopies, neededRegisters } from './needs.js';
import { Path } from './path.js';
import { type Ancestor, backtrack, eachScalar, scalarAt } from './precision.js';
import { FORCED_POINT, NO_POINT, type PrunePlan, prunePlanOf } from './prune-points.js';
import { eachSlotRead } from './slot-reads.js';
import { StoredState } from './stored-state.js';

const EXIT = opNumber('exit');
const CALL_LOCAL = opNumber('call_local');
/** R0–R5 do not survive a call. */
const CALLER_SAVED = 6;
const JUMPS_APART = 2;
const INSTRUCTIONS_APART = 8;

interface Checkpoint extends Ancestor {
  readonly lists: ReferenceLists;
  readonly parent: Checkpoint | undefined;
  /** How many checkpoints were on the path before it. */
  readonly position: number;
  /** What the path had written since the parent. */
  readonly written: Marks;
  readonly read: Marks;
  /** Pending branches when it was made: those pushed later are its continuations. */
  readonly pending: number;
  /** All continuations are walked. */
  finished: boolean;
  /** The next older one of the same pc. */
  readonly older: Checkpoint | undefined;
}

export class Checkpoints implements StackWitness {
  private readonly plan: PrunePlan;
  private readonly path: Path;
  private readonly newest = new Map<number, Checkpoint>();
  /** Unfinished checkpoints: they lie on the current path, oldest first. */
  private readonly unfinished: Checkpoint[] = [];
  private processed = 0;
  private jumps = 0;
  /** `processed` and `jumps` when the last checkpoint was made. */
  private lastProcessed = 0;
  private lastJumps = 0;

  /** `arena` keeps the states of the checkpoints; `every`: each prune point makes one (BPF_F_TEST_STATE_FREQ). */
  constructor(
    private readonly context: Context,
    private readonly arena: Arena,
    private readonly every: boolean,
  ) {
    this.plan = prunePlanOf(context.program);
    this.path = new Path();
  }

  /** The path arrives at a pc: whether it is dropped at a checkpoint there. */
  covers(pc: number): boolean {
    const { state, table } = this.context;
    this.processed++;
    this.path.noteReferences(state);
    if (this.plan.points[pc] === NO_POINT) return false;
    for (let old = this.newest.get(pc); old !== undefined; old = old.older) {
      if (!old.finished || !covers(table, old, state, this.path.lists)) continue;
      this.inherit(old);
      return true;
    }
    return false;
  }

  /** Whether an arrival that is not dropped becomes a checkpoint. */
  private isDue(pc: number): boolean {
    const point = this.plan.points[pc] ?? NO_POINT;
    if (point === NO_POINT || point === FORCED_POINT || this.every) return point !== NO_POINT;
    return this.jumps - this.lastJumps >= JUMPS_APART && this.processed - this.lastProcessed >= INSTRUCTIONS_APART;
  }

  /** Number of checkpoints on the path, with the one that the arrival at this pc may make. */
  positionAfter(pc: number): number {
    return this.unfinished.length + (this.isDue(pc) ? 1 : 0);
  }

  /** The path goes on at a pc, with `pending` branches still to be walked. */
  arrive(pc: number, pending: number): void {
    if (this.isDue(pc)) this.store(pc, pending);
  }

  private store(pc: number, pending: number): void {
    const { state } = this.context;
    const checkpoint: Checkpoint = {
      state: new StoredState(this.arena, state.save(this.arena)),
      lists: this.path.copyLists(),
      parent: this.unfinished.at(-1),
      position: this.unfinished.length,
      written: this.path.written.copy(),
      read: new Marks(),
      precise: new Marks(),
      allPrecise: false,
      trailLength: this.path.trail.length,
      pending,
      finished: false,
      older: this.newest.get(pc),
    };
    this.newest.set(pc, checkpoint);
    this.unfinished.push(checkpoint);
    this.path.written.clear();
    this.lastProcessed = this.processed;
    this.lastJumps = this.jumps;
  }

  /** The state is dropped at a checkpoint: its path has read and needed what the checkpoint's continuations have. */
  private inherit(old: Checkpoint): void {
    const { table } = this.context;
    const needed = new Marks();
    old.read.each((frame, location) => {
      this.markRead(frame, location);
      if (scalarAt(table, old.state, frame, location) === undefined) return;
      if (old.allPrecise || old.precise.has(frame, location)) needed.add(frame, location);
    });
    this.need(needed, this.path.trail.length);
  }

  /**
   * The state is dropped because it repeats one of its own path, which then had `position` checkpoints: those made since
   * may have to do with anything that the state has.
   */
  repeat(position: number): void {
    const { state, table } = this.context;
    for (let frame = 0; frame < state.depth; frame++) {
      const end = FIRST_SLOT + state.allocated(frame) / 8;
      for (let location = frame === state.depth - 1 ? 0 : 6; location < end; location++) {
        this.markRead(frame, location, position);
      }
    }
    const needed = new Marks();
    eachScalar(table, state, (frame, location) => needed.add(frame, location));
    this.need(needed, this.path.trail.length);
  }

  /** The instruction at a pc is going to be executed; the current state meets its requirements. */
  execute(pc: number): void {
    const { program, state } = this.context;
    const { trail, written } = this.path;
    const top = state.depth - 1;
    const op = program.op[pc];
    const returns = op === EXIT && top > 0;
    this.jumps += this.plan.jumps[pc] ?? 0;
    // R0 of a subprogram is handed to its caller unread.
    if (!returns) eachRegister(this.plan.uses.reads[pc] ?? 0, (register) => this.markRead(top, register));
    eachSlotRead(this.context, pc, (frame, slot) => this.markRead(frame, FIRST_SLOT + slot));
    const needed = new Marks();
    eachRegister(neededRegisters(this.context, pc), (register) => needed.add(top, register));
    this.need(needed, trail.length);
    trail.push(pc, comparedCopies(this.context, pc));
    if (op === CALL_LOCAL) this.path.enter(top);
    else if (returns) this.path.leave(top);
    else eachRegister(this.plan.uses.writes[pc] ?? 0, (register) => written.add(top, register));
  }

  read(frame: number, slot: number, fill: boolean): void {
    this.markRead(frame, FIRST_SLOT + slot);
    if (fill) this.path.trail.noteSlot(frame, slot);
  }

  write(frame: number, slot: number, whole: boolean, what: StackWrite): void {
    const { trail, written } = this.path;
    if (whole) written.add(frame, FIRST_SLOT + slot);
    if (what === 'spill') trail.noteSlot(frame, slot);
    if (what !== 'zero') return;
    // Zero bytes do not remember which register they came from: it must have been 0.
    const { program, state } = this.context;
    const pc = trail.pcs.at(-1) ?? 0;
    const needed = new Marks();
    if (OP_ROWS[program.op[pc] ?? 0]?.operand === 'X') needed.add(state.depth - 1, program.src[pc] ?? 0);
    this.need(needed, trail.length - 1);
  }

  /** A continuation reads a location of the current state: so do those of the checkpoints that still had what is there. */
  private markRead(frame: number, location: number, from = 0): void {
    let { written } = this.path;
    let holder = frame;
    for (let at = this.unfinished.at(-1); at !== undefined && at.position >= from; at = at.parent) {
      if (written.has(holder, location)) return;
      // R0–R5 live in the youngest frame: arguments come from the caller, results from the callee.
      if (location < CALLER_SAVED) holder = at.state.depth - 1;
      // The frame had not grown so far.
      if (location >= FIRST_SLOT && (location - FIRST_SLOT) * 8 >= at.state.allocated(holder)) return;
      if (!at.read.add(holder, location)) return;
      written = at.written;
    }
  }

  /** The values at these locations of the current state, after `length` instructions, mattered. */
  private need(needed: Marks, length: number): void {
    if (needed.isEmpty) return;
    const { program, state, table } = this.context;
    backtrack({ program, table, state, trail: this.path.trail, length, ancestor: this.unfinished.at(-1) }, needed);
  }

  /** A branch is left for later, or taken up: the youngest one. */
  fork(): void {
    this.path.fork();
  }

  /** The youngest branch that was left is taken up; `pending` others remain. Checkpoints made since are finished. */
  resume(pending: number): void {
    for (let at = this.unfinished.at(-1); at !== undefined && at.pending > pending; at = this.unfinished.at(-1)) {
      at.finished = true;
      this.unfinished.pop();
    }
    this.path.resume();
  }
}

function eachRegister(mask: number, visit: (register: number) => void): void {
  for (let register = 0; register < FIRST_SLOT; register++) if ((mask & (1 << register)) !== 0) visit(register);
}
