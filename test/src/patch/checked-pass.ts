/**
 * The kernel-like pass wrapped for tests: after every pass it checks again that pcs, targets and bounds are right, and that
 * whoever follows the changes it told knows where every instruction went. Insertions go through the checked patcher, too.
 */
import { expect } from 'vitest';
import type { KernelChange, PatchPlan } from '../../../src/contract/patch-plan.js';
import { type Insn, insn } from '../../../src/isa/insn.js';
import { type Program, rowAt, slotsOf, targetAt } from '../../../src/isa/program.js';
import { buildProgram } from '../../../src/isa/validate.js';
import { type KernelPass, type Patchable, runKernelPass } from '../../../src/patch/kernel-pass.js';
import { type Edit, identityMap } from '../../../src/patch/patch.js';
import { checkedInsert } from './checked-patch.js';

/** A program that no design has rewritten. */
export function asItIs(program: Program): Patchable {
  return { program, pcMap: identityMap(program) };
}

/** A bitmap that says that the verifier reached everything but these pcs. */
export function reachedBut(program: Program, dead: readonly number[] = []): Uint8Array {
  return Uint8Array.from({ length: program.length }, (_, pc) => (dead.includes(pc) ? 0 : 1));
}

/** Runs a plan and checks what must hold of every pass. */
export function checkedPass(prepared: Patchable, plan: PatchPlan, reached: Uint8Array): KernelPass {
  const pass = runKernelPass(prepared, plan, reached);
  if (pass === undefined) throw new Error('a jump has become too long');
  const before = prepared.program;
  const { program, pcMap, changes, starts } = pass;
  checkForm(program);
  expect(pcMap.toOriginal.length).toBe(program.length);
  expect(program.subprograms.length).toBe(before.subprograms.length);
  let last = -1;
  for (let pc = 0; pc < before.length; pc++) {
    const at = pcMap.toPrepared[pc] ?? -1;
    if (at === -1) continue;
    expect(pcMap.toOriginal[at]).toBe(pc);
    expect(at).toBeGreaterThan(last);
    last = at;
    expect(program.subprogramOf[at]).toBe(before.subprogramOf[pc]);
    checkTarget(before, pass, pc, at);
  }
  for (const [number, { start, end }] of program.subprograms.entries()) {
    for (let at = start; at < end; at++) expect(program.subprogramOf[at]).toBe(number);
  }
  const blinded = plan.some((step) => step.do === 'blind');
  if (!blinded) {
    const grown = changes.reduce((sum, each) => sum + (each.do === 'patch' ? each.len - 1 : -each.count), 0);
    expect(program.length).toBe(before.length + grown);
    expect(starts).toEqual(program.subprograms.map(({ start }) => start));
    for (let pc = 0; pc < before.length; pc++) checkFollowed(pc, changes, pcMap.toPrepared[pc] ?? -1);
  }
  checkInsertions(prepared, plan, pass);
  return pass;
}

/** The pass trusts its edits: what it made must be what a validated program of these slots is. */
function checkForm(program: Program): void {
  const kept = program.subprograms.filter(({ start, end }) => end > start);
  const built = buildProgram({
    slots: slotsOf(program),
    types: program.types,
    maps: program.maps,
    names: new Map(kept.map(({ start, name }) => [start, name])),
    globals: new Set(kept.filter(({ global }) => global).map(({ start }) => start)),
    labels: program.labels,
  });
  if (!built.ok) throw new Error(`pc ${built.refusal.pc}: ${built.refusal.message}`);
  const { subprogramOf: _, ...fresh } = built.program;
  expect({ ...program, subprograms: kept }).toMatchObject({ ...fresh, subprograms: kept });
  expect(built.program.subprograms).toEqual(kept);
}

/** A jump that is still one leads to the first slot that stands for its target, or for what follows it. */
function checkTarget(before: Program, { program, pcMap }: KernelPass, pc: number, at: number): void {
  const target = targetAt(before, pc);
  if (target === undefined || rowAt(program, at)?.shape !== rowAt(before, pc)?.shape) return;
  const to = targetAt(program, at) ?? -1;
  if (rowAt(before, pc)?.shape === 'call-local') {
    expect(to).toBe(program.subprograms[before.subprogramOf[target] ?? 0]?.start);
    return;
  }
  const landing = Array.from({ length: program.length }, (_, slot) => slot).find(
    (slot) => (pcMap.serves?.[slot] ?? -1) >= target,
  );
  expect(to).toBe(landing);
}

/** Where the changes put an instruction: exactly, unless it was itself patched; then somewhere in its patch. */
function checkFollowed(pc: number, changes: readonly KernelChange[], at: number): void {
  let [low, high] = [pc, pc];
  for (const change of changes) {
    if (change.do === 'patch') {
      if (change.off < low) low += change.len - 1;
      if (change.off <= high) high += change.len - 1;
      continue;
    }
    const end = change.off + change.count;
    if (low >= change.off && high < end) {
      expect(at).toBe(-1);
      return;
    }
    if (low >= end) low -= change.count;
    else low = Math.min(low, change.off);
    if (high >= end) high -= change.count;
  }
  expect(at).toBeGreaterThanOrEqual(low);
  expect(at).toBeLessThanOrEqual(high);
}

/** A plan of nothing but insertions, each at an instruction of its own, is that very patch. */
function checkInsertions({ program, pcMap }: Patchable, plan: PatchPlan, pass: KernelPass): void {
  const edits: Edit[] = [];
  const seen = new Set<number>();
  for (const step of plan) {
    if (step.do !== 'insert') return;
    const pc = pcMap.toPrepared[step.pc] ?? -1;
    if (seen.has(pc)) return;
    seen.add(pc);
    const slots = (count: number): Insn[] => Array.from({ length: count }, () => fillerOf(step.filler));
    if (step.before > 0) edits.push({ do: 'before', pc, insns: slots(step.before) });
    if (step.after > 0) edits.push({ do: 'after', pc, insns: slots(step.after) });
  }
  const patched = checkedInsert(program, edits);
  expect(patched.ok && slotsOf(patched.program)).toEqual(slotsOf(pass.program));
}

function fillerOf(filler: number | 'goto'): Insn {
  return filler === 'goto' ? insn('ja') : insn('mov64', { dst: filler, operand: { reg: filler } });
}
