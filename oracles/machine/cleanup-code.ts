/**
 * Code that cleans up a stopped program: a landing pad, which is a subroutine of one frame, or a clone in which the whole
 * program goes on. What it releases is judged, not faulted; whatever else it does is undone afterwards.
 */
import type { FaultCode, Outcome } from '../../src/contract/outcome.js';
import type { UnwindStep } from '../../src/contract/unwind.js';
import type { Program } from '../../src/isa/program.js';
import type { Ledger } from '../ledger.js';
import type { WorldSource } from '../world.js';
import type { Core } from './core.js';

/** How the code is run until it exits; the core's outcome says how it went. */
export interface Runners {
  /** At a prepared pc, in the current frame. */
  here(pc: number): void;
  /** In another program. */
  elsewhere(program: Program, pc: number): void;
}

/** The instruction that released something, in the prepared program or in the clone. */
export interface CodeLocation {
  readonly in: 'pad' | 'clone';
  readonly pc: number;
}

/** The code did what no program may do. */
export interface CodeFault {
  readonly in: CodeLocation['in'];
  readonly code: FaultCode | 'fuel';
  readonly pc: number;
  readonly message: string;
}

/** Called for each release, by a frame, of an address. */
export type NoteRelease = (frame: number, address: bigint, destructor: string, from: CodeLocation) => void;

type Step<Does extends UnwindStep['do']> = Extract<UnwindStep, { readonly do: Does }>;

/**
 * What such code reads of the world beyond what the run has read: no choice of the world, or which worlds a program has would
 * depend on who cleans up. A few small numbers in turn; every other attempt to acquire fails.
 */
function ownSource(): WorldSource {
  let asked = 0;
  return { context: () => asked++ & 3, draw: () => BigInt(asked++ & 3), acquireFails: () => (asked++ & 1) === 0 };
}

/** Saves all that such code can change, and gives it a world of its own; answers how to put it back. */
export function keep(core: Core): () => void {
  const { ledger, outcome, traceHash, attempts } = core;
  const { source } = core.memory;
  core.memory.source = ownSource();
  core.saveCurrent();
  const frames = core.saveFrames();
  const memory = core.memory.save();
  return () => {
    core.memory.restore(memory);
    core.memory.source = source;
    core.restoreFrames(frames);
    core.ledger = ledger;
    core.outcome = outcome;
    core.traceHash = traceHash;
    core.attempts = attempts;
    core.baseDepth = 1;
    core.padRelease = undefined;
  };
}

/** Runs a landing pad as if it were a subroutine of its frame, which then is the innermost one. */
export function landOn(
  core: Core,
  ledger: Ledger,
  { frame, pc }: Step<'run'>,
  run: Runners,
  note: NoteRelease,
): CodeFault | undefined {
  const stopped = core.saveFrames();
  core.setDepth(frame + 1);
  loseScratch(core);
  core.ledger = ledger;
  core.outcome = undefined;
  core.baseDepth = frame + 1;
  core.padRelease = (address, destructor, at) => note(frame, address, destructor, { in: 'pad', pc: at });
  run.here(pc);
  // The pad's own registers are gone with it; outer frames and the truth about this one stay as they were at the stop.
  core.restoreFrames(stopped);
  return faultOf(core, 'pad', pc, 'the pad does not resume');
}

/** The program goes on in another one, with all its frames. */
export function goOnIn(
  core: Core,
  ledger: Ledger,
  { program, pcs }: Step<'resume'>,
  run: Runners,
  note: NoteRelease,
): CodeFault | undefined {
  const stopped = core.saveFrames();
  for (let frame = 1; frame < core.depth; frame++) core.frameCall[frame] = (pcs[frame - 1] ?? 0) - 1;
  if (core.outcome?.how !== 'stop') loseScratch(core);
  core.ledger = ledger;
  core.outcome = undefined;
  core.padRelease = (address, destructor, at) => note(core.depth - 1, address, destructor, { in: 'clone', pc: at });
  const pc = pcs[core.depth - 1] ?? 0;
  run.elsewhere(program, pc);
  core.restoreFrames(stopped);
  return faultOf(core, 'clone', pc, 'the clone does not end');
}

/** R0 to R5 are nobody's. */
function loseScratch(core: Core): void {
  core.clobberArguments();
  core.poison(0, 1);
}

function faultOf(core: Core, where: CodeLocation['in'], pc: number, endless: string): CodeFault | undefined {
  const outcome = outcomeOf(core);
  if (outcome?.how === 'exit') return undefined;
  if (outcome?.how === 'fault') return { in: where, code: outcome.code, pc: outcome.pc, message: outcome.message };
  return { in: where, code: outcome?.how === 'fuel' ? 'fuel' : 'bad-instruction', pc, message: endless };
}

/** Read through a call: the code has changed it since it was cleared. */
function outcomeOf(core: Core): Outcome | undefined {
  return core.outcome;
}
