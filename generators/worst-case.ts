/**
 * Programs that grow with n in one way each: the shapes that are dearest for one design or another (domain, section 6).
 * They come with landing pads, written from the scopes as a compiler would.
 */
import { parseProgram } from '../src/asm/parse.js';
import type { LandingPad, Program } from '../src/isa/program.js';

/** A shape and the sizes that it is measured at, ascending. */
export interface WorstCase {
  readonly name: WorstCaseName;
  /** What n counts, for people. */
  readonly counts: string;
  readonly sizes: readonly number[];
  program(n: number): Program;
}

export type WorstCaseName = 'fan-in' | 'fan-in-untidy' | 'throw-pcs' | 'objects' | 'nested' | 'nested-globals';

/** Frames that a chain of calls may have. */
const FRAMES = 8;
/** The large buffer: with the 8 bytes of the task it fills the stack. */
const BUFFER = 504;
const EIGHT = [1, 2, 3, 4, 5, 6, 7, FRAMES];

/** All shapes, in the order in which reports list them. */
export const WORST_CASES: readonly WorstCase[] = [
  {
    name: 'fan-in',
    counts: 'NULL-or-pointer slots at one throw',
    sizes: [1, 2, 4, 8, 12, 16, 24],
    program: (n) => fanIn(n, true),
  },
  {
    name: 'fan-in-untidy',
    counts: 'the same, slots are left as they are after the release',
    sizes: [1, 2, 4, 6, 8, 10, 12],
    program: (n) => fanIn(n, false),
  },
  {
    name: 'throw-pcs',
    counts: `throws over a buffer of ${BUFFER} bytes`,
    sizes: [1, 2, 4, 8, 16, 32, 64],
    program: throwPcs,
  },
  { name: 'objects', counts: 'live objects in as many slots', sizes: [1, 2, 4, 8, 16, 32, 48, 62], program: objects },
  { name: 'nested', counts: 'frames with a task each', sizes: EIGHT, program: (n) => nested(n, false) },
  {
    name: 'nested-globals',
    counts: 'frames with a task each, global subprograms',
    sizes: EIGHT,
    program: (n) => nested(n, true),
  },
];

/** Text that counts its slots, so that pads can name pcs. Every instruction written here has one. */
class Text {
  private readonly lines: string[] = [];
  pc = 0;

  label(name: string): void {
    this.lines.push(`${name}:`);
  }

  /** Appends instructions; returns the pc of the last. */
  code(...instructions: readonly string[]): number {
    this.lines.push(...instructions.map((each) => `    ${each}`));
    this.pc += instructions.length;
    return this.pc - 1;
  }

  program(pads: readonly LandingPad[], globals: readonly string[] = []): Program {
    const at = { line: 1, column: 1 };
    const parsed = parseProgram(`${this.lines.join('\n')}\n`, {
      globals: globals.map((name) => ({ name, ...at })),
      pads: pads.map((pad) => ({ pad, ...at })),
    });
    if (!parsed.ok) throw new Error(`a worst case is no program: ${parsed.errors[0]?.message ?? ''}`);
    return parsed.program;
  }
}

const slot = (index: number) => `*(u64 *)(r10 - ${8 * (index + 1)})`;
const upTo = (n: number) => Array.from({ length: n }, (_, index) => index);

/** Releases what a slot holds unless it is NULL. */
function releaseIfAny(text: Text, index: number, skip: string): void {
  text.code(`r1 = ${slot(index)}`, `if r1 == 0 goto ${skip}`, 'call bpf_task_release');
  text.label(skip);
}

function leave(text: Text): void {
  text.code('r0 = 0', 'exit');
}

/**
 * n slots hold a task or NULL when one throw may come. `tidy`: program and pad overwrite a slot once it is empty. Otherwise what was
 * released and what was NULL stay different, and a walk that compares dead slots, too, doubles at each of them.
 */
function fanIn(n: number, tidy: boolean): Program {
  const text = new Text();
  const empty = (names: string) => {
    for (const index of upTo(n)) {
      releaseIfAny(text, index, `${names}${index}`);
      if (tidy) text.code(`${slot(index)} = 0`);
    }
    leave(text);
  };
  text.label('main');
  text.code('r6 = r1');
  for (const index of upTo(n)) text.code(`r1 = ${index + 1}`, 'call bpf_task_from_pid', `${slot(index)} = r0`);
  const thrown = text.code('r1 = *(u32 *)(r6 + 48)', 'if r1 == 0 goto clean', 'call bpf_throw');
  text.label('clean');
  empty('none');
  const pad = text.pc;
  text.label('pad');
  empty('gone');
  return text.program([{ begin: thrown, end: thrown + 1, pad }]);
}

/** n throws, each with one task held and a buffer that fills the rest of the stack. */
function throwPcs(n: number): Program {
  const text = new Text();
  text.label('main');
  text.code('r6 = r1', `*(u8 *)(r10 - ${BUFFER + 8}) = 1`, 'r1 = 1', 'call bpf_task_from_pid', `${slot(0)} = r0`);
  const begin = text.pc;
  for (const index of upTo(n)) {
    text.code('r1 = *(u32 *)(r6 + 48)', `if r1 != ${index + 1} goto next${index}`, 'call bpf_throw');
    text.label(`next${index}`);
  }
  const end = text.pc;
  releaseIfAny(text, 0, 'none');
  leave(text);
  const pad = text.pc;
  text.label('pad');
  releaseIfAny(text, 0, 'gone');
  leave(text);
  return text.program([{ begin, end, pad }]);
}

/** n tasks, none of them NULL, live at one throw; what fails half-way releases what there is. */
function objects(n: number): Program {
  const text = new Text();
  text.label('main');
  text.code('r6 = r1');
  for (const index of upTo(n)) {
    text.code(`r1 = ${index + 1}`, 'call bpf_task_from_pid', `if r0 == 0 goto have${index}`, `${slot(index)} = r0`);
  }
  const thrown = text.code('r1 = *(u32 *)(r6 + 48)', `if r1 == 0 goto have${n}`, 'call bpf_throw');
  for (const index of upTo(n).reverse()) {
    text.label(`have${index + 1}`);
    text.code(`r1 = ${slot(index)}`, 'call bpf_task_release');
  }
  text.label('have0');
  leave(text);
  const pad = text.pc;
  text.label('pad');
  for (const index of upTo(n)) text.code(`r1 = ${slot(index)}`, 'call bpf_task_release');
  leave(text);
  return text.program([{ begin: thrown, end: thrown + 1, pad }]);
}

/** n frames, main among them: each holds a task in R7 and calls the next; the innermost throws. */
function nested(n: number, global: boolean): Program {
  const text = new Text();
  const names = upTo(n).map((index) => (index === 0 ? 'main' : `level${index}`));
  const stops: number[] = [];
  for (const [index, name] of names.entries()) {
    text.label(name);
    text.code('r6 = r1', 'r1 = 1', 'call bpf_task_from_pid', 'r7 = r0');
    const next = names[index + 1];
    if (next !== undefined) {
      stops.push(text.code('r1 = r6', `call ${next}`));
    } else {
      stops.push(text.code('r1 = *(u32 *)(r6 + 48)', `if r1 == 0 goto on${index}`, 'call bpf_throw'));
      text.label(`on${index}`);
    }
    text.code(`if r7 == 0 goto none${index}`, 'r1 = r7', 'call bpf_task_release');
    text.label(`none${index}`);
    leave(text);
  }
  const pad = text.pc;
  text.label('pad');
  text.code('if r7 == 0 goto gone', 'r1 = r7', 'call bpf_task_release');
  text.label('gone');
  leave(text);
  return text.program(
    stops.map((begin) => ({ begin, end: begin + 1, pad })),
    global ? names.slice(1) : [],
  );
}
