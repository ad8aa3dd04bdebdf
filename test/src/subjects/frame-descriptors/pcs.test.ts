/** What becomes of descriptors' pcs: the arithmetic of the series, rule by rule, against where the instructions really are. */
import { describe, expect, test } from 'vitest';
import type { KernelChange, PatchPlan } from '../../../../src/contract/patch-plan.js';
import type { KernelPass } from '../../../../src/patch/kernel-pass.js';
import { identityMap } from '../../../../src/patch/patch.js';
import type { Descriptor, Descriptors } from '../../../../src/subjects/frame-descriptors/descriptor.js';
import { PC_POLICIES } from '../../../../src/subjects/frame-descriptors/pcs.js';
import { asItIs, checkedPass, reachedBut } from '../../patch/checked-pass.js';
import { programOf } from '../states.js';

const program = programOf(`
main:
    r1 = 1
    call sub
    call sub
    exit
sub:
    r1 = 1
    if r1 == 2 goto other
    call bpf_throw
other:
    call bpf_throw
    exit
`);

const descriptor = (pc: number): Descriptor => ({
  pc,
  subprogram: program.subprogramOf[pc] ?? 0,
  stack: [],
  registers: [],
  nullable: new Set(),
});

/** Descriptors of both calls in main and both throws in sub. */
const FRAMES = [1, 2, 6, 7];
const descriptors: Descriptors = { byPc: new Map(FRAMES.map((pc) => [pc, descriptor(pc)])), pcs: FRAMES };

/** By original pc: where the descriptor is found by the program that runs; deleted ones are missing. */
const placesOf = (moved: ReadonlyMap<number, Descriptor>) =>
  Object.fromEntries([...moved].map(([at, { pc }]) => [pc, at]).sort());

const passOf = (plan: PatchPlan, dead: readonly number[] = []) =>
  checkedPass(asItIs(program), plan, reachedBut(program, dead));
const posted = (plan: PatchPlan, dead?: readonly number[]) =>
  placesOf(PC_POLICIES.posted.move(descriptors, passOf(plan, dead)));
const exact = (plan: PatchPlan, dead?: readonly number[]) =>
  placesOf(PC_POLICIES.exact.move(descriptors, passOf(plan, dead)));
const insert = (pc: number, before: number, after: number) => ({ do: 'insert', pc, before, after, filler: 0 }) as const;

/** A pass of changes alone, without blinding. */
function told(changes: readonly KernelChange[]): KernelPass {
  return { changes, starts: program.subprograms.map(({ start }) => start), program, pcMap: identityMap(program) };
}

describe('posted', () => {
  test('nothing was patched: every descriptor is where it was', () => {
    expect(posted([])).toEqual({ 1: 1, 2: 2, 6: 6, 7: 7 });
  });

  test('a patch moves what lies behind it, in the whole program', () => {
    expect(posted([insert(0, 2, 0)])).toEqual({ 1: 3, 2: 4, 6: 8, 7: 9 });
    expect(posted([insert(5, 0, 3)])).toEqual({ 1: 1, 2: 2, 6: 9, 7: 10 });
  });

  test.each([
    ['in front of', 2, 0],
    ['around', 1, 1],
    ['behind', 0, 2],
  ])('a pc equal to off stays, with code %s the instruction', (_, before, after) => {
    const plan = [insert(2, before, after)];
    expect(posted(plan)).toEqual({ 1: 1, 2: 2, 6: 8, 7: 9 });
    expect(exact(plan)).toEqual({ 1: 1, 2: 2 + before, 6: 8, 7: 9 });
  });

  test('a second patch of a throw does not find its descriptor, which stays behind', () => {
    expect(posted([insert(6, 1, 0), insert(6, 2, 0)])).toEqual({ 1: 1, 2: 2, 6: 6, 7: 10 });
  });

  test('entry code is a patch of the first instruction', () => {
    const move = (changes: readonly KernelChange[]) => placesOf(PC_POLICIES.posted.move(descriptors, told(changes)));
    expect(posted([{ do: 'entry', subprogram: 'sub', slots: 2, filler: 0 }])).toEqual({ 1: 1, 2: 2, 6: 8, 7: 9 });
    expect(move([{ do: 'patch', off: 1, len: 3 }])[1]).toBe(1);
  });

  test('removing slots moves what lies behind them and deletes what lies in them', () => {
    const move = (off: number, count: number) =>
      placesOf(PC_POLICIES.posted.move(descriptors, told([{ do: 'remove', off, count }])));
    expect(move(3, 1)).toEqual({ 1: 1, 2: 2, 6: 5, 7: 6 });
    expect(move(2, 4)).toEqual({ 1: 1, 6: 2, 7: 3 });
    expect(move(1, 1)).toEqual({ 2: 1, 6: 5, 7: 6 });
    expect(move(6, 1)).toEqual({ 1: 1, 2: 2, 7: 6 });
  });

  test('a goto in front of a throw that is removed again takes the descriptor with it', () => {
    const plan: PatchPlan = [
      { ...insert(6, 1, 0), filler: 'goto' },
      { do: 'remove', what: 'nops' },
    ];
    expect(posted(plan)).toEqual({ 1: 1, 2: 2, 7: 7 });
    expect(exact(plan)).toEqual({ 1: 1, 2: 2, 6: 6, 7: 7 });
  });

  test('the JIT starts from the pc relative to the subprogram: what it inserts in others moves nothing, in its own it misleads', () => {
    // Blinding puts 2 slots in front of r1 = 1 in main and 4 in sub: its start moves rightly, pcs in it do not.
    expect(posted([{ do: 'blind' }])).toEqual({ 1: 1, 2: 2, 6: 8, 7: 9 });
    expect(exact([{ do: 'blind' }])).toEqual({ 1: 3, 2: 4, 6: 12, 7: 13 });
    expect(posted([insert(0, 1, 0), { do: 'blind' }])).toEqual({ 1: 2, 2: 3, 6: 9, 7: 10 });
  });

  test('prologues are those of the program as it was verified', () => {
    const pass = passOf([{ ...insert(5, 1, 0), filler: 6 }]);
    expect(PC_POLICIES.posted.prologues(program)).toBe(program);
    expect(PC_POLICIES.exact.prologues(program, pass)).toBe(pass.program);
  });
});

describe('exact', () => {
  test('every descriptor is where its instruction is', () => {
    const plan: PatchPlan = [
      insert(1, 1, 1),
      insert(1, 2, 0),
      { do: 'remove', what: 'dead' },
      { do: 'entry', subprogram: 'sub', slots: 1, filler: 7 },
      { do: 'blind' },
    ];
    const { pcMap } = passOf(plan, [8]);
    expect(exact(plan, [8])).toEqual(Object.fromEntries(FRAMES.map((pc) => [pc, pcMap.toPrepared[pc]])));
  });

  test('what was removed has no descriptor', () => {
    expect(exact([{ do: 'remove', what: 'dead' }], [2, 7])).toEqual({ 1: 1, 6: 5 });
  });
});
