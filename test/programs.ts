/** Random well-formed programs over every op, at the level of instructions: for laws of text and encoding. */
import fc from 'fast-check';
import { CALLABLE_NAMES } from '../src/isa/callables.js';
import { call, type Insn, imm64, insn, loadMap, loadType } from '../src/isa/insn.js';
import { OP_NAMES, OPS, type OpName, type Shape } from '../src/isa/op.js';
import type { Program } from '../src/isa/program.js';
import { buildProgram } from '../src/isa/validate.js';

/** An instruction before layout: its slots, and which instruction of its subprogram (or which subprogram) it leads to. */
interface Draft {
  readonly slots: readonly Insn[];
  readonly jump?: { readonly field: 'off' | 'imm'; readonly to: number };
  readonly callee?: number;
}

const register = fc.integer({ min: 0, max: 10 });
const imm = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31)),
);
const off = fc.oneof(fc.integer({ min: -32768, max: 32767 }), fc.constantFrom(0, -8, -32768, 32767));
const operand = fc.oneof(
  register.map((reg) => ({ reg })),
  imm.map((value) => ({ imm: value })),
);
const any64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const to = fc.nat({ max: 1000 });
const one = (slot: Insn): Draft => ({ slots: [slot] });

type Make = (op: OpName) => fc.Arbitrary<Draft>;
const memory: Make = (op) => fc.record({ dst: register, src: register, off }).map((fields) => one(insn(op, fields)));
const jumping =
  (field: 'off' | 'imm'): Make =>
  (op) =>
    to.map((target) => ({ slots: [insn(op)], jump: { field, to: target } }));

const MAKE: Readonly<Record<Shape, Make>> = {
  alu: (op) => fc.record({ dst: register, operand }).map((fields) => one(insn(op, fields))),
  neg: (op) => register.map((dst) => one(insn(op, { dst }))),
  movsx: (op) => fc.record({ dst: register, src: register }).map((fields) => one(insn(op, fields))),
  swap: (op) => register.map((dst) => one(insn(op, { dst }))),
  jump: (op) =>
    fc
      .record({ dst: register, operand, target: to })
      .map(({ target, ...fields }) => ({ slots: [insn(op, fields)], jump: { field: 'off', to: target } })),
  goto: jumping('off'),
  gotol: jumping('imm'),
  may_goto: jumping('off'),
  'call-helper': (op) =>
    fc.oneof(
      fc.constantFrom(...CALLABLE_NAMES).map((name) => one(call(name))),
      imm.map((id) => one(insn(op, { imm: id }))),
    ),
  'call-local': (op) => to.map((callee) => ({ slots: [insn(op)], callee })),
  'call-kfunc': (op) => imm.map((id) => one(insn(op, { imm: id }))),
  exit: (op) => fc.constant(one(insn(op))),
  imm64: (op) =>
    fc.record({ dst: register, value: any64, index: fc.integer({ min: -1, max: 4 }) }).map(({ dst, value, index }) => {
      if (op === 'imm64') return { slots: imm64(dst, value) };
      return { slots: op === 'imm64_map' ? loadMap(dst, index) : loadType(dst, index) };
    }),
  load: memory,
  store: memory,
  'store-imm': (op) => fc.record({ dst: register, off, imm }).map((fields) => one(insn(op, fields))),
  atomic: memory,
  fetch: memory,
  xchg: memory,
  cmpxchg: memory,
  'load-acquire': memory,
  'store-release': memory,
};

/** Any instruction; every op equally likely. */
const draft: fc.Arbitrary<Draft> = fc.constantFrom(...OP_NAMES).chain((op) => MAKE[OPS[op].shape](op));
const bodies = fc.array(fc.array(draft, { minLength: 0, maxLength: 12 }), { minLength: 1, maxLength: 4 });
const labelName = fc.constantFrom(
  'loop',
  'done',
  'r1',
  'l0',
  'l3',
  'l7_',
  'main',
  'bpf_throw',
  'a.b',
  'again',
  'no label',
);
const meta = {
  types: [
    { name: 'node', size: 24 },
    { name: 'node', size: 8 },
    { name: 'leaf', size: 16 },
  ],
  maps: [
    { name: 'events', type: 'ringbuf', size: 4096 },
    { name: 'log', type: 'ringbuf', size: 8192 },
  ],
} as const;

/** Lays out the bodies one after the other; calls lead to later bodies only, so nothing recurs. */
function layOut(drafts: readonly (readonly Draft[])[]): Insn[] {
  const ended = drafts.map((body) => [...body, one(insn('exit'))]);
  const starts: number[][] = [];
  let pc = 0;
  for (const body of ended) {
    starts.push(
      body.map(({ slots }) => {
        const at = pc;
        pc += slots.length;
        return at;
      }),
    );
  }
  return ended.flatMap((body, index) =>
    body.flatMap(({ slots, jump, callee }, position): readonly Insn[] => {
      const [first, ...rest] = slots;
      const at = starts[index]?.[position] ?? 0;
      if (first === undefined) return [];
      const own = starts[index] ?? [];
      if (jump !== undefined) {
        return [{ ...first, [jump.field]: (own[jump.to % own.length] ?? 0) - at - 1 }, ...rest];
      }
      if (callee === undefined) return slots;
      const later = starts.slice(index + 1);
      const target = later[callee % Math.max(1, later.length)]?.[0];
      return target === undefined ? [insn('mov64', { operand: { imm: 0 } })] : [{ ...first, imm: target - at - 1 }];
    }),
  );
}

/** A conditional jump over the next instruction: what follows stays reachable even if that is an exit or a goto. */
const over = (index: number): Draft => ({
  slots: [insn('jeq64', { operand: { imm: 7 } })],
  jump: { field: 'off', to: index + 2 },
});

/** Makes everything reachable: jumps over what ends a path, and a call of every later body at the start of main. */
function connect(drafts: readonly (readonly Draft[])[]): readonly (readonly Draft[])[] {
  const ending = new Set<number>([OPS.exit.code, OPS.ja.code, OPS.ja32.code]);
  const [main = [], ...others] = drafts;
  const calls = others.map((_, index): Draft => ({ slots: [insn('call_local')], callee: index }));
  return [[...calls, ...main], ...others].map((body) => {
    const guarded: Draft[] = [];
    for (const item of body) {
      if (ending.has(item.slots[0]?.code ?? 0)) guarded.push(over(guarded.length));
      guarded.push(item);
    }
    return guarded;
  });
}

/** A random valid program: every op, labels good and bad, types and maps declared, some subprograms global. */
export const anyProgram: fc.Arbitrary<Program> = fc
  .record({
    drafts: bodies,
    labels: fc.array(fc.tuple(fc.nat({ max: 60 }), labelName), { maxLength: 4 }),
    names: fc.uniqueArray(fc.constantFrom('entry', 'guard', 'leaf', 'tail', 'loop'), { minLength: 4, maxLength: 4 }),
    globals: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  })
  .map(({ drafts, labels, names, globals }) => {
    const slots = layOut(connect(drafts));
    const plain = buildProgram({ slots });
    if (!plain.ok) return undefined;
    const starts = plain.program.subprograms.map(({ start }) => start);
    const built = buildProgram({
      slots,
      ...meta,
      names: new Map(starts.map((start, index) => [start, names[index] ?? 'sub'])),
      globals: new Set(starts.filter((_, index) => globals[index] === true)),
      labels: new Map(labels.filter(([pc]) => pc < slots.length && !starts.includes(pc))),
    });
    return built.ok ? built.program : undefined;
  })
  .filter((program) => program !== undefined);
