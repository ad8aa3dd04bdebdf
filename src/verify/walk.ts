/**
 * The walk: an abstract interpreter that explores every path of a program, as the Linux verifier does.
 *
 * The lattice. A state is, for each frame, 11 registers and 64 stack slots, and the list of references held. A register is
 * not initialised, a scalar (known bits and five ranges) or a pointer with a constant offset; it stands for all concrete
 * values that fit. A slot adds, byte by byte, whether it was never written, holds zero, something, or part of a spilled
 * register. There is no join: where paths meet they stay apart, so a state always describes runs of one path, and what
 * a location holds is never a mixture. That is what subjects need: they are about what differs between paths.
 *
 * The order. Depth first, on an explicit stack; the fall-through of a conditional jump before its target (may_goto: the
 * jump first). A throw ends its path and is recorded with the state in which it throws; references may be held there.
 * Whether they may is for subjects to say.
 *
 * What is claimed. (1) Containment: at every instruction that a run executes, its registers, slots and resources lie in a
 * walked state of that pc, with the same frames. It rests on transfer and refinement being sound (property tests) and on
 * no feasible side of a branch being left out. (2) If there is no refusal, no run faults. (3) Pruning `exact` gives the
 * verdict, the throw states, `maxOwned`, `maxHeld`, `ownership` and `stackDepth` of `off`. (4) The kernel-like prunings (checkpoints.ts)
 * give its verdict, `maxOwned`, `ownership`, `stackDepth` and `reached`, but only some of its throw states, those which the
 * kernel would see too. Containment cannot hold after what they drop: a run may be in a state that differs in all that no
 * continuation reads. So they do not record; whoever checks runs walks a second time with a complete pruning.
 *
 * Why exact pruning is right. A state is dropped only if its canonical form (prune.ts) equals that of a state stored at
 * the same pc all of whose continuations were walked. Equal forms differ by a renaming of ids and by ordinals. No rule of
 * transfer, obligations or branch looks at those, so the continuations correspond one to one, throw by throw. Where
 * paths meet, R0–R5 that are overwritten before they are read (liveness.ts) become not initialised, which no
 * continuation can notice. Those still read must be *equal*: mere inclusion would lose states, since `r6 = r1` later
 * shows the difference in R6.
 *
 * Loops. A state that repeats one on the current path can be repeated for ever: it is refused as an infinite loop, in
 * either mode, unless the loop is bounded at run time: a may_goto was passed in between, or an iterator that lives through
 * it has yielded something. Then it is dropped, because all that follows it follows the earlier state too. A loop over an
 * iterator gets there, because scalars that change from pass to pass are given up (iterate.ts). Everything else ends at
 * the limit of processed instructions.
 *
 * What is not claimed. Precision where docs/verifier.md says so, and anything about what the rest of the program does after
 * a refusal. In kernel-like prunings not even the verdict where a pointer is used as a number that is read from bytes of
 * which a checkpoint knew nothing: the kernel lets it pass, since it does for a number that is one.
 */
import type { Refusal } from '../contract/refusal.js';
import { OP_ROWS } from '../isa/op.js';
import type { Program } from '../isa/program.js';
import { zeroBytes } from '../isa/slab.js';
import type { Analysis, CompletePruning, OwnershipMark, Pruning, StateView, ThrowVisit } from './analysis.js';
import { Arena } from './arena.js';
import { take } from './branch.js';
import { Checkpoints } from './checkpoints.js';
import { type Context, PATH_ENDS } from './context.js';
import { type InternTable, sharedTable, TAG } from './intern.js';
import { Visits } from './iterate.js';
import { OBLIGATIONS } from './obligations.js';
import { type Plan, planOf } from './plan.js';
import { NEW_STATE, Repetitions } from './prune.js';
import { PRUNINGS } from './pruning.js';
import { RecordedNode, type WalkNode } from './recorded-node.js';
import { refuse } from './refusal.js';
import { unresolved } from './resolve.js';
import { EARLY_2024, type Rules } from './rules.js';
import { stackRefusal } from './stack-depth.js';
import { NO_VISIT, REF, State } from './state.js';
import { TRANSFERS } from './transfer.js';
import { RecordView } from './view.js';

export interface WalkOptions {
  readonly pruning: Pruning;
  /** Of which kernel's verifier; default: that which the designs are made for. */
  readonly rules?: Rules;
  /** Accept inserted calls: they have no effect at all. */
  readonly intrinsics?: boolean;
  /** Instructions that may be processed; default one million. */
  readonly limit?: number;
  /** Keep every walked state, so that a run can be followed (RecordedAnalysis); for a complete pruning. */
  readonly record?: boolean;
  /**
   * Where the kept states go; default: memory of their own. Whoever judges program after program passes the same one,
   * and the analysis is good until that is cleared.
   */
  readonly arena?: Arena;
  /** Where the walk begins, if not in main: in these states of another walk, one after the other. */
  readonly from?: readonly Start[];
  /** Bytes of stack, by subprogram, that are used whatever this walk finds. */
  readonly stackDepth?: readonly number[];
  /** `false`: only the verdict and the sums are wanted, the states at throws are not kept. */
  readonly throwStates?: boolean;
  /** A refusal ends its path only, and the walk goes on: everything that is wrong, in the order in which it is met. */
  readonly refusals?: Refusal[];
}

/** A state that a walk has kept, of this program or of one much like it, and where it goes on in this one. */
export interface Start {
  readonly pc: number;
  readonly state: StateView;
  /** By frame: the call in its caller, as a pc of this program; -1 for frame 0. */
  readonly callsites: readonly number[];
}

/** A walk with all its states. A run starts in node 0 and follows `next` by pc; at a dropped arrival it goes on at `coveredBy`. */
export interface RecordedAnalysis extends Analysis {
  readonly nodes: readonly WalkNode[];
}

/** Instructions that a walk may process if it is not said otherwise (BPF_COMPLEXITY_LIMIT_INSNS). */
export const WALK_LIMIT = 1_000_000;
/** Branches that may be pending at once (BPF_COMPLEXITY_LIMIT_JMP_SEQ). */
const PENDING_LIMIT = 8192;
/** Integers of stored states in all, 256 MiB: a walk is refused before it fills the memory. Counted, so the same everywhere. */
const STORED_LIMIT = 1 << 26;
const NO_NODE = -1;

const OBLIGATION_OF = OP_ROWS.map((row) => OBLIGATIONS[row.shape]);
const TRANSFER_OF = OP_ROWS.map((row) => TRANSFERS[row.shape]);

/** Explores all paths of a program. Why it is refused, if it is, is in the analysis; exceptions are our own bugs. */
export function analyse(
  program: Program,
  options: WalkOptions & { readonly record: true; readonly pruning: CompletePruning },
): RecordedAnalysis;
export function analyse(program: Program, options: WalkOptions & { readonly record?: false }): Analysis;
export function analyse(program: Program, options: WalkOptions): Analysis | RecordedAnalysis {
  const walk = new Walk(program, options);
  const refusal = unresolved(program) ?? walk.run() ?? stackRefusal(program, walk.notes.stackDepth);
  const analysis: Analysis = {
    program,
    pruning: options.pruning,
    refusal,
    throws: walk.throwVisits,
    ownership: [...walk.notes.ownership.values()].sort((a, b) => a.pc - b.pc),
    stackDepth: walk.notes.stackDepth,
    maxOwned: walk.notes.maxOwned,
    maxClones: walk.notes.maxClones,
    maxHeld: walk.notes.maxHeld,
    walked: walk.walked,
    reached: walk.reached,
  };
  return walk.nodes === undefined ? analysis : ({ ...analysis, nodes: walk.nodes } satisfies RecordedAnalysis);
}

// Reused by all walks: a walk is never suspended, and fresh arrays cost more than walking a small program.
const state = new State();
const pendingStates = new Arena();
const checkpointStates = new Arena();
const visits = new Visits();
/** Of walks that keep none. */
const NO_STATES = new Arena();
const repetitions = new Repetitions();

class Walk implements Context {
  readonly table: InternTable;
  readonly state = state;
  readonly visits = visits;
  readonly intrinsics: boolean;
  readonly rules: Rules;
  readonly notes: Context['notes'];
  readonly throwVisits: ThrowVisit[] = [];
  readonly reached: Uint8Array;
  readonly nodes: RecordedNode[] | undefined;
  readonly witness: Checkpoints | undefined;
  walked = 0;
  private readonly plan: Plan;
  private readonly from: readonly Start[] | undefined;
  private readonly limit: number;
  private readonly reusesFinished: boolean;
  private readonly keepsThrows: boolean;
  private readonly kept: Arena;
  private readonly refusals: Refusal[] | undefined;
  // Pending branches: where their states are saved, pc, whether to take the jump there, the node they come from.
  private readonly starts: number[] = [];
  private readonly pcs: number[] = [];
  private readonly takes: boolean[] = [];
  private readonly parents: number[] = [];
  private node = NO_NODE;

  constructor(
    readonly program: Program,
    options: WalkOptions,
  ) {
    const count = program.subprograms.length;
    const first = options.from?.[0];
    this.table = first === undefined ? sharedTable() : recordOf(first).words;
    this.from = options.from;
    this.intrinsics = options.intrinsics ?? false;
    this.rules = options.rules ?? EARLY_2024;
    this.limit = options.limit ?? WALK_LIMIT;
    this.refusals = options.refusals;
    this.keepsThrows = options.throwStates ?? true;
    this.kept = options.arena ?? (this.keepsThrows || options.record === true ? new Arena() : NO_STATES);
    const { reusesFinished, checkpoints } = PRUNINGS[options.pruning];
    this.reusesFinished = reusesFinished;
    this.notes = {
      stackDepth: Array.from({ length: count }, (_, subprogram) => options.stackDepth?.[subprogram] ?? 0),
      maxOwned: Array.from({ length: count }, () => 0),
      maxClones: Array.from({ length: count }, () => 0),
      maxHeld: 0,
      hasClones: false,
      ownership: new Map<number, OwnershipMark>(),
    };
    this.plan = planOf(program);
    this.reached = zeroBytes(program.length);
    this.nodes = options.record ? [] : undefined;
    pendingStates.clear();
    checkpointStates.clear();
    visits.clear();
    repetitions.clear();
    this.witness =
      checkpoints === undefined ? undefined : new Checkpoints(this, checkpointStates, checkpoints === 'every');
  }

  run(): Refusal | undefined {
    if (this.from === undefined) {
      this.enterMain();
      return this.walkFrom(0, false);
    }
    for (const start of this.from) {
      this.enter(start);
      // The same state may be given several times, and where it is given no paths need meet.
      const repeats = this.repeats(start.pc);
      const refusal = typeof repeats === 'object' ? repeats : repeats ? undefined : this.walkFrom(start.pc, true);
      if (refusal !== undefined) return refusal;
      repetitions.backtrack(-1);
    }
    return undefined;
  }

  private walkFrom(start: number, arrived: boolean): Refusal | undefined {
    let pc = start;
    let here = arrived;
    for (;;) {
      const dropped = here ? false : this.arrive(pc);
      here = false;
      if (typeof dropped === 'object' && this.ends(dropped)) return dropped;
      if (dropped === false) {
        if (++this.walked > this.limit) return tooLarge(pc, this.walked);
        if ((this.walked & 0xfff) === 0 && this.storedInts() > STORED_LIMIT) return tooMuchMemory(pc, this.walked);
        this.reached[pc] = 1;
        const op = this.program.op[pc] ?? 0;
        const refusal = OBLIGATION_OF[op]?.(this, pc);
        if (refusal === undefined) {
          this.witness?.execute(pc);
          pc = TRANSFER_OF[op]?.(this, pc) ?? PATH_ENDS;
        } else if (this.ends(refusal)) return refusal;
        else pc = PATH_ENDS;
        if (this.starts.length > PENDING_LIMIT) return tooManyBranches(pc, this.starts.length);
        if (pc !== PATH_ENDS) continue;
      }
      const next = this.pop();
      if (next === PATH_ENDS) return undefined;
      pc = next;
    }
  }

  /** Whether a refusal ends the walk. */
  private ends(refusal: Refusal): boolean {
    this.refusals?.push(refusal);
    return this.refusals === undefined;
  }

  private storedInts(): number {
    return (
      this.kept.length + pendingStates.length + checkpointStates.length + visits.storedInts + repetitions.storedInts
    );
  }

  private enterMain(): void {
    this.state.clear();
    this.state.pushFrame(0, -1);
    this.state.setRegister(1, this.table.pointer(TAG.ctx, 0, 0, 0, 0));
    this.state.setRegister(10, this.table.pointer(TAG.stack, 0, 0, 0, 0));
  }

  private enter({ state: kept, callsites }: Start): void {
    const { state } = this;
    recordOf({ state: kept }).restoreTo(state);
    for (let frame = 0; frame < state.depth; frame++) state.setCallsite(frame, callsites[frame] ?? -1);
    // Which passes of loops a state has been through is told in numbers of the walk that kept it.
    for (let position = 0; position < state.refCount; position++) {
      state.setRefField(position, REF.yielded, 0);
      state.setRefField(position, REF.visit, NO_VISIT);
    }
  }

  /** The path arrives at a pc: whether it is dropped there, or why the program is refused. */
  private arrive(pc: number): boolean | Refusal {
    const joins = this.plan.joins[pc] === 1;
    if (joins) this.state.forget(~(this.plan.live[pc] ?? 0));
    if (this.nodes !== undefined) this.addNode(this.nodes, pc);
    if (this.witness?.covers(pc) === true) return true;
    const repeats = joins ? this.repeats(pc) : false;
    if (repeats === false) this.witness?.arrive(pc, this.starts.length);
    return repeats;
  }

  /** Whether the state repeats one that allows to drop it, or why the program is refused. */
  private repeats(pc: number): boolean | Refusal {
    const pending = this.starts.length;
    const mark = this.witness?.positionAfter(pc) ?? this.node;
    const arrival = repetitions.arrive(this.table, this.state, pc, pending, mark);
    if (arrival === NEW_STATE) return false;
    if (repetitions.isFinished(arrival)) {
      if (!this.reusesFinished) {
        repetitions.renew(arrival, pending, mark, this.state);
        return false;
      }
    } else if (!repetitions.hasProgressed(arrival, this.state)) {
      return refuse('infinite-loop', pc, `infinite loop detected at insn ${pc}`);
    } else this.witness?.repeat(repetitions.nodeOf(arrival));
    const node = this.nodes?.[this.node];
    if (node !== undefined) node.coveredBy = repetitions.nodeOf(arrival);
    return true;
  }

  private addNode(nodes: RecordedNode[], pc: number): void {
    const index = nodes.length;
    nodes[this.node]?.addNext(index);
    nodes.push(new RecordedNode(pc, this.table, this.kept, this.state.save(this.kept)));
    this.node = index;
  }

  push(pc: number, taken: boolean): void {
    this.starts.push(this.state.save(pendingStates));
    this.pcs.push(pc);
    this.takes.push(taken);
    this.parents.push(this.node);
    this.witness?.fork();
  }

  /** Goes on with the youngest pending branch; PATH_ENDS if there is none. */
  private pop(): number {
    const start = this.starts.pop();
    const pc = this.pcs.pop();
    const taken = this.takes.pop();
    if (start === undefined || pc === undefined) return PATH_ENDS;
    this.node = this.parents.pop() ?? NO_NODE;
    repetitions.backtrack(this.starts.length);
    this.witness?.resume(this.starts.length);
    this.state.restore(pendingStates, start);
    pendingStates.length = start;
    if (!taken) return pc;
    take(this, pc, true);
    return pc + 1 + (this.program.off[pc] ?? 0);
  }

  throws(pc: number): void {
    if (!this.keepsThrows) return;
    const view = new RecordView(this.table, this.kept, this.state.save(this.kept));
    this.throwVisits.push(this.nodes === undefined ? { pc, state: view } : { pc, state: view, node: this.node });
  }
}

function recordOf({ state }: Pick<Start, 'state'>): RecordView {
  if (state instanceof RecordView) return state;
  throw new TypeError('a walk begins in states that a walk has kept');
}

function tooLarge(pc: number, walked: number): Refusal {
  return refuse('too-complex', pc, `BPF program is too large. Processed ${walked} insn`);
}

function tooManyBranches(pc: number, pending: number): Refusal {
  return refuse('too-complex', Math.max(pc, 0), `The sequence of ${pending} jumps is too complex.`);
}

function tooMuchMemory(pc: number, walked: number): Refusal {
  return refuse('too-complex', pc, `BPF program is too large. Its states fill the memory after ${walked} insn`);
}
