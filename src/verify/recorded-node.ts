/** The states that a recorded walk has kept, as a graph. */
import type { StateView } from './analysis.js';
import type { Arena } from './arena.js';
import type { InternTable } from './intern.js';
import { RecordView } from './view.js';

/** One processed instruction, or one arrival that was dropped. */
export interface WalkNode {
  readonly pc: number;
  /** The state before the instruction. */
  readonly state: StateView;
  /** Indices of the nodes that follow; none where a path ends or is dropped. */
  readonly next: readonly number[];
  /** For a dropped arrival: index of the node whose continuations stand for its own, up to a renaming of ids. */
  readonly coveredBy: number | undefined;
}

const NO_NODES: readonly number[] = [];

/** Most nodes are never looked at again: a node is its pc and where its state is kept, and makes the rest when asked. */
export class RecordedNode implements WalkNode {
  coveredBy: number | undefined = undefined;
  private followers: number[] | undefined = undefined;
  private view: StateView | undefined = undefined;

  constructor(
    readonly pc: number,
    private readonly table: InternTable,
    private readonly kept: Arena,
    private readonly start: number,
  ) {}

  get state(): StateView {
    this.view ??= new RecordView(this.table, this.kept, this.start);
    return this.view;
  }

  get next(): readonly number[] {
    return this.followers ?? NO_NODES;
  }

  addNext(index: number): void {
    if (this.followers === undefined) this.followers = [index];
    else this.followers.push(index);
  }
}
