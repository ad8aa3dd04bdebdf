/** Program to canonical text: labels in column one, one instruction a line, indented by four. parse(print(p)) = p. */
import { helperById, kfuncById } from '../isa/callables.js';
import { OP_SECOND_SLOT, type OpRow, type Shape, SOURCE_X } from '../isa/op.js';
import { imm64At, type Program, rowAt, targetAt } from '../isa/program.js';
import { labelProblem, registerName, WORD } from './syntax.js';

/** Names of subprograms and jump targets by pc, as printed. */
export type LabelNames = ReadonlyMap<number, string>;

/** One line of a listing; an instruction's `text` has no indentation. */
export interface ListingLine {
  readonly is: 'label' | 'instruction';
  readonly pc: number;
  readonly text: string;
}

/**
 * The names a listing uses: those of subprograms first, then those of labels, then `l<pc>` for targets without a usable
 * name. A name that is taken or cannot be a label is replaced by an invented one.
 */
export function labelNames(program: Program): LabelNames {
  const wanted = new Map<number, string | undefined>();
  for (const { start, name } of program.subprograms) wanted.set(start, name);
  for (const [pc, name] of program.labels) if (!wanted.has(pc)) wanted.set(pc, name);
  for (let pc = 0; pc < program.length; pc++) {
    const target = targetAt(program, pc);
    if (target !== undefined && !wanted.has(target)) wanted.set(target, undefined);
  }
  const names = new Map<number, string>();
  const used = new Set<string>();
  for (const [pc, name] of wanted) {
    if (name === undefined || used.has(name) || labelProblem(name) !== undefined) continue;
    names.set(pc, name);
    used.add(name);
  }
  for (const pc of wanted.keys()) {
    if (names.has(pc)) continue;
    let name = `l${pc}`;
    while (used.has(name)) name += '_';
    names.set(pc, name);
    used.add(name);
  }
  return new Map([...names].sort(([a], [b]) => a - b));
}

/** The lines of a program in the order of their pcs. */
export function listing(program: Program, names: LabelNames = labelNames(program)): readonly ListingLine[] {
  const lines: ListingLine[] = [];
  for (let pc = 0; pc < program.length; pc++) {
    if (program.op[pc] === OP_SECOND_SLOT) continue;
    const name = names.get(pc);
    if (name !== undefined) lines.push({ is: 'label', pc, text: `${name}:` });
    lines.push({ is: 'instruction', pc, text: printInstruction(program, pc, names) });
  }
  return lines;
}

/** The canonical text of a program; every line ends in a line feed. */
export function printProgram(program: Program): string {
  return listing(program)
    .map((line) => (line.is === 'label' ? `${line.text}\n` : `    ${line.text}\n`))
    .join('');
}

/** The instruction at a pc without indentation. A pc that starts no instruction prints as the raw slot `.slot pc`. */
export function printInstruction(program: Program, pc: number, names: LabelNames = labelNames(program)): string {
  const row = rowAt(program, pc);
  return row === undefined ? `.slot ${pc}` : PRINTERS[row.shape](fieldsAt(program, pc, row, names));
}

/** What printers read of one instruction. */
interface Printed {
  readonly row: OpRow;
  /** First and second register as wide as the operation. */
  readonly dst: string;
  readonly src: string;
  /** The same registers, 64 bits wide. */
  readonly dst64: string;
  readonly src64: string;
  readonly imm: number;
  /** The second operand: register or immediate. */
  readonly operand: string;
  /** `r10 - 8`, from dst or from src. */
  readonly dstAddress: string;
  readonly srcAddress: string;
  readonly target: string;
  readonly imm64: bigint;
  readonly program: Program;
}

function fieldsAt(program: Program, pc: number, row: OpRow, names: LabelNames): Printed {
  const [dst, src, imm] = [program.dst[pc] ?? 0, program.src[pc] ?? 0, program.imm[pc] ?? 0];
  const off = program.off[pc] ?? 0;
  const registerForm = ((program.code[pc] ?? 0) & SOURCE_X) !== 0;
  const address = (base: number) => `r${base} ${off < 0 ? '-' : '+'} ${Math.abs(off)}`;
  return {
    row,
    dst: registerName(dst, row.width),
    src: registerName(src, row.width),
    dst64: registerName(dst, 64),
    src64: registerName(src, 64),
    imm,
    operand: registerForm ? registerName(src, row.width) : `${imm}`,
    dstAddress: address(dst),
    srcAddress: address(src),
    target: names.get(targetAt(program, pc) ?? -1) ?? '?',
    imm64: imm64At(program, pc),
    program,
  };
}

const PRINTERS: Readonly<Record<Shape, (fields: Printed) => string>> = {
  alu: ({ row, dst, operand }) => `${dst} ${row.symbol} ${operand}`,
  neg: ({ dst }) => `${dst} = -${dst}`,
  movsx: ({ row, dst, src }) => `${dst} = (${row.symbol})${src}`,
  swap: ({ row, dst64 }) => `${dst64} = ${row.symbol} ${dst64}`,
  jump: ({ row, dst, operand, target }) => `if ${dst} ${row.symbol} ${operand} goto ${target}`,
  goto: ({ target }) => `goto ${target}`,
  gotol: ({ target }) => `gotol ${target}`,
  may_goto: ({ target }) => `may_goto ${target}`,
  'call-helper': ({ imm }) => `call ${helperById(imm) ?? `helper#${imm}`}`,
  'call-local': ({ target }) => `call ${target}`,
  'call-kfunc': ({ imm }) => `call ${kfuncById(imm) ?? `kfunc#${imm}`}`,
  exit: () => 'exit',
  imm64: printImm64,
  load: ({ row, dst64, srcAddress }) => `${dst64} = *(${row.symbol} *)(${srcAddress})`,
  store: ({ row, dstAddress, src64 }) => `*(${row.symbol} *)(${dstAddress}) = ${src64}`,
  'store-imm': ({ row, dstAddress, imm }) => `*(${row.symbol} *)(${dstAddress}) = ${imm}`,
  atomic: ({ row, dstAddress, src }) => `lock *(u${row.width} *)(${dstAddress}) ${row.symbol} ${src}`,
  fetch: ({ row, dstAddress, src }) => `${src} = atomic_fetch_${row.symbol}((u${row.width} *)(${dstAddress}), ${src})`,
  xchg: ({ row, dstAddress, src }) => `${src} = xchg${suffix(row)}(${dstAddress}, ${src})`,
  cmpxchg: ({ row, dstAddress, src }) => {
    const r0 = registerName(0, row.width);
    return `${r0} = cmpxchg${suffix(row)}(${dstAddress}, ${r0}, ${src})`;
  },
  'load-acquire': ({ row, dst, srcAddress }) => `${dst} = load_acquire((${row.symbol} *)(${srcAddress}))`,
  'store-release': ({ row, dstAddress, src }) => `store_release((${row.symbol} *)(${dstAddress}), ${src})`,
};

/** LLVM's suffixes: `xchg_64`, `xchg32_32`. */
const suffix = (row: OpRow) => (row.width === 64 ? '_64' : '32_32');

function printImm64({ row, dst64, imm, imm64, program }: Printed): string {
  if (row.symbol === 'plain') return `${dst64} = 0x${imm64.toString(16)} ll`;
  if (row.symbol === 'map') return `${dst64} = map[${declaredName(program.maps, imm)}] ll`;
  return `${dst64} = type[${declaredName(program.types, imm - 1, imm)}] ll`;
}

/** The name of a declaration if it is a word and the first of its name, else `#` and the raw number. */
function declaredName(declared: readonly { readonly name: string }[], index: number, raw = index): string {
  const name = declared[index]?.name;
  if (name === undefined || !WORD.test(name)) return `#${raw}`;
  return declared.findIndex((item) => item.name === name) === index ? name : `#${raw}`;
}
