/** Tests of the selftest: what clang makes of it is the program itself, for every case of the corpus and for random ones. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededChoices } from '../../../generators/choices.js';
import { PROFILE_NAMES, PROFILES } from '../../../generators/profile.js';
import { generate } from '../../../generators/program.js';
import type { Case } from '../../../src/case/case.js';
import { readCase } from '../../../src/case/read.js';
import { expectationOf } from '../../../src/export/expectation.js';
import { selftest } from '../../../src/export/selftest.js';
import { OP_NAMES } from '../../../src/isa/op.js';
import { opAt, type Program } from '../../../src/isa/program.js';
import { anyProgram } from '../../programs.js';
import { CLANG, CLANG_NOTE, CLANGS, type Clang, compile } from './clang.js';
import { BTF_DECL_TAG, BTF_FUNC, type ObjectFile } from './object-file.js';
import { differences } from './same-instructions.js';

const files = readdirSync('corpus', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.bpf'))
  .sort()
  .map((name) => join('corpus', name));

function caseOf(text: string): Case {
  const read = readCase(text);
  if (!read.ok) throw new Error(JSON.stringify(read.errors));
  return read.case;
}

function caseAround(program: Program): Case {
  return {
    title: 'a case',
    origin: undefined,
    program,
    runs: [],
    refusals: [],
    known: [],
    patches: [],
    expected: [],
  };
}

const ACCEPTED = { accepts: true, retval: undefined } as const;

function textOf(of: Case, name = 'the_case', expected = expectationOf(of)): string {
  const written = selftest(of, name, expected);
  if (!written.ok) throw new Error(written.message);
  return written.text;
}

function compiled(text: string, clang: Clang, beside: Readonly<Record<string, string>> = {}): ObjectFile {
  const result = compile(text, clang, beside);
  if ('errors' in result) throw new Error(`${result.errors}\n${text}`);
  return result.object;
}

const expectedNames = ({ subprograms }: Program, main = 'the_case') => ({
  subprograms: subprograms.map(({ name }, index) => (index === 0 ? main : name)),
});

/** The tags of a function, as the kernel's test loader reads them: sorted by number, without it. */
function tagsOf({ types }: ObjectFile, name: string): readonly string[] {
  const id = types.findIndex((type) => type.kind === BTF_FUNC && type.name === name);
  return types
    .filter(({ kind, size }) => kind === BTF_DECL_TAG && size === id)
    .map((tag) => /^comment:(\d+):(.*)$/.exec(tag.name))
    .sort((a, b) => Number(a?.[1]) - Number(b?.[1]))
    .map((match) => match?.[2] ?? '');
}

const PLAIN = (lines: string, head = '') => `;! case: a case
;! origin: hand
${head}
main:
${lines
  .split('\n')
  .map((line) => (line.endsWith(':') ? line : `    ${line}`))
  .join('\n')}
`;

describe('selftest', () => {
  it('selftest says in annotations what the kernel is expected to do', () => {
    const of = caseOf(PLAIN('r0 = 0\nexit'));
    const accepted = textOf(of, 'x', { accepts: true, retval: -3 });
    expect(accepted).toContain('\n__success\n__retval(-3)\n__naked int x(void)\n');
    expect(textOf(of, 'x', ACCEPTED)).toContain('\n__success\n__naked int x(');
    const refused = textOf(of, 'x', { accepts: false, messages: ['R1 !read_ok', 'say "no"'] });
    expect(refused).toContain('\n__failure\n__msg("R1 !read_ok")\n__msg("say \\"no\\"")\n__naked int x(');
  });

  it('selftest keeps the comments of the case beside the instructions', () => {
    const text = textOf(
      caseOf(PLAIN('; above */ it\nr0 = 0                        ; behind\nexit').replace('    ; above', '; above')),
    );
    expect(text).toContain('\t/* above * / it */\n\t"r0 = 0;"\t/* behind */\n');
  });

  it('selftest refuses a call that has no name in C', () => {
    const of = caseOf(PLAIN('call kfunc#77\nr0 = 0\nexit'));
    expect(selftest(of, 'x', ACCEPTED)).toEqual({ ok: false, message: 'the kfunc 77 called at pc 0 has no name' });
  });
});

describe.skipIf(CLANG === undefined)(`selftest through ${CLANG_NOTE}`, () => {
  const clang = CLANG ?? { command: '', version: 0 };

  it.each(files)('selftest of %s compiles to the instructions of the case', (path) => {
    const of = caseOf(readFileSync(path, 'utf8'));
    const object = compiled(textOf(of), clang);
    expect(differences(of.program, object, expectedNames(of.program))).toEqual([]);
  });

  it('selftest of generated programs of every profile compiles to their instructions', () => {
    for (const profile of PROFILE_NAMES) {
      for (let index = 0; index < 5; index++) {
        const { program } = generate(seededChoices('selftest', index), PROFILES[profile]);
        const object = compiled(textOf(caseAround(program), 'the_case', ACCEPTED), clang);
        expect(differences(program, object, expectedNames(program)), `${profile} ${index}`).toEqual([]);
      }
    }
  });

  it('selftest of programs over every op compiles to their instructions', () => {
    const seen = new Set<string | undefined>();
    let programs = 0;
    for (const program of fc.sample(anyProgram, { numRuns: 600, seed: 3 })) {
      const of = caseAround(program);
      const written = selftest(of, 'the_case', ACCEPTED);
      const ops = Array.from({ length: program.length }, (_, pc) => opAt(program, pc));
      if (!written.ok || ops.every((op) => seen.has(op))) continue;
      for (const op of ops) seen.add(op);
      programs++;
      const names = [...written.text.matchAll(/^(?:static __used )?(?:__naked|__noinline) .*\b(\w+)\(.*\)$/gm)]
        .map((match) => match[1] ?? '')
        .reverse();
      expect(differences(program, compiled(written.text, clang), { subprograms: names })).toEqual([]);
    }
    expect(OP_NAMES.filter((op) => !seen.has(op))).toEqual([]);
    expect(programs).toBeGreaterThan(5);
  });

  it('selftest has tags that the loader of the kernel reads, in their order', () => {
    const of = caseOf(readFileSync(join('corpus', 'readme.bpf'), 'utf8'));
    const object = compiled(textOf(of), clang);
    expect(tagsOf(object, 'the_case')).toEqual([
      'test_description=every directive of the corpus format',
      'test_expect_failure',
      'test_expect_msg=Unreleased reference',
      'test_expect_msg=bpf_throw would lead to reference leak',
    ]);
    expect(tagsOf(object, 'struct_ids').slice(1)).toEqual(['test_expect_success', 'test_retval=0']);
  });

  it('selftest uses the macros of bpf_misc.h where that is there', () => {
    const of = caseOf(readFileSync(join('corpus', 'readme.bpf'), 'utf8'));
    const misc = '#define __msg(msg) __attribute__((btf_decl_tag("of the tree: " msg)))\n';
    const { types } = compiled(textOf(of), clang, { 'bpf_misc.h': misc });
    expect(types.some(({ name }) => name === 'of the tree: Unreleased reference')).toBe(true);
  });

  it('selftest writes BTF for every kfunc that only assembly calls', () => {
    const of = caseOf(readFileSync(join('corpus', 'readme.bpf'), 'utf8'));
    const { types } = compiled(textOf(of), clang);
    const functions = types.filter(({ kind }) => kind === BTF_FUNC).map(({ name }) => name);
    expect(functions).toEqual(expect.arrayContaining(['bpf_throw', 'bpf_obj_new_impl', 'bpf_obj_drop_impl']));
  });

  it('selftest makes names of C out of whatever labels, maps and types are called', () => {
    const head = ';! type: int 8\n;! type: task_struct 12\n;! map: a.b ringbuf 4096\n';
    const body = `r1 = type[task_struct] ll
r2 = map[a.b] ll
call while
while.not:
if r0 == 0 goto while.not
call while$
exit
while:
if r0 == 0 goto while
exit
while$:
exit`;
    const of = caseOf(PLAIN(body, head));
    const text = textOf(of, 'default', ACCEPTED);
    expect(text).toContain('struct task_struct_2 {\n\tunsigned char bytes[12];');
    const object = compiled(text, clang);
    expect([...object.functions.keys()]).toEqual(expect.arrayContaining(['default_2', 'while_2', 'while_']));
  });

  const oldest = CLANGS.at(-1) ?? clang;
  it.skipIf(CLANGS.length < 2)(`selftest of every sixth case compiles with clang ${oldest.version} too`, () => {
    for (const path of files.filter((_, index) => index % 6 === 0)) {
      const of = caseOf(readFileSync(path, 'utf8'));
      const object = compiled(textOf(of), oldest);
      expect(differences(of.program, object, expectedNames(of.program)), basename(path)).toEqual([]);
    }
  });
});
