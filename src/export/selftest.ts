/**
 * A case as a kernel selftest: one C file for tools/testing/selftests/bpf/progs that clang also compiles alone. Every
 * subprogram is a naked function of inline assembly, so that the kernel sees exactly the instructions of the case.
 *
 * The means are those of the kernel's own files (verifier_*.c, iters.c): annotations of bpf_misc.h, helpers, kfuncs and
 * maps as "i" operands, and functions in C that are not called but name what only assembly uses, because clang writes
 * no BTF for it otherwise.
 */
import { labelNames } from '../asm/print.js';
import type { Case } from '../case/case.js';
import { DIRECTIVES } from '../case/directives.js';
import { CALLABLE_NAMES, CALLABLES, type CallableName } from '../isa/callables.js';
import { opAt, type Program, type Subprogram, targetAt, widthAt } from '../isa/program.js';
import { scratchLiveness } from '../verify/liveness.js';
import { type AssemblyNames, type AssemblyOperand, assemblyAt } from './assembly.js';
import { hexSlots } from './byte-listing.js';
import { declaration, mapMembers, prototypeOf, structsNamedBy } from './c-declarations.js';
import { CNames, cComment, cString } from './c-names.js';
import type { Expectation } from './expectation.js';
import { PRELUDE } from './prelude.js';
import { parameterGroups, structIds } from './struct-ids.js';

/** The C file, or why the case cannot be one. */
export type Selftest = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

/** Writes a case as a selftest; `name` becomes the name of the program. */
export function selftest(of: Case, name: string, expected: Expectation): Selftest {
  const { program } = of;
  const names = namesOf(program, name);
  const bodies = program.subprograms.map((subprogram) => bodyOf(of, subprogram, names));
  const wrong = bodies.find((body) => !body.ok);
  if (wrong?.ok === false) return wrong;
  const written = bodies.flatMap((body) => (body.ok ? [body] : []));
  const used = new Set(written.flatMap(({ callables }) => callables));
  const callables = CALLABLE_NAMES.filter((callable) => used.has(callable));
  const heads = headsOf(of, names, expected);
  const functions = written.map(({ text }, index) => `${heads[index]}\n${text}`);
  const parts = [
    headComment(of, name),
    PRELUDE,
    declarationsOf(program, names, callables),
    rootsOf(names, callables),
    // Callees first, as people write C. The order in the object does not count: loaders place subprograms anew.
    ...functions.slice(1).reverse(),
    functions[0] ?? '',
    structCheck(names),
    'char _license[] SEC("license") = "GPL";',
  ];
  return { ok: true, text: `${parts.filter((part) => part !== '').join('\n\n')}\n` };
}

interface Names extends AssemblyNames {
  /** Tags of struct types, by index. */
  readonly structs: readonly string[];
}

function namesOf(program: Program, name: string): Names {
  const taken = new CNames([...CALLABLE_NAMES, ...structsNamedBy(CALLABLE_NAMES)]);
  const subprograms = program.subprograms.map((subprogram, index) => taken.take(index === 0 ? name : subprogram.name));
  const maps = program.maps.map((map) => taken.take(map.name));
  const structs = program.types.map((type) => taken.take(type.name));
  const typeIds = structs.map((struct) => taken.take(`${struct}_btf_id`));
  const local = new CNames();
  const labels = new Map([...labelNames(program)].map(([pc, label]) => [pc, local.take(label)]));
  return { subprograms, maps, structs, typeIds, labels };
}

function headComment(of: Case, name: string): string {
  const truth = DIRECTIVES.run.write(of);
  const lines = [
    of.title,
    '',
    `Written by unwindiff (export --as selftest). Alone: clang -target bpf -O2 -g -mcpu=v4 -c ${name}.c`,
    'In the kernel: put it into tools/testing/selftests/bpf/progs and RUN_TESTS() its skeleton.',
    ...(truth.length === 0 ? [] : ['', 'The truth, one world a line; cb are the context words at offset 48:']),
    ...truth.map((line) => `  ${line}`),
  ];
  const body = lines.map((line) => ` * ${cComment(line)}`.trimEnd());
  return ['// SPDX-License-Identifier: GPL-2.0', '/*', ...body, ' */'].join('\n');
}

function declarationsOf(program: Program, names: Names, callables: readonly CallableName[]): string {
  const ids = structIds(program.maps.map(mapMembers), program.types);
  return [
    'struct __sk_buff;',
    // A body, whatever is in it: libbpf does not match a forward declaration with the kernel's struct.
    ...structsNamedBy(callables).map((tag) => `struct ${tag} {\n\tint unused;\n};`),
    ...program.types.map(({ size }, index) => `struct ${names.structs[index]} {\n\tunsigned char bytes[${size}];\n};`),
    ...(ids.length === 0 ? [] : [ID_COMMENT]),
    ...(ids.length === 0
      ? []
      : [`enum {\n${ids.map((id, index) => `\t${names.typeIds[index]} = ${id},\n`).join('')}};`]),
    ...callables.map(declaration),
    ...program.maps.map((map, index) => {
      const members = mapMembers(map).map(({ name, value }) => `\t__uint(${name}, ${value});\n`);
      return `struct {\n${members.join('')}} ${names.maps[index]} SEC(".maps");`;
    }),
  ].join('\n');
}

const ID_COMMENT = `/*
 * Ids of these structs in the BTF of this object, as clang counts. Inline assembly takes no constant that only a
 * relocation knows, so a compiler or linker that counts otherwise needs other numbers here, or a loader that patches
 * the instructions. The program struct_ids fails in that case.
 */`;

/** Functions that nobody calls: what they name gets BTF. The structs come first, because the ids of types count up. */
function rootsOf({ structs }: Names, callables: readonly CallableName[]): string {
  const kfuncs = callables.filter((name) => CALLABLES[name].call.as === 'kfunc');
  const calls = kfuncs.map(
    (name) =>
      `\t${name}(${prototypeOf(name)
        .parameters.map(() => '0')
        .join(', ')});\n`,
  );
  const groups = parameterGroups(structs).map((group, index) => {
    const parameters = group.map((struct, at) => `struct ${struct} *a${at}`).join(', ');
    const uses = group.map((_, at) => `\t(void)a${at};\n`).join('');
    return `void struct_root_${index}(${parameters})\n{\n${uses}}`;
  });
  const functions = [...groups, ...(calls.length === 0 ? [] : [`void kfunc_root(void)\n{\n${calls.join('')}}`])];
  if (functions.length === 0) return '';
  const comment = '/* Not called: clang writes BTF only for what C names, and assembly does not count. */';
  return [comment, functions.join('\n\n')].join('\n');
}

/** A program that fails if the ids in the instructions are not those that libbpf finds in the BTF of the object. */
function structCheck({ structs, typeIds }: Names): string {
  if (structs.length === 0) return '';
  const wrong = structs.map((struct, index) => {
    return `__builtin_btf_type_id(*(struct ${struct} *)0, 0) != ${typeIds[index]}`;
  });
  return [
    'SEC("tc")',
    '__description("the struct ids in the instructions are those of this object")',
    '__success __retval(0)',
    'int struct_ids(struct __sk_buff *ctx)\n{',
    `\treturn ${wrong.join(' ||\n\t       ')};\n}`,
  ].join('\n');
}

/** What stands before the body of each subprogram; main also says what is expected of the kernel. */
function headsOf({ program, title }: Case, { subprograms }: Names, expected: Expectation): readonly string[] {
  const live = scratchLiveness(program);
  return program.subprograms.map(({ start, global }, index) => {
    const name = subprograms[index];
    if (index === 0) {
      return [
        'SEC("tc")',
        `__description(${cString(title)})`,
        ...annotations(expected),
        `__naked int ${name}(struct __sk_buff *ctx)`,
      ].join('\n');
    }
    if (!global) return `static __naked __noinline __used int ${name}(void)`;
    // The kernel verifies a global function by its prototype: whatever it reads is a scalar.
    const parameters = [1, 2, 3, 4, 5]
      .slice(0, highestBit((live[start] ?? 0) >> 1))
      .map((register) => `unsigned long long r${register}`);
    return `__naked __noinline int ${name}(${parameters.length === 0 ? 'void' : parameters.join(', ')})`;
  });
}

/** Position from 1 of the highest set bit, 0 if there is none. */
const highestBit = (mask: number) => 32 - Math.clz32(mask);

function annotations(expected: Expectation): readonly string[] {
  if (!expected.accepts) return ['__failure', ...expected.messages.map((message) => `__msg(${cString(message)})`)];
  return ['__success', ...(expected.retval === undefined ? [] : [`__retval(${expected.retval})`])];
}

type Body =
  | { readonly ok: true; readonly text: string; readonly callables: readonly CallableName[] }
  | { readonly ok: false; readonly message: string };

function bodyOf(of: Case, { start, end }: Subprogram, names: Names): Body {
  const { program } = of;
  const targets = jumpTargets(program);
  const bytes = hexSlots(program);
  const lines: string[] = [];
  const operands = new Map<string, AssemblyOperand>();
  for (let pc = start; pc < end; pc += widthAt(program, pc)) {
    lines.push(...commentsBefore(of, `label ${pc}`), ...commentsBefore(of, `instruction ${pc}`));
    if (targets.has(pc)) lines.push(`"${names.labels.get(pc)}_%=:"`);
    const line = assemblyAt(program, pc, names);
    if (!line.ok) return line;
    if (line.operand !== undefined) operands.set(line.operand.name, line.operand);
    const text =
      line.since === undefined ? `"${line.text};"` : `since_llvm_${line.since}("${line.text};", "${word(bytes[pc])}")`;
    lines.push(`\t${text}${commentBehind(of, `instruction ${pc}`)}`);
  }
  const inputs = [...operands.values()].map(operandText).join(',\n\t  ');
  const tail = inputs === '' ? '\t::: __clobber_all);' : `\t:\n\t: ${inputs}\n\t: __clobber_all);`;
  return {
    ok: true,
    text: ['{', '\tasm volatile (', ...lines, tail, '}'].join('\n'),
    callables: [...operands.values()].flatMap((operand) => (operand.is === 'callable' ? [operand.name] : [])),
  };
}

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
