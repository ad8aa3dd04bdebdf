/** Tests of subprograms as C functions. That clang keeps their instructions is tested with selftest. */
import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import { functionsOf } from '../../../src/export/functions.js';

/** The functions of a program whose subprograms `callee` and `other` are called by main. */
function functions(callee: readonly string[], global: boolean, unknownIds: readonly number[] = []) {
  const lines = callee.map((line) => (line.endsWith(':') ? line : `    ${line}`)).join('\n');
  const text = `main:\n    r1 = 1\n    r2 = 2\n    call callee\n    exit\ncallee:\n${lines}\n`;
  const parsed = parseProgram(text, { globals: global ? [{ name: 'callee', line: 1, column: 1 }] : [] });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const { program } = parsed;
  const names = {
    subprograms: ['the_case', 'callee'],
    labels: new Map(Array.from({ length: program.length }, (_, pc) => [pc, `l${pc}`] as const)),
    maps: [],
    typeIds: [],
    typeAt: new Map<number, number>(),
  };
  const of = {
    title: 'a',
    origin: undefined,
    program,
    runs: [],
    refusals: [],
    known: [],
    patches: [],
    expected: [],
  };
  return functionsOf(of, names, ['SEC("tc")'], new Set(unknownIds)).map((written) =>
    written.ok ? written.text : written.message,
  );
}

describe('functionsOf', () => {
  it('functionsOf puts the annotations before main, which is naked', () => {
    expect(functions(['r0 = 0', 'exit'], false)[0]).toBe(`SEC("tc")
__naked int the_case(void)
{
	asm volatile (
	"r1 = 1;"
	"r2 = 2;"
	"call callee;"
	"exit;"
	:
	:
	: __clobber_all);
}`);
  });

  it('functionsOf makes a static subprogram a static naked function, whatever it reads', () => {
    const [, callee = ''] = functions(['r0 = r1', 'exit'], false);
    expect(callee).toMatch(/^static __used __naked __noinline int callee\(void\)\n/);
  });

  it('functionsOf gives a global subprogram the parameters it may read, and its last exit to the compiler', () => {
    expect(
      functions(['r0 = r2', 'call bpf_throw', 'exit'], true)[1],
    ).toBe(`__noinline unsigned long long callee(unsigned long long r1, unsigned long long r2)
{
	register unsigned long long r0 asm("r0");

	asm volatile (
	"r0 = r2;"
	"call %[bpf_throw];"
	: "=r"(r0)
	: __imm(bpf_throw)
	: "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "memory");
	return r0;
}`);
  });

  it('functionsOf keeps the label of an exit that the compiler writes', () => {
    const [, callee = ''] = functions(['r0 = 0', 'if r1 == 0 goto out', 'r0 = 1', 'out:', 'exit'], true);
    expect(callee).toContain('"r0 = 1;"\n"l7_%=:"\n\t: "=r"(r0)');
    expect(callee).not.toContain('exit;');
  });

  it('functionsOf makes a global subprogram that reads nothing naked', () => {
    const [, callee = ''] = functions(['r0 = 0', 'exit'], true);
    expect(callee).toMatch(/^__naked __noinline int callee\(void\)\n/);
    expect(callee).toContain('"exit;"');
  });

  it('functionsOf says of a global subprogram that ends in a jump what the kernel is not told', () => {
    const [, callee = ''] = functions(['r0 = r1', 'goto end', 'back:', 'exit', 'end:', 'goto back'], true);
    expect(callee).toMatch(/^\/\* Reads registers that BTF .*\*\/\n__naked __noinline int callee\(void\)\n/);
    expect(callee).toContain('"exit;"');
  });

  it('functionsOf marks calls whose struct id a loader has to set', () => {
    const [main = ''] = functions(['r0 = 0', 'exit'], false, [2]);
    expect(main).toMatch(/\/\* The struct id in r1 .*\*\/\n\t"call callee;"/);
  });

  it('functionsOf hands on why an instruction cannot be written', () => {
    expect(functions(['call kfunc#77', 'exit'], false)[1]).toContain('the kfunc 77');
  });
});
