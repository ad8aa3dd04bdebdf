/**
 * Where slots have to be cleared: behind whatever releases what they hold. Read from a walk of the program with its stores, so
 * nothing is guessed: a slot holds a resource if the verifier says so. Of a resource that a callee releases, the frame that
 * has the slot can clear it only when the callee is back: behind its call.
 */
import { callableAt } from '../../cfg/calls.js';
import type { PcMap } from '../../contract/prepared.js';
import { CALLABLES } from '../../isa/callables.js';
import type { Program } from '../../isa/program.js';
import type { StateView } from '../../verify/analysis.js';
import { pcOfFrame } from '../../verify/frame-pc.js';
import type { RecordedAnalysis } from '../../verify/walk.js';
import { residentAt } from '../frame-descriptors/candidates.js';
import type { Clear } from './rewrite.js';
import type { SpillSlot } from './slots.js';

/** All clears that a walk of the spilled program asks for, each once; `pcMap` leads back to the original. */
export function findClears(
  program: Program,
  walked: RecordedAnalysis,
  slots: readonly SpillSlot[],
  pcMap: PcMap,
): readonly Clear[] {
  const releases = releasingCalls(program);
  const clears = new Map<string, Clear>();
  for (const node of walked.nodes) {
    const register = releases.get(node.pc);
    if (register === undefined) continue;
    const { state } = node;
    const top = state.depth - 1;
    const released = referenceIn(state, top, register);
    if (released === 0) continue;
    for (let frame = top; frame >= 0; frame--) {
      const { subprogram } = state.frame(frame);
      for (const { offset } of slots.filter((slot) => slot.subprogram === subprogram)) {
        if (heldIn(state, frame, offset) !== released) continue;
        const pc = pcMap.toOriginal[pcOfFrame(node, frame)] ?? -1;
        clears.set(`${pc} ${offset}`, { pc, offset });
      }
    }
  }
  return [...clears.values()];
}

/** By pc of each call that releases: the register with what it releases. */
function releasingCalls(program: Program): ReadonlyMap<number, number> {
  const calls = new Map<number, number>();
  for (let pc = 0; pc < program.length; pc++) {
    const name = callableAt(program, pc);
    const argument = name === undefined ? undefined : CALLABLES[name].releases;
    if (argument !== undefined) calls.set(pc, argument + 1);
  }
  return calls;
}

/** Id of the reference in a register: of the pointer, or of the dynptr or iterator that it is the address of; else 0. */
function referenceIn(state: StateView, frame: number, register: number): number {
  const value = state.register(frame, register);
  return value.is === 'pointer' ? value.ref || (residentAt(state, value)?.ref ?? 0) : 0;
}

/** The same for a slot. */
export function heldIn(state: StateView, frame: number, offset: number): number {
  const { spilled } = state.slot(frame, -offset / 8 - 1);
  return spilled?.is === 'pointer' ? spilled.ref || (residentAt(state, spilled)?.ref ?? 0) : 0;
}
