/**
 * Laws of pruning as the kernel does it, on programs that punish whoever looks at too little: it keeps the refusal, and
 * all that the runtime table reads of a walk; it only loses throw states; with more checkpoints it does not walk more.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededChoices } from '../../generators/choices.js';
import { PROFILE_NAMES, PROFILES } from '../../generators/profile.js';
import { generate } from '../../generators/program.js';
import { parseProgram } from '../../src/asm/parse.js';
import { printProgram } from '../../src/asm/print.js';
import { opNumber } from '../../src/isa/op.js';
import type { Program } from '../../src/isa/program.js';
import type { Analysis, Pruning } from '../../src/verify/analysis.js';
import { analyse } from '../../src/verify/walk.js';

const LIMIT = 20_000;
const MAY_GOTO = opNumber('may_goto');
/** Generated programs per profile. */
const PER_PROFILE = 40;
const KERNEL_LIKE = ['kernel-like', 'kernel-like-every'] as const;

/** A piece of code; `label` makes names that are unique in the program. */
type Piece = (label: (name: string) => string) => readonly string[];

const line =
  (...lines: readonly string[]): Piece =>
  () =>
    lines;
const scalar = fc.constantFrom('r7', 'r8');
const any = fc.constantFrom('r7', 'r8', 'r9');
const slot = fc.integer({ min: 1, max: 4 }).map((n) => n * 8);
const small = fc.integer({ min: -1, max: 5 });
const operator = fc.constantFrom('==', '!=', '>', 's<', '&');

/**
 * R6 is the context, R7, R8 and fp-8 to fp-32 are scalars, R9 and fp-48 mostly point into the stack. Pointers stay apart:
 * where a checkpoint had bytes of which nothing is known, a state that has a pointer there matches as in the kernel, and so
 * what is forbidden to do with a pointer as a number may go unnoticed.
 */
const harmless: fc.Arbitrary<Piece> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(scalar, fc.constantFrom(48, 52)).map(([r, off]) => line(`${r} = *(u32 *)(r6 + ${off})`)),
  },
  { weight: 2, arbitrary: fc.tuple(scalar, slot).map(([r, off]) => line(`*(u64 *)(r10 - ${off}) = ${r}`)) },
  { weight: 2, arbitrary: fc.tuple(scalar, scalar).map(([a, b]) => line(`${a} = ${b}`)) },
  fc.tuple(scalar, small).map(([r, imm]) => line(`${r} = ${imm}`)),
  scalar.map((r) => line('call bpf_get_prandom_u32', `${r} = r0`)),
  fc.tuple(scalar, slot).map(([r, off]) => line(`*(u32 *)(r10 - ${off}) = ${r}`)),
  fc.tuple(scalar, slot).map(([r, off]) => line(`*(u16 *)(r10 - ${off - 2}) = ${r}`)),
  fc.tuple(slot, small).map(([off, imm]) => line(`*(u64 *)(r10 - ${off}) = ${imm}`)),
  fc.constantFrom('r9', 'r6', 'r10').map((r) => line(`*(u64 *)(r10 - 48) = ${r}`)),
  slot.map((off) => line('r9 = r10', `r9 += -${off}`)),
  fc.tuple(scalar, fc.constantFrom('task_from_pid', 'cgroup_from_id')).map(
    ([r, acquire]): Piece =>
      (label) => {
        const none = label('got');
        const release = `call bpf_${acquire.slice(0, acquire.indexOf('_'))}_release`;
        return ['r1 = 1', `call bpf_${acquire}`, `if r0 == 0 goto ${none}`, `${r} = 3`, 'r1 = r0', release, `${none}:`];
      },
  ),
  fc.constant<Piece>((label) => {
    const on = label('on');
    return ['r1 = *(u32 *)(r6 + 56)', `if r1 != 0 goto ${on}`, 'r1 = 3', 'call bpf_throw', `${on}:`];
  }),
  fc.tuple(scalar, scalar, small).map(
    ([test, r, imm]): Piece =>
      (label) => {
        // What the callee is given differs where paths have met.
        const [other, go] = [label('argument'), label('go')];
        const arms = [
          `if ${test} == ${imm} goto ${other}`,
          `r1 = ${r}`,
          `goto ${go}`,
          `${other}:`,
          `r1 = ${imm}`,
          `${go}:`,
        ];
        return [...arms, 'r2 = r6', 'r3 = r10', 'r3 += -16', 'call sub', 'r7 = r0'];
      },
  ),
);

/** What some states allow and others do not: values that decide an address, pointers where there may be something else. */
const risky: fc.Arbitrary<Piece> = fc.oneof(
  fc.tuple(scalar, fc.constantFrom('+=', '&=', '*=', '-='), small).map(([r, op, imm]) => line(`${r} ${op} ${imm}`)),
  fc.tuple(scalar, scalar).map(([a, b]) => line(`${a} += ${b}`)),
  fc.tuple(scalar, slot).map(([r, off]) => line('r1 = r10', `r1 += ${r}`, `r2 = *(u8 *)(r1 - ${off})`)),
  fc.tuple(scalar, slot).map(([r, off]) => line('r1 = r10', `r1 += ${r}`, `*(u8 *)(r1 - ${off}) = ${r}`)),
  fc.tuple(scalar, slot).map(([r, off]) => line(`${r} = *(u64 *)(r10 - ${off})`)),
  fc.constant(line('r9 = *(u64 *)(r10 - 48)')),
  fc.constant(line('*(u64 *)(r10 - 48) = 5')),
  fc.tuple(scalar, slot).map(([r, off]) => line(`${r} = *(u32 *)(r10 - ${off})`)),
  fc.tuple(scalar, any).map(([to, r]) => line(`${to} = *(u64 *)(${r} + 0)`)),
  fc.tuple(any, scalar).map(([r, value]) => line(`*(u64 *)(${r} + 0) = ${value}`)),
  scalar.map((r) => line(`r9 = ${r}`)),
  fc
    .tuple(scalar, slot)
    .map(([r, off]) => line('r2 = 1', `r2 = atomic_fetch_add((u64 *)(r10 - ${off}), r2)`, `${r} = r2`)),
  fc.constant(line('r1 = 1', 'call bpf_task_from_pid', 'r9 = r0')),
  fc.constantFrom('bpf_task_release', 'bpf_cgroup_release').map(
    (release): Piece =>
      (label) => {
        const none = label('none');
        return [`if r9 == 0 goto ${none}`, 'r1 = r9', `call ${release}`, 'r9 = 0', `${none}:`];
      },
  ),
);

const straight = fc.oneof({ weight: 4, arbitrary: harmless }, { weight: 1, arbitrary: risky });

const join =
  (pieces: readonly Piece[]): Piece =>
  (label) =>
    pieces.flatMap((piece) => piece(label));

const pieces = fc.array(straight, { maxLength: 3 });
const condition = fc.oneof(
  fc.tuple(scalar, operator, small).map(([r, op, imm]) => `${r} ${op} ${imm}`),
  fc.constantFrom(...['==', '!=', '>'].map((op) => `r7 ${op} r8`)),
);

const diamond = fc.tuple(condition, pieces, pieces).map(
  ([test, left, right]): Piece =>
    (label) => {
      const [other, end] = [label('else'), label('end')];
      return [
        `if ${test} goto ${other}`,
        ...join(left)(label),
        `goto ${end}`,
        `${other}:`,
        ...join(right)(label),
        `${end}:`,
      ];
    },
);

/** Loops that a counter bounds, that an iterator bounds, that only may_goto bounds. */
const loop = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.array(fc.oneof(straight, diamond), { maxLength: 3 })).map(
  ([count, body]): Piece =>
    (label) => {
      const [head, out] = [label('head'), label('out')];
      const next = ['r1 = *(u64 *)(r10 - 40)', 'r1 += 1', '*(u64 *)(r10 - 40) = r1', `if r1 < ${count} goto ${head}`];
      if (count === 4) {
        const it = ['r1 = r10', 'r1 += -64'];
        const [begin, end] = [
          [...it, 'r2 = 0', 'r3 = 3', 'call bpf_iter_num_new'],
          [...it, 'call bpf_iter_num_destroy'],
        ];
        const step = [...it, 'call bpf_iter_num_next', `if r0 == 0 goto ${out}`, 'r8 = *(u32 *)(r0 + 0)'];
        return [...begin, `${head}:`, ...step, ...join(body)(label), `goto ${head}`, `${out}:`, ...end];
      }
      if (count < 3) return ['*(u64 *)(r10 - 40) = 0', `${head}:`, ...join(body)(label), ...next];
      return [`${head}:`, `may_goto ${out}`, ...join(body)(label), `goto ${head}`, `${out}:`];
    },
);

const block = fc
  .array(
    fc.oneof({ weight: 3, arbitrary: straight }, { weight: 3, arbitrary: diamond }, { weight: 1, arbitrary: loop }),
    {
      minLength: 2,
      maxLength: 9,
    },
  )
  .map(join);

const program: fc.Arbitrary<Program> = fc.tuple(block, block).map(([main, sub]) => {
  let count = 0;
  const label = (name: string) => `${name}${count++}`;
  const lines = [
    'main:',
    'r6 = r1',
    'r7 = 0',
    'r8 = 0',
    'r9 = 0',
    '*(u64 *)(r10 - 16) = 0',
    '*(u64 *)(r10 - 48) = r10',
    'r1 = 0',
    'r2 = r6',
    'r3 = r10',
    'r3 += -16',
    'call sub',
    ...main(label),
    'r0 = 0',
    'exit',
    'sub:',
    'r6 = r2',
    'r7 = r1',
    'r8 = 0',
    'r9 = r3',
    '*(u64 *)(r10 - 48) = r9',
    ...sub(label).map((text) => text.replace('call sub', 'call bpf_ktime_get_ns')),
    'r0 = r8',
    'exit',
  ];
  // The format has one label per instruction.
  const labelled = lines.flatMap((text, index) =>
    text.endsWith(':') && (lines[index + 1] ?? '').endsWith(':') ? [text, 'r0 = 0'] : [text],
  );
  const parsed = parseProgram(`${labelled.map((text) => (text.endsWith(':') ? text : `    ${text}`)).join('\n')}\n`);
  if (!parsed.ok) throw new Error(`${JSON.stringify(parsed.errors)}\n${labelled.join('\n')}`);
  return parsed.program;
});

const walk = (tested: Program, pruning: Pruning) => analyse(tested, { pruning, limit: LIMIT });

/**
 * What must not depend on pruning: why the program is refused, or what the runtime table takes from a walk without refusal.
 * In a loop that only may_goto bounds, what refuses one round may be met in another round first.
 */
function facts({ program: of, refusal, maxOwned, maxHeld, maxClones, stackDepth, ownership, reached }: Analysis) {
  if (refusal === undefined) return { maxOwned, maxHeld, maxClones, stackDepth, ownership, reached };
  return Array.from(of.op).includes(MAY_GOTO) ? 'refused' : { code: refusal.code, pc: refusal.pc };
}

/** Throw states by place and depth: of pruned walks they must be some of those of a complete one. */
const throwsOf = ({ throws }: Analysis) =>
  throws.map(({ pc, state }) => `${pc} ${state.depth} ${state.references.map(({ id, kind }) => `${kind}${id}`)}`);

describe('kernel-like pruning', () => {
  it('keeps the refusal of off and what the runtime table reads, and shows no throw state of its own', () => {
    const seen = { compared: 0, refusedAndPruned: 0, accepted: 0, fewerThrows: 0 };
    fc.assert(
      fc.property(program, (tested) => {
        const off = walk(tested, 'off');
        if (off.refusal?.code === 'too-complex') return;
        const all = new Set(throwsOf(off));
        for (const pruning of KERNEL_LIKE) {
          const pruned = walk(tested, pruning);
          expect(facts(pruned), `${pruning}\n${printProgram(tested)}`).toEqual(facts(off));
          expect(throwsOf(pruned).filter((state) => !all.has(state) && off.refusal === undefined)).toEqual([]);
          if (off.refusal === undefined) expect(pruned.walked).toBeLessThanOrEqual(off.walked);
          seen.compared++;
          if (off.refusal === undefined) seen.accepted++;
          else if (pruned.walked < off.walked) seen.refusedAndPruned++;
          if (pruned.throws.length < off.throws.length) seen.fewerThrows++;
        }
      }),
      { numRuns: 600, seed: 1 },
    );
    // Worth nothing if nothing is pruned, nothing accepted, or everything refused before it can be pruned.
    expect(Math.min(seen.accepted, 2 * seen.fewerThrows, 5 * seen.refusedAndPruned)).toBeGreaterThan(200);
  });

  it.each(PROFILE_NAMES)(
    'keeps them in generated programs of the profile %s, with every prune point a checkpoint it is shorter',
    (name) => {
      let fewerThrows = 0;
      let shorter = 0;
      for (let index = 0; index < PER_PROFILE; index++) {
        const tested = generate(seededChoices('kernel-pruning', index), PROFILES[name]).program;
        const exact = analyse(tested, { pruning: 'exact' });
        const [some, every] = KERNEL_LIKE.map((pruning) => analyse(tested, { pruning }));
        expect(some && facts(some), `program ${index}`).toEqual(facts(exact));
        expect(every && facts(every), `program ${index}`).toEqual(facts(exact));
        if (some === undefined || every === undefined) continue;
        expect(every.walked, `program ${index}`).toBeLessThanOrEqual(some.walked);
        if (every.walked < some.walked) shorter++;
        if (every.throws.length < exact.throws.length) fewerThrows++;
      }
      expect(Math.min(4 * shorter, 8 * fewerThrows)).toBeGreaterThan(PER_PROFILE);
    },
  );
});
