/**
 * The only way to edit a program. All edits are expressed in pcs of the original and applied at once; jumps, long jumps,
 * local calls, names and labels follow. The result is validated like any other program.
 *
 * Every original instruction becomes a *piece*: its `before` code, itself (or its replacement, or nothing), its `after`
 * code. A jump to an instruction goes to the start of its piece, so code inserted before a jump target runs on every way
 * there; `after` code runs only when control passes through the instruction and falls out of it. `entry` code stands in
 * front of the first piece of a subprogram and belongs to none: calls run it, a jump back to the first instruction does not.
 */
import type { PcMap } from '../contract/prepared.js';
import type { Refusal } from '../contract/refusal.js';
import { type Columns, emptyColumns, setSlot } from '../isa/columns.js';
import type { Insn } from '../isa/insn.js';
import { decodeOp, OP_ROWS, OP_SECOND_SLOT, OPS } from '../isa/op.js';
import { type Cleanup, type Declarations, type LandingPad, type Program, targetAt, widthAt } from '../isa/program.js';
import { zeroInts } from '../isa/slab.js';
import { type Built, buildOfColumns, trustedProgram } from '../isa/validate.js';

/** A jump, goto or local call in inserted code that leads to the instruction at an original pc. */
export interface Aimed {
  readonly insn: Insn;
  readonly target: number;
}

/** Inserted slots. A plain instruction is copied as it is: its jump offset counts slots within the inserted code. */
export type Inserted = Insn | Aimed;

export type Edit =
  | { readonly do: 'before' | 'after' | 'replace'; readonly pc: number; readonly insns: readonly Inserted[] }
  | { readonly do: 'remove'; readonly pc: number }
  | { readonly do: 'entry'; readonly subprogram: number; readonly insns: readonly Inserted[] };

/** The edited program with its pc map, or why there is none; the refusal's pc is original. */
export type Patched =
  | { readonly ok: true; readonly program: Program; readonly pcMap: PcMap }
  | { readonly ok: false; readonly refusal: Refusal };

interface Piece {
  readonly before: Inserted[];
  body: readonly Inserted[] | undefined;
  readonly after: Inserted[];
}

interface Fixup {
  readonly at: number;
  readonly target: number;
}

interface Layout {
  readonly columns: Columns;
  /** Slots written so far. */
  end: number;
  /** By new pc: the op number of a slot that was copied, or -1. */
  readonly op: Int32Array;
  /** By new pc: the original pc of the instruction, or -1. */
  readonly original: Int32Array;
  /** By new pc: the original pc it belongs to; -1 for entry code. */
  readonly serves: Int32Array;
  /** By original pc: the start of its piece. */
  readonly landing: Int32Array;
  /** By original pc: where that very instruction is, or -1. */
  readonly placed: Int32Array;
  /** By subprogram: where calls of it go, and where it ends. */
  readonly enter: number[];
  readonly leave: number[];
  readonly fixups: Fixup[];
}

/**
 * Applies edits to a program. Several edits of one pc add up in the order given; of several `replace` and `remove` the
 * last counts. A replaced instruction lives on, for the pc map, in the first slot of its replacement. A target that is
 * removed moves to what follows it. A goto whose target gets too far becomes a gotol; a conditional jump is refused.
 * An edit at a pc where no instruction starts is a bug of the caller and throws. The result is validated, unless the caller
 * answers for edits that cannot break the form of a program (`trusted`).
 */
export function patch(program: Program, edits: readonly Edit[], form: 'checked' | 'trusted' = 'checked'): Patched {
  const { pieces, entries } = sortEdits(program, edits);
  const layout = layOut(program, pieces, entries);
  const misfit = retarget(program, layout);
  if (misfit !== undefined) return { ok: false, refusal: misfit };
  const kept = survivors(program, layout);
  const declarations: Declarations = {
    types: program.types,
    maps: program.maps,
    names: new Map(kept.map((i) => [layout.enter[i] ?? 0, program.subprograms[i]?.name ?? ''])),
    globals: new Set(kept.flatMap((i) => (program.subprograms[i]?.global ? [layout.enter[i] ?? 0] : []))),
    labels: moveLabels(program, layout),
  };
  const starts = kept.map((i) => layout.enter[i] ?? 0);
  const built: Built =
    form === 'checked'
      ? buildOfColumns(layout.columns, declarations)
      : { ok: true, program: trustedProgram(layout.columns, declarations, opsOf(layout), starts) };
  if (!built.ok) return { ok: false, refusal: { ...built.refusal, pc: originalPc(program, layout, built.refusal.pc) } };
  // The code of pads is as valid as it was.
  const cleanup = moveCleanup(program, layout);
  return {
    ok: true,
    program: cleanup === undefined ? built.program : { ...built.program, cleanup },
    pcMap: { toPrepared: layout.placed, toOriginal: layout.original, serves: layout.serves },
  };
}

/** The map of a program that is its own rewrite. */
export function identityMap(program: Program): PcMap {
  const same = zeroInts(program.length);
  for (let pc = 0; pc < program.length; pc++) same[pc] = pc;
  return { toPrepared: same, toOriginal: same, serves: same };
}

function sortEdits(program: Program, edits: readonly Edit[]) {
  const pieces = new Map<number, Piece>();
  const entries = new Map<number, Inserted[]>();
  for (const edit of edits) {
    if (edit.do === 'entry') {
      if (program.subprograms[edit.subprogram] === undefined) throw new RangeError(`no subprogram ${edit.subprogram}`);
      const code = entries.get(edit.subprogram) ?? [];
      code.push(...edit.insns);
      entries.set(edit.subprogram, code);
      continue;
    }
    if (!(edit.pc >= 0 && edit.pc < program.length) || program.op[edit.pc] === OP_SECOND_SLOT) {
      throw new RangeError(`no instruction starts at ${edit.pc}`);
    }
    const piece = pieces.get(edit.pc) ?? { before: [], body: undefined, after: [] };
    if (edit.do === 'remove') piece.body = [];
    else if (edit.do === 'replace') piece.body = edit.insns;
    else piece[edit.do].push(...edit.insns);
    pieces.set(edit.pc, piece);
  }
  return { pieces, entries };
}

function layOut(
  program: Program,
  pieces: ReadonlyMap<number, Piece>,
  entries: ReadonlyMap<number, Inserted[]>,
): Layout {
  const length = lengthOf(program, pieces, entries);
  const layout: Layout = {
    columns: emptyColumns(length),
    end: 0,
    op: zeroInts(length).fill(-1),
    original: zeroInts(length).fill(-1),
    serves: zeroInts(length).fill(-1),
    landing: zeroInts(program.length),
    placed: zeroInts(program.length).fill(-1),
    enter: [],
    leave: [],
    fixups: [],
  };
  program.subprograms.forEach(({ start, end }, index) => {
    layout.enter.push(layout.end);
    insert(layout, entries.get(index) ?? [], -1);
    for (let pc = start; pc < end; pc += widthAt(program, pc)) {
      const piece = pieces.get(pc);
      layout.landing[pc] = layout.end;
      if (piece !== undefined) insert(layout, piece.before, pc);
      if (piece?.body === undefined) copy(layout, program, pc);
      else if (piece.body.length > 0) {
        layout.placed[pc] = layout.end;
        insert(layout, piece.body, pc);
        layout.original[layout.placed[pc] ?? 0] = pc;
      }
      if (piece !== undefined) insert(layout, piece.after, pc);
    }
    layout.leave.push(layout.end);
  });
  return layout;
}

/** Slots of the edited program. */
function lengthOf(
  program: Program,
  pieces: ReadonlyMap<number, Piece>,
  entries: ReadonlyMap<number, Inserted[]>,
): number {
  let length = program.length;
  for (const code of entries.values()) length += code.length;
  for (const [pc, { before, body, after }] of pieces) {
    length += before.length + after.length;
    if (body !== undefined) length += body.length - widthAt(program, pc);
  }
  return length;
}

function insert(layout: Layout, code: readonly Inserted[], serves: number): void {
  for (const item of code) {
    if ('target' in item) layout.fixups.push({ at: layout.end, target: item.target });
    setSlot(layout.columns, layout.end, 'target' in item ? item.insn : item);
    layout.serves[layout.end++] = serves;
  }
}

function copy(layout: Layout, program: Program, pc: number): void {
  const target = targetAt(program, pc);
  if (target !== undefined) layout.fixups.push({ at: layout.end, target });
  const { columns } = layout;
  for (let slot = pc; slot < pc + widthAt(program, pc); slot++) {
    const at = layout.end++;
    columns.code[at] = program.code[slot] ?? 0;
    columns.dst[at] = program.dst[slot] ?? 0;
    columns.src[at] = program.src[slot] ?? 0;
    columns.off[at] = program.off[slot] ?? 0;
    columns.imm[at] = program.imm[slot] ?? 0;
    layout.placed[slot] = at;
    layout.op[at] = program.op[slot] ?? -1;
    layout.original[at] = slot;
    layout.serves[at] = slot;
  }
}

/** Writes the distances of all jumps and calls; returns why one cannot be written. */
function retarget(program: Program, layout: Layout): Refusal | undefined {
  const { code, src, off, imm } = layout.columns;
  for (const { at, target } of layout.fixups) {
    const shape = OP_ROWS[decodeOp(code[at] ?? 0, src[at] ?? 0, off[at] ?? 0, imm[at] ?? 0)]?.shape;
    const subprogram = program.subprogramOf[target] ?? -1;
    if (shape === 'call-local') {
      const whole = program.subprograms[subprogram]?.start === target;
      const to = whole ? (layout.enter[subprogram] ?? 0) : (layout.landing[target] ?? 0);
      if (to === layout.leave[subprogram]) {
        const pc = originalPc(program, layout, at);
        return {
          code: 'bad-call-target',
          pc,
          message: `call to removed subprogram ${program.subprograms[subprogram]?.name}`,
        };
      }
      imm[at] = to - at - 1;
      continue;
    }
    const distance = (layout.landing[target] ?? 0) - at - 1;
    if (shape === 'gotol') imm[at] = distance;
    else if (distance === Math.max(-0x8000, Math.min(0x7fff, distance))) off[at] = distance;
    else if (shape === 'goto') {
      code[at] = OPS.ja32.code;
      off[at] = 0;
      imm[at] = distance;
      layout.op[at] = -1;
    } else {
      const pc = originalPc(program, layout, at);
      return {
        code: 'jump-out-of-range',
        pc,
        message: `the patch puts the target of insn ${pc} ${distance} slots away`,
      };
    }
  }
  return undefined;
}

/** Op numbers of all slots; those that were not copied are decoded. */
function opsOf({ columns: { length, code, src, off, imm }, op }: Layout): Int32Array {
  for (let pc = 0; pc < length; pc++) {
    if (op[pc] !== -1) continue;
    if (pc > 0 && OP_ROWS[op[pc - 1] ?? -1]?.shape === 'imm64') op[pc] = OP_SECOND_SLOT;
    else op[pc] = decodeOp(code[pc] ?? 0, src[pc] ?? 0, off[pc] ?? 0, imm[pc] ?? 0);
  }
  return op;
}

function survivors(program: Program, layout: Layout): number[] {
  return program.subprograms.flatMap((_, i) => (layout.enter[i] === layout.leave[i] ? [] : [i]));
}

function moveLabels(program: Program, layout: Layout): Map<number, string> {
  const labels = new Map<number, string>();
  for (const [pc, name] of program.labels) {
    const at = layout.landing[pc];
    if (
      at === undefined ||
      program.op[pc] === OP_SECOND_SLOT ||
      at === layout.leave[program.subprogramOf[pc] ?? 0] ||
      labels.has(at)
    )
      continue;
    labels.set(at, name);
  }
  return labels;
}

/** The table of landing pads, as a kernel keeps it: a range that has lost all its code goes. */
function moveCleanup({ cleanup, length, subprogramOf }: Program, { landing, leave }: Layout): Cleanup | undefined {
  if (cleanup === undefined) return undefined;
  const pads = cleanup.pads.flatMap(({ begin, end, pad }): LandingPad[] => {
    const subprogram = subprogramOf[begin] ?? 0;
    const inside = end < length && subprogramOf[end] === subprogram;
    const moved = { begin: landing[begin] ?? 0, end: (inside ? landing[end] : leave[subprogram]) ?? 0, pad };
    return moved.end > moved.begin ? [moved] : [];
  });
  return { ...cleanup, pads };
}

/** The original pc to blame for a new pc: what the slot serves, or the start of the subprogram whose entry code it is. */
function originalPc(program: Program, layout: Layout, at: number): number {
  const serves = layout.serves[at] ?? -1;
  if (serves >= 0) return serves;
  return program.subprograms.find((_, i) => at < (layout.leave[i] ?? 0))?.start ?? 0;
}
