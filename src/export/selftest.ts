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
import type { Program } from '../isa/program.js';
import type { AssemblyNames } from './assembly.js';
import { declaration, mapMembers, prototypeOf, structsNamedBy } from './c-declarations.js';
import { CNames, cComment, cString } from './c-names.js';
import type { Expectation } from './expectation.js';
import { functionsOf } from './functions.js';
import { PRELUDE } from './prelude.js';
import { structConstants } from './struct-constants.js';
import { parameterGroups, structIds } from './struct-ids.js';

/** The C file, or why the case cannot be one. */
export type Selftest = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

/** Writes a case as a selftest; `name` becomes the name of the program. */
export function selftest(of: Case, name: string, expected: Expectation): Selftest {
  const { program } = of;
  const constants = structConstants(program);
  const names = namesOf(program, name, constants.types);
  const functions: string[] = [];
  const used = new Set<CallableName>();
  for (const written of functionsOf(of, names, annotations(of, expected), constants.unknown)) {
    if (!written.ok) return written;
    functions.push(written.text);
    for (const callable of written.callables) used.add(callable);
  }
  const callables = CALLABLE_NAMES.filter((callable) => used.has(callable));
  const parts = [
    headComment(of, name),
    PRELUDE,
    declarationsOf(program, names, callables),
    rootsOf(names, callables),
    // Callees first, as people write C. The order in the object does not count: loaders place subprograms anew.
    ...functions.reverse(),
    structCheck(names),
    'char _license[] SEC("license") = "GPL";',
  ];
  return { ok: true, text: `${parts.filter((part) => part !== '').join('\n\n')}\n` };
}

interface Names extends AssemblyNames {
  /** Tags of struct types, by index. */
  readonly structs: readonly string[];
}

function namesOf(program: Program, name: string, typeAt: ReadonlyMap<number, number>): Names {
  const taken = new CNames([...CALLABLE_NAMES, ...parameterGroups(program.types).map((_, group) => structRoot(group))]);
  const subprograms = program.subprograms.map((subprogram, index) => taken.take(index === 0 ? name : subprogram.name));
  const maps = program.maps.map((map) => taken.take(map.name));
  // Tags of structs are names of their own in C.
  const tags = new CNames(structsNamedBy(CALLABLE_NAMES));
  const structs = program.types.map((type) => tags.take(type.name));
  const typeIds = structs.map((struct) => taken.take(`${struct}_btf_id`));
  const local = new CNames();
  const labels = new Map([...labelNames(program)].map(([pc, label]) => [pc, local.take(label)]));
  return { subprograms, maps, structs, typeIds, typeAt, labels };
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

const structRoot = (group: number) => `struct_root_${group}`;

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
    return `void ${structRoot(index)}(${parameters})\n{\n${uses}}`;
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
    'int struct_ids(void *ctx)\n{',
    `\treturn ${wrong.join(' ||\n\t       ')};\n}`,
  ].join('\n');
}

/** What stands before main: what the kernel is expected to do with it. */
function annotations({ title }: Case, expected: Expectation): readonly string[] {
  const verdict = expected.accepts
    ? ['__success', ...(expected.retval === undefined ? [] : [`__retval(${expected.retval})`])]
    : ['__failure', ...expected.messages.map((message) => `__msg(${cString(message)})`)];
  return ['SEC("tc")', `__description(${cString(title)})`, ...verdict];
}
