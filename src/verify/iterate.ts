/**
 * Calls that step an iterator (process_iter_next_call). The walk goes on twice: the iterator has ended, R0 is NULL, which is
 * walked first; or it has yielded something. Walked pass by pass, a loop would never end; so scalars that differ from
 * those of the pass before are given up (widen_imprecise_scalars), and some pass repeats an earlier one.
 *
 * Why that is right: a state only grows by it. Why passes repeat: after the first pass that changes a scalar the place is
 * unknown at every later step, pointers and references come from finitely many calls, and the loop's own references are as
 * many as before or the walk ends at its limits. The kernel keeps scalars that it has marked precise; here none is.
 */
import type { IteratorKind } from '../isa/kinds.js';
import { KIND_NAMES } from '../isa/kinds.js';
import { Arena } from './arena.js';
import type { Context } from './context.js';
import { Forms } from './forms.js';
import { type InternTable, RESIDENT_BYTES, TAG, ZERO_WORD } from './intern.js';
import { firstSlot } from './resident.js';
import { NO_VISIT, REF, type State } from './state.js';

/** The states at the stepping calls of a walk, numbered by content: equal numbers, equal comparisons later. */
export class Visits {
  private readonly forms = new Forms(false);
  private readonly records = new Arena();
  private readonly starts: number[] = [];

  clear(): void {
    this.forms.clear();
    this.records.clear();
  }

  /** Integers kept. */
  get storedInts(): number {
    return this.forms.storedInts + this.records.length;
  }

  /** The number of a state at a pc. */
  number(table: InternTable, state: State, pc: number): number {
    const before = this.forms.count;
    const number = this.forms.number(table, state, pc);
    if (number === before) this.starts[number] = state.save(this.records);
    return number;
  }

  pcOf(number: number): number {
    return this.forms.pcOf(number);
  }

  /** Gives up the scalars in which a state differs from one of these. */
  widen(number: number, table: InternTable, state: State): void {
    state.widenFrom(table, this.records, this.starts[number] ?? 0);
  }
}

const scratch = new Arena();
const TASK = KIND_NAMES.indexOf('task');

/** Steps the iterator that R1 points to; it is initialised. */
export function stepIterator(context: Context, pc: number, kind: IteratorKind): number {
  const { state, table, visits, rules } = context;
  const { frame, slot } = firstSlot(table, state.register(1));
  const resident = table.spill(state.slot(frame, slot));
  const ref = table.ref(resident);
  const number = KIND_NAMES.indexOf(kind);
  const drained = table.resident(number, true, true, ref);
  if (resident !== drained) {
    const position = state.findRef(ref);
    const before = state.refField(position, REF.visit);
    const now = visits.number(table, state, pc);
    scratch.length = 0;
    const saved = state.save(scratch);
    state.setRefField(position, REF.visit, now);
    state.setRefField(position, REF.yielded, state.refField(position, REF.yielded) + 1);
    if (rules.widensLoops && before !== NO_VISIT && visits.pcOf(before) === pc) visits.widen(before, table, state);
    state.killCallerSaved();
    state.setRegister(0, ELEMENTS[kind](table, ref));
    context.push(pc + 1, false);
    state.restore(scratch, saved);
  }
  state.setSlot(frame, slot, table.slot(RESIDENT_BYTES, drained));
  state.killCallerSaved();
  state.setRegister(0, ZERO_WORD);
  return pc + 1;
}

/** What R0 points to. A number lies in the iterator's own slot, and is gone with it; a task stays (MEM_RCU). */
const ELEMENTS: Readonly<Record<IteratorKind, (table: InternTable, ref: number) => number>> = {
  iter_num: (table, ref) => table.pointer(TAG.element, 0, 0, 0, ref),
  iter_task: (table) => table.pointer(TAG.kernel, TASK, 0, 0, 0),
};
