/**
 * Recognises repeated states: where paths meet, a state is looked up among those stored at the same pc (forms.ts says when
 * two are the same), and it is known which of those are finished and which lie on the current path.
 */
import { Arena } from './arena.js';
import { Forms } from './forms.js';
import type { InternTable } from './intern.js';
import { REF, type State } from './state.js';

/** `arrive` answers: this state is seen for the first time. Every other answer is the entry that it repeats. */
export const NEW_STATE = -1;

export class Repetitions {
  private readonly forms = new Forms(true);
  /** may_gotos passed; number of references; per reference its id and how many elements it has yielded. */
  private readonly progress = new Arena();
  // By entry: the walk's own number, where its progress is, whether all that follows is walked.
  private readonly nodes: number[] = [];
  private readonly progressAt: number[] = [];
  private readonly done: boolean[] = [];
  // Entries on the current path, with the number of pending branches when they were stored.
  private readonly path: number[] = [];
  private readonly pathPending: number[] = [];

  /** Forgets everything. */
  clear(): void {
    this.forms.clear();
    this.progress.clear();
    this.path.length = 0;
    this.pathPending.length = 0;
  }

  /** Integers kept. */
  get storedInts(): number {
    return this.forms.storedInts + this.progress.length;
  }

  /**
   * A path arrives at a join with `pending` branches still to be walked. A new state is stored, with the caller's
   * number `node` for it; otherwise the entry of the same state is returned.
   */
  arrive(table: InternTable, state: State, pc: number, pending: number, node: number): number {
    const before = this.forms.count;
    const entry = this.forms.number(table, state, pc);
    if (entry < before) return entry;
    this.renew(entry, pending, node, state);
    return NEW_STATE;
  }

  /** A path has ended and `pending` branches remain once the next is taken: states stored above it are finished. */
  backtrack(pending: number): void {
    while (this.path.length > 0 && (this.pathPending[this.path.length - 1] ?? 0) > pending) {
      this.pathPending.pop();
      const entry = this.path.pop();
      if (entry !== undefined) this.done[entry] = true;
    }
  }

  /** Whether everything that follows a stored state has been walked; if not, it lies on the current path. */
  isFinished(entry: number): boolean {
    return this.done[entry] ?? false;
  }

  /**
   * Whether the way from a stored state to this one, which repeats it, is bounded at run time: a may_goto was passed, or one
   * and the same iterator has yielded something.
   */
  hasProgressed(entry: number, state: State): boolean {
    const { data } = this.progress;
    let at = this.progressAt[entry] ?? 0;
    if (data[at++] !== state.mayGotos) return true;
    const count = data[at++] ?? 0;
    for (let position = 0; position < count; position++) {
      const id = data[at++];
      const yielded = data[at++];
      if (id === state.refField(position, REF.id) && yielded !== state.refField(position, REF.yielded)) return true;
    }
    return false;
  }

  private saveProgress(state: State): number {
    const start = this.progress.take(2 + 2 * state.refCount);
    const { data } = this.progress;
    let at = start;
    data[at++] = state.mayGotos;
    data[at++] = state.refCount;
    for (let position = 0; position < state.refCount; position++) {
      data[at++] = state.refField(position, REF.id);
      data[at++] = state.refField(position, REF.yielded);
    }
    return start;
  }

  /** The caller's number for a stored state. */
  nodeOf(entry: number): number {
    return this.nodes[entry] ?? 0;
  }

  /** Takes over a finished entry: used where finished states may not be reused, so that only the path is compared. */
  renew(entry: number, pending: number, node: number, state: State): void {
    this.done[entry] = false;
    this.nodes[entry] = node;
    this.progressAt[entry] = this.saveProgress(state);
    this.path.push(entry);
    this.pathPending.push(pending);
  }
}
