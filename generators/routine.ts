/** The code of one subprogram while it is written: slots with labels and local calls that `linkRoutines` resolves. */
import type { CallableName } from '../src/isa/callables.js';
import { call, callLocal, type Insn, insn, type Operand } from '../src/isa/insn.js';
import type { OpName } from '../src/isa/op.js';
import type { MapDefinition, Program, StructType } from '../src/isa/program.js';
import { buildProgram } from '../src/isa/validate.js';
import { type PadSite, PadTable } from './pads.js';

/** A position in one routine that can be jumped to; valid only there. */
export type Label = number;

const CALLABLE_INSNS = new Map<CallableName, Insn>();

export class Routine {
  readonly slots: Insn[] = [];
  /** Its throws and calls, in the order in which they were written. */
  readonly sites: PadSite[] = [];
  /** By label: its slot, or -1 while unbound. */
  readonly #labels: number[] = [];
  readonly #jumps: { readonly at: number; readonly label: Label }[] = [];
  readonly #calls: { readonly at: number; readonly callee: Routine }[] = [];

  constructor(readonly name: string) {}

  label(): Label {
    return this.#labels.push(-1) - 1;
  }

  bind(label: Label): void {
    this.#labels[label] = this.slots.length;
  }

  push(slot: Insn): void {
    this.slots.push(slot);
  }

  jump(op: OpName, dst: number, operand: Operand, label: Label): void {
    this.#jumps.push({ at: this.slots.length, label });
    this.slots.push(insn(op, { dst, operand }));
  }

  /** An unconditional jump in its 16-bit (`goto`) or 32-bit (`gotol`) form. */
  goto(label: Label, long: boolean): void {
    this.#jumps.push({ at: this.slots.length, label });
    this.slots.push(insn(long ? 'ja32' : 'ja'));
  }

  callable(name: CallableName): void {
    let slot = CALLABLE_INSNS.get(name);
    if (slot === undefined) {
      slot = call(name);
      CALLABLE_INSNS.set(name, slot);
    }
    this.slots.push(slot);
  }

  callRoutine(callee: Routine): void {
    this.#calls.push({ at: this.slots.length, callee });
    this.slots.push(callLocal(0));
  }

  /** Appends the slots with jumps and calls filled in; `starts` has the first slot of every routine. */
  resolve(into: Insn[], starts: ReadonlyMap<Routine, number>): void {
    const start = into.length;
    for (const slot of this.slots) into.push(slot);
    for (const { at, label } of this.#jumps) {
      const slot = this.slots[at];
      const target = this.#labels[label] ?? -1;
      if (slot === undefined || target < 0) throw new Error(`${this.name}: jump at ${at} to an unbound label`);
      const { code, dst, src, off, imm } = slot;
      const delta = target - at - 1;
      into[start + at] = code === GOTOL ? { code, dst, src, off, imm: delta } : { code, dst, src, off: delta, imm };
    }
    for (const { at, callee } of this.#calls) {
      into[start + at] = callLocal((starts.get(callee) ?? 0) - start - at - 1);
    }
  }
}

const GOTOL = insn('ja32').code;

/** Joins routines, the first one main, into a program. An invalid program is a bug of ours and throws. */
export function linkRoutines(
  routines: readonly Routine[],
  declarations: { readonly types: readonly StructType[]; readonly maps: readonly MapDefinition[] },
): Program {
  const starts = new Map<Routine, number>();
  const names = new Map<number, string>();
  let length = 0;
  for (const routine of routines) {
    starts.set(routine, length);
    names.set(length, routine.name);
    length += routine.slots.length;
  }
  const slots: Insn[] = [];
  for (const routine of routines) routine.resolve(slots, starts);
  const cleanup = new PadTable();
  for (const routine of routines) cleanup.add(routine.name, starts.get(routine) ?? 0, routine.sites);
  const built = buildProgram({ slots, names, cleanup, types: declarations.types, maps: declarations.maps });
  if (!built.ok) throw new Error(`generated an invalid program: ${built.refusal.message} at ${built.refusal.pc}`);
  return built.program;
}
