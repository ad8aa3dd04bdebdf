/**
 * Literal: throw states as they are once the resources of some calls have been spilled and forgotten. Whatever carried one of
 * their references is an unknown scalar, as after a release, the one way in which the verifier of that time forgets a
 * reference. Their slots hold a pointer as long as the state has the reference and the frame that acquired it is there.
 */
import { callableAt } from '../../cfg/calls.js';
import { CALLABLES } from '../../isa/callables.js';
import { livesOnStack } from '../../isa/kinds.js';
import type { Program } from '../../isa/program.js';
import type { Analysis, FrameView, StateView } from '../../verify/analysis.js';
import { UNKNOWN as UNBOUNDED } from '../../verify/scalar.js';
import type { ByteKind, Pointer, PointerType, Reference, Slot, Value } from '../../verify/value.js';
import type { SlotLayout, SpillSlot } from './slots.js';

/** The same walk, its throw states with what the layout spills forgotten. */
export function eraseSpilled(analysis: Analysis, layout: SlotLayout): Analysis {
  const throws = analysis.throws.map((visit) => ({
    ...visit,
    state: new ErasedState(analysis.program, visit.state, layout),
  }));
  return { ...analysis, throws };
}

/**
 * The reference that a slot holds in a state: the youngest that its call has acquired, if the frame that acquired it still
 * owns it. Of a frame that has returned the slots are gone.
 */
export function spilledReference(state: StateView, frame: number, { pc }: SpillSlot): Reference | undefined {
  return state.references.findLast((reference) => reference.acquiredAt === pc && reference.frame === frame);
}

const UNKNOWN: Value = { is: 'scalar', ...UNBOUNDED, id: 0 };
const SPILLED: readonly ByteKind[] = Array<ByteKind>(8).fill('spill');
const ZERO: Slot = { bytes: Array<ByteKind>(8).fill('zero'), spilled: undefined, resident: undefined };

class ErasedState implements StateView {
  readonly depth: number;
  readonly references: readonly Reference[];
  private readonly erased: ReadonlySet<number>;

  constructor(
    private readonly program: Program,
    private readonly state: StateView,
    private readonly layout: SlotLayout,
  ) {
    this.depth = state.depth;
    const spilled = state.references.filter(({ acquiredAt }) => layout.slots.some(({ pc }) => pc === acquiredAt));
    this.erased = new Set(spilled.map(({ id }) => id));
    const kept = new Set(
      layout.slots.flatMap((slot) => {
        const frame = this.frameOf(slot.subprogram);
        return frame === -1 ? [] : (spilledReference(state, frame, slot)?.id ?? []);
      }),
    );
    // All state of a reference goes, its place in the list included, if no slot has it.
    this.references = state.references.filter(({ id }) => !this.erased.has(id) || kept.has(id));
  }

  frame(index: number): FrameView {
    const view = this.state.frame(index);
    const reserved = this.layout.reserved[view.subprogram] ?? 0;
    return reserved === 0 ? view : { ...view, allocated: (this.layout.above[view.subprogram] ?? 0) + reserved };
  }

  register(frame: number, register: number): Value {
    const value = this.state.register(frame, register);
    return value.is === 'pointer' && this.erased.has(value.ref) ? UNKNOWN : value;
  }

  slot(frame: number, place: number): Slot {
    const { subprogram } = this.state.frame(frame);
    const offset = -8 * (place + 1);
    const own = this.layout.slots.find((slot) => slot.subprogram === subprogram && slot.offset === offset);
    if (own !== undefined) {
      const reference = spilledReference(this.state, frame, own);
      if (reference === undefined) return ZERO;
      return { bytes: SPILLED, spilled: pointerTo(this.program, reference), resident: undefined };
    }
    const slot = this.state.slot(frame, place);
    const { spilled } = slot;
    return spilled?.is === 'pointer' && this.erased.has(spilled.ref) ? { ...slot, spilled: UNKNOWN } : slot;
  }

  private frameOf(subprogram: number): number {
    for (let frame = 0; frame < this.depth; frame++) {
      if (this.state.frame(frame).subprogram === subprogram) return frame;
    }
    return -1;
  }
}

/** What the acquiring call of a reference returned. */
function pointerTo(program: Program, reference: Reference): Pointer {
  const { id } = reference;
  return { is: 'pointer', type: pointeeOf(program, reference), off: 0, mayBeNull: true, id: -id, ref: id };
}

function pointeeOf(program: Program, { kind, type, acquiredAt }: Reference): PointerType {
  if (livesOnStack(kind)) throw new Error(`a ${kind} cannot be spilled`);
  switch (kind) {
    case 'ring':
      return { to: 'memory', size: 0 };
    case 'object':
      return { to: 'local', type };
    case 'socket': {
      const name = callableAt(program, acquiredAt);
      const returns = name === undefined ? undefined : CALLABLES[name].returns;
      return { to: 'socket', form: returns?.is === 'socket' ? returns.form : 'sock' };
    }
    default:
      return { to: 'kernel', kind };
  }
}
