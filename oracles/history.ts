/**
 * What happened in one run, in order: acquires, releases, calls and returns, with original pcs. It is read off the ledger and
 * the frames between instructions, through the machine's observer, so a run that nobody records pays nothing for it.
 */
import { CALLABLES, helperById, kfuncById } from '../src/isa/callables.js';
import { type Program, rowAt } from '../src/isa/program.js';
import type { Machine } from './machine/machine.js';
import type { StopPoint, WorldSource } from './world.js';

/** One thing that happened at an original pc, in a frame (0 = main). Resources are named as the ledger names them. */
export type HistoryEvent =
  | { readonly did: 'acquire' | 'release'; readonly pc: number; readonly frame: number; readonly resource: string }
  /** An acquiring call returned NULL. */
  | { readonly did: 'fail'; readonly pc: number; readonly frame: number }
  /** A subprogram was entered, by the call instruction of its caller. */
  | { readonly did: 'call'; readonly pc: number; readonly frame: number; readonly subprogram: number }
  /** A frame was left; what it owned belongs to its caller from now on. */
  | { readonly did: 'return'; readonly pc: number; readonly frame: number; readonly hands: readonly string[] };

/**
 * Runs the program loaded in a machine and records it; the machine is left as `run` leaves it. `program` is that program,
 * or the original of the rewrite that is loaded.
 */
export function recordHistory(
  machine: Machine,
  program: Program,
  source: WorldSource,
  fuel: number,
  stop?: StopPoint,
): readonly HistoryEvent[] {
  const events: HistoryEvent[] = [];
  let last = -1;
  let depth = 1;
  let acquired = 0;
  let held: readonly number[] = [];
  let owned: readonly number[] = [];
  /** What the instruction at `last` has done. */
  const look = (): void => {
    const { ledger } = machine;
    const frame = depth - 1;
    for (const entry of held) {
      if (!ledger.isHeld(entry)) events.push({ did: 'release', pc: last, frame, resource: ledger.name(entry) });
    }
    if (ledger.acquired === acquired && isAcquire(program, last) && machine.register(0) === 0n) {
      events.push({ did: 'fail', pc: last, frame });
    }
    for (let entry = acquired; entry < ledger.acquired; entry++) {
      events.push({ did: 'acquire', pc: last, frame, resource: ledger.name(entry) });
    }
    if (machine.depth > depth) {
      events.push({ did: 'call', pc: last, frame, subprogram: machine.subprogram(machine.depth - 1) });
    } else if (machine.depth < depth) {
      events.push({ did: 'return', pc: last, frame, hands: owned.map((entry) => ledger.name(entry)) });
    }
  };
  const note = (): void => {
    const { ledger } = machine;
    depth = machine.depth;
    acquired = ledger.acquired;
    held = ledger.held();
    owned = held.filter((entry) => ledger.frameOf(entry) === depth - 1);
  };
  const before = machine.observer;
  machine.observer = (pc) => {
    before?.(pc);
    if (last >= 0) look();
    last = pc;
    note();
  };
  machine.run(source, fuel, stop);
  machine.observer = before;
  if (last >= 0 && machine.outcome.how !== 'fault') look();
  return events;
}

/** Whether a call at a pc acquires, if it does not return NULL. */
function isAcquire(program: Program, pc: number): boolean {
  const shape = rowAt(program, pc)?.shape;
  const id = program.imm[pc] ?? 0;
  const name = shape === 'call-helper' ? helperById(id) : shape === 'call-kfunc' ? kfuncById(id) : undefined;
  return name !== undefined && CALLABLES[name].acquires;
}
