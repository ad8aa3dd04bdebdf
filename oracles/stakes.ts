/** How much was at stake in one program: counted beside every verdict, because agreement about nothing is worth nothing. */
import type { Analysis, StateView, ThrowVisit } from '../src/verify/analysis.js';
import type { Stakes } from './judgement.js';
import type { Machine } from './machine/machine.js';

/** Collects the stakes of one program, run by run. */
export class StakesCounter {
  #worlds = 0;
  #throwRuns = 0;
  #heldInTwoFrames = false;
  #executed = 0;
  #stopRuns = 0;
  #stopsHolding = 0;
  readonly #heldAtThrow: number[] = [];
  readonly #throwPcsRun = new Set<number>();

  /** Counts the run of the original that the machine has just finished. */
  count(machine: Machine): void {
    this.#worlds++;
    this.#executed += machine.executed;
    if (machine.outcome.how !== 'throw') return;
    this.#throwRuns++;
    this.#throwPcsRun.add(machine.pc);
    const held = machine.ledger.heldCount;
    this.#heldAtThrow.push(held);
    if (held > 1 && !this.#heldInTwoFrames) {
      this.#heldInTwoFrames = new Set(machine.unwind([]).left.map(({ frame }) => frame)).size > 1;
    }
  }

  /** Counts a stop of the original between its throws. */
  countStop(machine: Machine): void {
    this.#stopRuns++;
    if (machine.ledger.heldCount > 0) this.#stopsHolding++;
  }

  /** The sums, with what the analysis of the same program says. */
  finish(analysis: Analysis, enumerated: boolean): Stakes {
    return {
      worlds: this.#worlds,
      enumerated,
      throwRuns: this.#throwRuns,
      stopRuns: this.#stopRuns,
      stopsHolding: this.#stopsHolding,
      heldAtThrow: this.#heldAtThrow,
      heldInTwoFrames: this.#heldInTwoFrames,
      differingStates: hasDifferingStates(analysis.throws),
      throwPcs: new Set(analysis.throws.map(({ pc }) => pc)).size,
      throwPcsRun: this.#throwPcsRun.size,
      executed: this.#executed,
    };
  }
}

/** Whether some throw pc is reached by states that differ in what they hold or in where they hold it. */
export function hasDifferingStates(throws: readonly ThrowVisit[]): boolean {
  const first = new Map<number, string>();
  for (const { pc, state } of throws) {
    const signature = holdings(state);
    const known = first.get(pc);
    if (known === undefined) first.set(pc, signature);
    else if (known !== signature) return true;
  }
  return false;
}

/** What a state holds and where, in a canonical text: equal texts, equal holdings. */
function holdings(state: StateView): string {
  if (state.references.length === 0) return '';
  const kinds = new Map(state.references.map(({ id, kind, type }) => [id, `${kind}${type}`]));
  const parts: string[] = [];
  for (let frame = 0; frame < state.depth; frame++) {
    for (let register = 6; register <= 9; register++) {
      const value = state.register(frame, register);
      if (value.is === 'pointer' && kinds.has(value.ref)) parts.push(`${frame}r${register}${kinds.get(value.ref)}`);
    }
    const slots = state.frame(frame).allocated / 8;
    for (let slot = 0; slot < slots; slot++) {
      const value = state.slot(frame, slot).spilled;
      if (value?.is === 'pointer' && kinds.has(value.ref)) parts.push(`${frame}s${slot}${kinds.get(value.ref)}`);
    }
  }
  return parts.join();
}
