/**
 * Instructions as the inline assembly that kernel selftests are written in. The syntax is that of the listing; what differs
 * is how names reach the assembler: helpers, kfuncs, maps and struct ids as operands, labels made local by `%=`.
 */
import { printInstruction } from '../asm/print.js';
import { registerName } from '../asm/syntax.js';
import { type CallableName, helperById, kfuncById } from '../isa/callables.js';
import type { OpRow, Shape } from '../isa/op.js';
import { type Program, rowAt, targetAt } from '../isa/program.js';

/** The C names of what a program refers to. */
export interface AssemblyNames {
  /** Of subprograms, by index. */
  readonly subprograms: readonly string[];
  /** Of jump targets, by pc. */
  readonly labels: ReadonlyMap<number, string>;
  readonly maps: readonly string[];
  /** Constants that are the BTF ids of struct types. */
  readonly typeIds: readonly string[];
  /** Instructions whose number is the id of a struct type: its index, by pc. */
  readonly typeAt: ReadonlyMap<number, number>;
}

/** What a line of assembly takes from C. */
export type AssemblyOperand =
  | { readonly is: 'callable'; readonly name: CallableName }
  | { readonly is: 'map'; readonly name: string }
  | { readonly is: 'constant'; readonly name: string };

/** One instruction in assembly, or why it has none. `since`: the first LLVM whose assembler knows it, where that matters. */
export type AssemblyLine =
  | { readonly ok: true; readonly text: string; readonly operand?: AssemblyOperand; readonly since?: Since }
  | { readonly ok: false; readonly message: string };

/** LLVM versions from which on an instruction can be written in words. */
export type Since = 19 | 20;

/** The instruction that starts at a pc; without the `;` that separates it from the next. */
export function assemblyAt(program: Program, pc: number, names: AssemblyNames): AssemblyLine {
  const row = rowAt(program, pc);
  if (row === undefined) return { ok: false, message: `no instruction starts at pc ${pc}` };
  const line = ASSEMBLERS[row.shape]({ program, pc, names, imm: program.imm[pc] ?? 0 });
  const since = SINCE[row.shape](row);
  return line.ok && since !== undefined ? { ...line, since } : line;
}

/** Tried with clang 16, 19 and 22; what 16 cannot assemble is taken to be new in 19. */
const SINCE: Readonly<Record<Shape, (row: OpRow) => Since | undefined>> = {
  alu: ({ symbol }) => (symbol === 's/=' || symbol === 's%=' ? 19 : undefined),
  neg: () => undefined,
  movsx: () => 19,
  swap: ({ symbol }) => (symbol.startsWith('bswap') ? 19 : undefined),
  jump: ({ symbol }) => (symbol === '&' ? 19 : undefined),
  goto: () => undefined,
  gotol: () => 19,
  may_goto: () => 19,
  'call-helper': () => undefined,
  'call-local': () => undefined,
  'call-kfunc': () => undefined,
  exit: () => undefined,
  imm64: () => undefined,
  load: ({ symbol }) => (symbol.startsWith('s') ? 19 : undefined),
  store: () => undefined,
  'store-imm': () => 19,
  atomic: () => undefined,
  fetch: () => 19,
  xchg: () => 19,
  cmpxchg: () => 19,
  'load-acquire': () => 20,
  'store-release': () => 20,
};

interface Site {
  readonly program: Program;
  readonly pc: number;
  readonly names: AssemblyNames;
  readonly imm: number;
}

type Assembler = (site: Site) => AssemblyLine;

const line = (text: string, operand?: AssemblyOperand): AssemblyLine =>
  operand === undefined ? { ok: true, text } : { ok: true, text, operand };

/** The register that a load writes, 64 or 32 bits wide. */
const destination = ({ program, pc }: Site) => registerName(program.dst[pc] ?? 0, rowAt(program, pc)?.width ?? 64);

/** A constant, where it is the id of a struct type. */
const typeId = (site: Site): AssemblyLine | undefined => {
  const id = site.names.typeIds[site.names.typeAt.get(site.pc) ?? -1];
  if (id === undefined) return undefined;
  const wide = rowAt(site.program, site.pc)?.shape === 'imm64' ? ' ll' : '';
  return line(`${destination(site)} = %[${id}]${wide}`, { is: 'constant', name: id });
};

/** As in the listing. A per cent sign begins an operand of inline assembly unless it is doubled. */
const listed: Assembler = ({ program, pc }) => line(printInstruction(program, pc).replaceAll('%', '%%'));

/** As in the listing, with the local name of the label. */
const jumping: Assembler = ({ program, pc, names }) => {
  const target = targetAt(program, pc) ?? -1;
  return line(printInstruction(program, pc, new Map([[target, `${names.labels.get(target) ?? `l${target}`}_%=`]])));
};

const calling =
  (as: 'helper' | 'kfunc', nameOf: (id: number) => CallableName | undefined): Assembler =>
  ({ pc, imm }) => {
    const name = nameOf(imm);
    if (name !== undefined) return line(`call %[${name}]`, { is: 'callable', name });
    // A helper is its number. A kfunc has none of its own: without a name there is nothing to call.
    if (as === 'helper') return line(`call ${imm}`);
    return { ok: false, message: `the kfunc ${imm} called at pc ${pc} has no name` };
  };

const imm64: Assembler = (site) => {
  const { program, pc, names, imm } = site;
  const dst = destination(site);
  const symbol = rowAt(program, pc)?.symbol;
  if (symbol === 'map') {
    const map = names.maps[imm];
    if (map === undefined) return { ok: false, message: `the map ${imm} loaded at pc ${pc} is not declared` };
    return line(`${dst} = %[${map}] ll`, { is: 'map', name: map });
  }
  if (symbol === 'type') {
    const id = names.typeIds[imm - 1];
    if (id === undefined) return { ok: false, message: `the type ${imm} loaded at pc ${pc} is not declared` };
    return line(`${dst} = %[${id}] ll`, { is: 'constant', name: id });
  }
  return typeId(site) ?? listed(site);
};

const ASSEMBLERS: Readonly<Record<Shape, Assembler>> = {
  alu: (site) => typeId(site) ?? listed(site),
  neg: listed,
  movsx: listed,
  swap: listed,
  jump: jumping,
  goto: jumping,
  gotol: jumping,
  may_goto: jumping,
  'call-helper': calling('helper', helperById),
  'call-local': ({ program, pc, names }) =>
    line(`call ${names.subprograms[program.subprogramOf[targetAt(program, pc) ?? 0] ?? 0]}`),
  'call-kfunc': calling('kfunc', kfuncById),
  exit: listed,
  imm64,
  load: listed,
  store: listed,
  'store-imm': listed,
  atomic: listed,
  fetch: listed,
  xchg: listed,
  cmpxchg: listed,
  'load-acquire': listed,
  'store-release': listed,
};
