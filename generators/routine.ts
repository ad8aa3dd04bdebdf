/** The code of one subprogram while it is written: slots with labels and local calls that `linkRoutines` resolves. */
import type { CallableName } from '../src/isa/callables.js';
import { call, callLocal, type Insn, insn, type Operand } from '../src/isa/insn.js';
import type { OpName } from '../src/isa/op.js';
import type { MapDefinition, Program, StructType } from '../src/isa/program.js';
import { buildProgram } from '../src/isa/validate.js';

/** A position in one routine that can be jumped to; valid only there. */
export type Label = number;

const CALLABLE_INSNS = new Map<CallableName, Insn>();

export class Routine {
  readonly slots: Insn[] = [];
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

  /** The slots with jumps and calls filled in, for a routine that starts at `starts.get(this)`. */
  resolve(starts: ReadonlyMap<Routine, number>): Insn[] {
    const slots = this.slots.slice();
    for (const { at, label } of this.#jumps) {
      const slot = slots[at];
      const target = this.#labels[label] ?? -1;
      if (slot === undefined || target < 0) throw new Error(`${this.name}: jump at ${at} to an unbound label`);
      const delta = target - at - 1;
      slots[at] = slot.code === GOTOL ? { ...slot, imm: delta } : { ...slot, off: delta };
    }
    const start = starts.get(this) ?? 0;
    for (const { at, callee } of this.#calls) slots[at] = callLocal((starts.get(callee) ?? 0) - start - at - 1);
    return slots;
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
  for (const routine of routines) for (const slot of routine.resolve(starts)) slots.push(slot);
  const built = buildProgram({ slots, names, types: declarations.types, maps: declarations.maps });
  if (!built.ok) throw new Error(`generated an invalid program: ${built.refusal.message} at ${built.refusal.pc}`);
  return built.program;
}
