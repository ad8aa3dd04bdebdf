/**
 * Landing pads (LLVM, section `.bpf_cleanup`): the compiler writes the cleanup, from the scopes of the source, and a flat
 * table of 12-byte records says which pcs a pad serves. At a throw the walker runs for each frame, innermost first, the pad
 * whose range has the frame's pc, as a subroutine of that frame. Nothing to merge: what differs between paths the pad
 * tests itself. The verifier only has to check that the pads are right (verify-pads.ts).
 */
import type { Unwind } from '../../contract/prepared.js';
import { PAD_RECORD_BYTES, padAt, withCleanup } from '../../isa/cleanup.js';
import type { Program } from '../../isa/program.js';
import type { KernelPass } from '../../patch/kernel-pass.js';
import { unchangedCost } from '../cost.js';
import { onlyAtThrows, referenceName } from '../refusal.js';
import type { PrepareInput, Refused, Subject } from '../subject.js';
import { verifyPads } from './verify-pads.js';

export const landingPads: Subject = {
  name: 'landing-pads',
  stops: 'throw',
  prepare(input) {
    const { program, analysis, stopAt } = input;
    const unprepared = onlyAtThrows(stopAt) ?? withoutPads(input);
    if (unprepared !== undefined) return unprepared;
    const verdict = verifyPads(program, analysis);
    if (!verdict.ok) return verdict;
    const whole = withCleanup(program);
    const pads = program.cleanup?.pads ?? [];
    const cost = unchangedCost(whole, verdict.stackDepth, PAD_RECORD_BYTES * pads.length);
    return {
      ok: true,
      program: whole,
      pcMap: {
        toPrepared: columnOf(program.length, program.length),
        toOriginal: columnOf(whole.length, program.length),
        serves: columnOf(whole.length, program.length),
      },
      cost: { ...cost, instructionsAdded: whole.length - program.length },
      reserved: program.subprograms.map(() => 0),
      intrinsics: [],
      walkedBeside: verdict.walked,
      unwind: unwinder((pc) => padAt(program, pc)),
      maintain: (pass) => unwinder(patchedPads(program, pass)),
      describe: () =>
        pads.map(({ begin, end, pad }) => {
          const name = program.subprograms[program.subprogramOf[begin] ?? 0]?.name ?? '?';
          const range = end - begin === 1 ? `${begin}` : `${begin} to ${end - 1}`;
          return `${name} ${range}: pad at ${program.length + pad}`;
        }),
    };
  },
};

/** A throw finds something held, and the program has been compiled without pads. */
function withoutPads({ program, analysis }: PrepareInput): Refused | undefined {
  if ((program.cleanup?.pads.length ?? 0) > 0) return undefined;
  for (const { pc, state } of analysis.throws) {
    const [held] = state.references;
    if (held === undefined) continue;
    const message = `${referenceName(held)} is held at a throw, and the program has no landing pads`;
    return { ok: false, refusal: { code: 'no-pads', pc, message } };
  }
  return undefined;
}

/** pcs up to `own`, then -1. */
function columnOf(length: number, own: number): Int32Array {
  const column = new Int32Array(length).fill(-1);
  for (let pc = 0; pc < own; pc++) column[pc] = pc;
  return column;
}

/** `padOf` answers where the pad for a frame at a pc of the program that runs begins. */
function unwinder(padOf: (pc: number) => number | undefined): Unwind {
  return function* ({ frames }) {
    for (let frame = frames.length - 1; frame >= 0; frame--) {
      const pc = padOf(frames[frame]?.pc ?? -1);
      if (pc !== undefined) yield { do: 'run', frame, pc };
    }
  };
}

/**
 * The table as a kernel keeps it: a range has whatever has become of its instructions, and a pad begins where the patch of
 * its first instruction does.
 */
function patchedPads(program: Program, { pcMap }: KernelPass): (pc: number) => number | undefined {
  return (pc) => {
    const pad = padAt(program, pcMap.toOriginal[pc] ?? -1);
    if (pad === undefined) return undefined;
    let at = pcMap.toPrepared[pad] ?? pad;
    while (at > 0 && pcMap.serves?.[at - 1] === pad) at--;
    return at;
  };
}
