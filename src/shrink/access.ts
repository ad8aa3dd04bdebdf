/** Which registers and stack slots one instruction reads and writes, as far as its fields say: no analysis, only syntax. */
import { CALLABLES, type CallableRow, helperById, kfuncById } from '../isa/callables.js';
import { type OpRow, type Shape, SOURCE_X } from '../isa/op.js';
import { type Program, rowAt } from '../isa/program.js';

/** Registers by number, ascending, without R10 among the reads of plain stack accesses' values. */
export interface Access {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** The slot, as an offset from R10, that is accessed with R10 as base. */
  readonly slot?: { readonly offset: number; readonly does: 'read' | 'write' | 'both' };
}

type Fields = { readonly dst: number; readonly src: number; readonly off: number; readonly register: boolean };

const NOTHING: Access = { reads: [], writes: [] };
const CLOBBERED = [0, 1, 2, 3, 4, 5];

function slotOf(base: number, off: number, does: 'read' | 'write' | 'both'): Pick<Access, 'slot'> {
  return base === 10 ? { slot: { offset: off, does } } : {};
}

const BY_SHAPE: Readonly<Record<Shape, (fields: Fields, row: OpRow) => Access>> = {
  alu: ({ dst, src, register }, row) => ({
    reads: [...(row.symbol === '=' ? [] : [dst]), ...(register ? [src] : [])],
    writes: [dst],
  }),
  neg: ({ dst }) => ({ reads: [dst], writes: [dst] }),
  movsx: ({ dst, src }) => ({ reads: [src], writes: [dst] }),
  swap: ({ dst }) => ({ reads: [dst], writes: [dst] }),
  jump: ({ dst, src, register }) => ({ reads: register ? [dst, src] : [dst], writes: [] }),
  goto: () => NOTHING,
  gotol: () => NOTHING,
  may_goto: () => NOTHING,
  'call-helper': () => NOTHING,
  'call-kfunc': () => NOTHING,
  'call-local': () => ({ reads: [], writes: CLOBBERED }),
  exit: () => ({ reads: [0], writes: [] }),
  imm64: ({ dst }) => ({ reads: [], writes: [dst] }),
  load: ({ dst, src, off }) => ({ reads: [src], writes: [dst], ...slotOf(src, off, 'read') }),
  store: ({ dst, src, off }) => ({ reads: [dst, src], writes: [], ...slotOf(dst, off, 'write') }),
  'store-imm': ({ dst, off }) => ({ reads: [dst], writes: [], ...slotOf(dst, off, 'write') }),
  atomic: ({ dst, src, off }) => ({ reads: [dst, src], writes: [], ...slotOf(dst, off, 'both') }),
  fetch: ({ dst, src, off }) => ({ reads: [dst, src], writes: [src], ...slotOf(dst, off, 'both') }),
  xchg: ({ dst, src, off }) => ({ reads: [dst, src], writes: [src], ...slotOf(dst, off, 'both') }),
  cmpxchg: ({ dst, src, off }) => ({ reads: [0, dst, src], writes: [0], ...slotOf(dst, off, 'both') }),
  'load-acquire': ({ dst, src, off }) => ({ reads: [src], writes: [dst], ...slotOf(src, off, 'read') }),
  'store-release': ({ dst, src, off }) => ({ reads: [dst, src], writes: [], ...slotOf(dst, off, 'write') }),
};

/** The helper or kfunc called at a pc; `undefined` for any other instruction. */
export function callableAt(program: Program, pc: number): CallableRow | undefined {
  const shape = rowAt(program, pc)?.shape;
  const id = program.imm[pc] ?? 0;
  const name = shape === 'call-helper' ? helperById(id) : shape === 'call-kfunc' ? kfuncById(id) : undefined;
  return name === undefined ? undefined : CALLABLES[name];
}

/** What the instruction at a pc reads and writes; nothing in the second slot of a 64-bit immediate. */
export function accessAt(program: Program, pc: number): Access {
  const row = rowAt(program, pc);
  if (row === undefined) return NOTHING;
  const callable = callableAt(program, pc);
  if (callable !== undefined) {
    const reads = callable.args.flatMap((arg, index) => (arg.is === 'ignored' ? [] : [index + 1]));
    return { reads, writes: CLOBBERED };
  }
  return BY_SHAPE[row.shape](
    {
      dst: program.dst[pc] ?? 0,
      src: program.src[pc] ?? 0,
      off: program.off[pc] ?? 0,
      register: row.operand === 'X' || (row.operand === 'KX' && ((program.code[pc] ?? 0) & SOURCE_X) !== 0),
    },
    row,
  );
}
