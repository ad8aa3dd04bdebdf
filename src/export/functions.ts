/**
 * The subprograms of a case as C functions of inline assembly. They are naked, so that the compiler adds nothing. A
 * global one with parameters cannot be: the kernel takes what it may read from its prototype in BTF, and clang names no
 * parameters of naked functions there. Its last `exit` is left to the compiler, which has nothing else to add.
 */
import type { Case } from '../case/case.js';
import type { CallableName } from '../isa/callables.js';
import { opAt, type Program, type Subprogram, targetAt, widthAt } from '../isa/program.js';
import { scratchLiveness } from '../verify/liveness.js';
import { type AssemblyNames, type AssemblyOperand, assemblyAt } from './assembly.js';
import { hexSlots } from './byte-listing.js';
import { cComment } from './c-names.js';

/** One function and the helpers and kfuncs it calls, or why it cannot be written. */
export type CFunction =
  | { readonly ok: true; readonly text: string; readonly callables: readonly CallableName[] }
  | { readonly ok: false; readonly message: string };

/** All subprograms in their order. `annotations` stand before main; `unknownIds`: calls whose struct id a loader has to set. */
export function functionsOf(
  of: Case,
  names: AssemblyNames,
  annotations: readonly string[],
  unknownIds: ReadonlySet<number>,
): readonly CFunction[] {
  const { program } = of;
  const live = scratchLiveness(program);
  const writing = { of, names, unknownIds, targets: jumpTargets(program), bytes: hexSlots(program) };
  return program.subprograms.map((subprogram, index): CFunction => {
    const { start, global } = subprogram;
    const name = names.subprograms[index] ?? '';
    const parameters = index > 0 && global ? highestBit((live[start] ?? 0) >> 1) : 0;
    if (parameters > 0 && opAt(program, subprogram.end - 1) === 'exit') {
      return assembled(writing, subprogram, prototype(name, parameters), 'compiler');
    }
    const head =
      index === 0
        ? `${annotations.join('\n')}\n__naked int ${name}(void)`
        : `${global ? '' : 'static __used '}__naked __noinline int ${name}(void)`;
    return assembled(writing, subprogram, parameters === 0 ? head : `${NO_PARAMETERS}\n${head}`, 'assembly');
  });
}

const NO_PARAMETERS =
  '/* Reads registers that BTF cannot tell the kernel of: it does not end in exit, so it must be naked. */';

/** Position from 1 of the highest set bit, 0 if there is none. */
const highestBit = (mask: number) => 32 - Math.clz32(mask);

/** The kernel verifies a global function by its prototype: whatever it reads is a scalar. */
function prototype(name: string, parameters: number): string {
  const list = Array.from({ length: parameters }, (_, index) => `unsigned long long r${index + 1}`);
  return `__noinline unsigned long long ${name}(${list.join(', ')})`;
}

interface Writing {
  readonly of: Case;
  readonly names: AssemblyNames;
  readonly unknownIds: ReadonlySet<number>;
  readonly targets: ReadonlySet<number>;
  readonly bytes: readonly string[];
}

/** A function with its head; `last` says who writes the last `exit`. */
function assembled(
  writing: Writing,
  { start, end }: Subprogram,
  head: string,
  last: 'assembly' | 'compiler',
): CFunction {
  const { of, names, unknownIds, targets, bytes } = writing;
  const { program } = of;
  const lines: string[] = [];
  const operands = new Map<string, AssemblyOperand>();
  for (let pc = start; pc < end; pc += widthAt(program, pc)) {
    lines.push(...commentsBefore(of, `label ${pc}`), ...commentsBefore(of, `instruction ${pc}`));
    if (unknownIds.has(pc)) lines.push(UNKNOWN_ID);
    if (targets.has(pc)) lines.push(`"${names.labels.get(pc)}_%=:"`);
    if (last === 'compiler' && pc === end - 1) break;
    const line = assemblyAt(program, pc, names);
    if (!line.ok) return line;
    if (line.operand !== undefined) operands.set(line.operand.name, line.operand);
    const { text, since } = line;
    const plain = `"${text};"`;
    const statement = since === undefined ? plain : `since_llvm_${since}(${plain}, "${word(bytes[pc])}")`;
    lines.push(`\t${statement}${commentBehind(of, `instruction ${pc}`)}`);
  }
  const used = [...operands.values()];
  const outputs = last === 'compiler' ? ' "=r"(r0)' : '';
  const inputs = used.length === 0 ? '' : ` ${used.map(operandText).join(',\n\t  ')}`;
  const body = [
    head,
    '{',
    ...(last === 'compiler' ? ['\tregister unsigned long long r0 asm("r0");', ''] : []),
    '\tasm volatile (',
    ...(lines.length === 0 ? ['\t""'] : lines),
    `\t:${outputs}`,
    `\t:${inputs}`,
    `\t: ${last === 'compiler' ? CLOBBER_ALL_BUT_R0 : '__clobber_all'});`,
    ...(last === 'compiler' ? ['\treturn r0;'] : []),
    '}',
  ];
  return {
    ok: true,
    text: body.join('\n'),
    callables: used.flatMap((operand) => (operand.is === 'callable' ? [operand.name] : [])),
  };
}

const CLOBBER_ALL_BUT_R0 = '"r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "memory"';
const UNKNOWN_ID =
  "\t/* The struct id in r1 is a number of unwindiff's own: a loader has to make it that of this object's BTF. */";

/** The number that the bytes of a slot are on a little-endian machine. */
function word(bytes = ''): string {
  return bytes.match(/../g)?.reverse().join('') ?? '';
}

function jumpTargets(program: Program): ReadonlySet<number> {
  const targets = new Set<number>();
  for (let pc = 0; pc < program.length; pc++) {
    const target = opAt(program, pc) === 'call_local' ? undefined : targetAt(program, pc);
    if (target !== undefined) targets.add(target);
  }
  return targets;
}

function operandText(operand: AssemblyOperand): string {
  switch (operand.is) {
    case 'callable':
    case 'constant':
      return `__imm(${operand.name})`;
    case 'map':
      return `__imm_addr(${operand.name})`;
    default:
      return operand satisfies never;
  }
}

/** The comments that stand in the case above an item. */
function commentsBefore({ layout }: Case, item: string): readonly string[] {
  const lines = layout?.before.get(item) ?? [];
  return lines.flatMap((line) => {
    const text = line.replace(/^\s*;\s?/, '').trim();
    return text === '' ? [] : [`\t/* ${cComment(text)} */`];
  });
}

function commentBehind({ layout }: Case, item: string): string {
  const text = layout?.trailing.get(item)?.comment?.trim();
  return text === undefined || text === '' ? '' : `\t/* ${cComment(text)} */`;
}
