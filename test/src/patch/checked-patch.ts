/** The patcher wrapped for tests: after every edit it checks again that targets, bounds, names and pcs are right. */
import { expect } from 'vitest';
import { type Program, slotAt, targetAt, widthAt } from '../../../src/isa/program.js';
import { type Edit, type Patched, patch } from '../../../src/patch/patch.js';

/** Start of the inserted run (entry code left out) that leads to the slot at a pc of a rewrite. */
function pieceStart(serves: readonly number[], pc: number, original: number): number {
  let at = pc;
  while (at > 0 && serves[at - 1] === original) at--;
  return at;
}

/** Applies edits that only insert, and checks what must hold of every such patch. */
export function checkedInsert(program: Program, edits: readonly Edit[]): Patched {
  const patched = patch(program, edits);
  if (!patched.ok) return patched;
  const { toPrepared, toOriginal } = patched.pcMap;
  const serves = Array.from({ length: patched.program.length }, (_, pc) => patched.pcMap.serves?.[pc] ?? -2);
  const added = edits.reduce((sum, edit) => sum + (edit.do === 'remove' ? 0 : edit.insns.length), 0);
  expect(patched.program.length).toBe(program.length + added);
  expect(toOriginal.length).toBe(patched.program.length);
  expect(toPrepared.length).toBe(program.length);
  for (let pc = 0; pc < program.length; pc++) {
    const at = toPrepared[pc] ?? -1;
    expect(toOriginal[at]).toBe(pc);
    if (pc > 0) expect(at).toBeGreaterThan(toPrepared[pc - 1] ?? -1);
    expect(patched.program.subprogramOf[at]).toBe(program.subprogramOf[pc]);
    const { off: _off, imm: _imm, ...fixed } = slotAt(program, pc);
    const target = targetAt(program, pc);
    if (target === undefined) expect(slotAt(patched.program, at)).toEqual(slotAt(program, pc));
    else {
      expect(slotAt(patched.program, at)).toMatchObject(fixed);
      const to = targetAt(patched.program, at) ?? -1;
      const subprogram = program.subprogramOf[target] ?? 0;
      const start = program.subprograms[subprogram]?.start === target;
      const call = program.subprogramOf[pc] !== subprogram || (start && isCall(program, pc));
      if (call) expect(to).toBe(patched.program.subprograms[subprogram]?.start);
      else expect(to).toBe(pieceStart(serves, toPrepared[target] ?? -1, target));
    }
  }
  for (let at = 0; at < patched.program.length; at += widthAt(patched.program, at)) {
    if ((toOriginal[at] ?? -1) === -1) continue;
    expect(serves[at]).toBe(toOriginal[at]);
  }
  expect(patched.program.subprograms.map(({ name, global }) => ({ name, global }))).toEqual(
    program.subprograms.map(({ name, global }) => ({ name, global })),
  );
  return patched;
}

function isCall(program: Program, pc: number): boolean {
  return program.code[pc] === 0x85;
}

/** The edits that take out again whatever a patch inserted. */
export function removals(patched: Patched & { readonly ok: true }): Edit[] {
  const edits: Edit[] = [];
  for (let at = 0; at < patched.program.length; at += widthAt(patched.program, at)) {
    if (patched.pcMap.toOriginal[at] === -1) edits.push({ do: 'remove', pc: at });
  }
  return edits;
}
