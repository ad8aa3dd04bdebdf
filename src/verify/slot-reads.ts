/** Stack slots that a call reads through its arguments: dynptrs, iterators, memory (mark_dynptr_read, mark_iter_read). */
import { type ArgType, CALLABLES, helperById, kfuncById } from '../isa/callables.js';
import { KINDS } from '../isa/kinds.js';
import { OP_ROWS, OP_SECOND_SLOT } from '../isa/op.js';
import type { Context } from './context.js';
import { TAG } from './intern.js';
import { firstSlot } from './resident.js';

/** Visits the slots that the instruction at a pc reads, if it is a call; its requirements are met. */
export function eachSlotRead(context: Context, pc: number, visit: (frame: number, slot: number) => void): void {
  const { program, state, table } = context;
  const shape = OP_ROWS[program.op[pc] ?? OP_SECOND_SLOT]?.shape;
  if (shape !== 'call-helper' && shape !== 'call-kfunc') return;
  const imm = program.imm[pc] ?? 0;
  const name = shape === 'call-helper' ? helperById(imm) : kfuncById(imm);
  if (name === undefined) return;
  CALLABLES[name].args.forEach((arg, index) => {
    const pointer = state.register(index + 1);
    if (table.tag(pointer) !== TAG.stack) return;
    const { frame, slot } = firstSlot(table, pointer);
    // Slots count downwards from the frame pointer: the bytes behind the pointer lie in this slot and those before it.
    const bytes = bytesRead(context, arg, index);
    const last = (-table.offset(pointer) - bytes) >> 3;
    if (bytes > 0) for (let number = slot; number >= last; number--) visit(frame, number);
  });
}

/** How many bytes are read behind the pointer in argument `index`. */
function bytesRead({ state, table }: Context, arg: ArgType, index: number): number {
  switch (arg.is) {
    case 'dynptr':
      return arg.state === 'init' ? 8 * KINDS.dynptr.slots : 0;
    case 'iterator':
      return arg.state === 'init' ? 8 * KINDS[arg.kind].slots : 0;
    case 'memory':
      return Number(table.scalars.boundsOf(table.parameter(state.register(index + 2))).bits.value);
    default:
      return 0;
  }
}
