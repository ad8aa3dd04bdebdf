/** Law: exact pruning changes nothing but the number of instructions processed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededChoices } from '../../generators/choices.js';
import { PROFILE_NAMES, PROFILES } from '../../generators/profile.js';
import { generate } from '../../generators/program.js';
import { parseProgram } from '../../src/asm/parse.js';
import type { Program } from '../../src/isa/program.js';
import type { StateView } from '../../src/verify/analysis.js';
import type { Value } from '../../src/verify/value.js';
import { analyse } from '../../src/verify/walk.js';

const LIMIT = 20_000;
/** Generated programs compared per profile. */
const PER_PROFILE = 25;

/** A piece of code; `label` makes names that are unique in the program. */
type Piece = (label: (name: string) => string) => readonly string[];

const scratch = fc.integer({ min: 0, max: 5 });
const saved = fc.integer({ min: 7, max: 9 });
const small = fc.integer({ min: -2, max: 4 });
const slot = fc.integer({ min: 1, max: 4 }).map((n) => n * 8);
const line =
  (...lines: readonly string[]): Piece =>
  () =>
    lines;

const move = fc
  .tuple(
    saved,
    fc.oneof(
      small,
      saved.map((r) => `r${r}`),
    ),
  )
  .map(([dst, src]) => line(`r${dst} = ${src}`));
const arithmetic = fc
  .tuple(saved, fc.constantFrom('+=', '&=', '*='), small)
  .map(([dst, op, imm]) => line(`r${dst} ${op} ${imm}`));
const input = fc.tuple(saved, fc.constantFrom(48, 52)).map(([dst, off]) => line(`r${dst} = *(u32 *)(r6 + ${off})`));
const spill = fc.tuple(slot, saved).map(([off, src]) => line(`*(u64 *)(r10 - ${off}) = r${src}`));
const narrowSpill = fc.tuple(slot, saved).map(([off, src]) => line(`*(u32 *)(r10 - ${off}) = r${src}`));
const zero = slot.map((off) => line(`*(u64 *)(r10 - ${off}) = 0`));
const fill = fc.tuple(slot, saved).map(([off, dst]) => line(`r${dst} = *(u64 *)(r10 - ${off})`));
const throwing = fc.constant<Piece>((label) => {
  const on = label('on');
  return ['r1 = *(u32 *)(r6 + 56)', `if r1 != 0 goto ${on}`, 'r1 = 3', 'call bpf_throw', `${on}:`];
});
const acquire = saved.map(
  (dst): Piece =>
    () => ['r1 = 1', 'call bpf_task_from_pid', `r${dst} = r0`],
);
const acquireRelease = saved.map(
  (dst): Piece =>
    (label) => {
      const none = label('none');
      const acquired = ['r1 = 1', 'call bpf_cgroup_from_id', `if r0 == 0 goto ${none}`];
      return [...acquired, `r${dst} = 7`, 'r1 = r0', 'call bpf_cgroup_release', `${none}:`];
    },
);
const draw = scratch.map((dst) => line('call bpf_get_prandom_u32', `r${dst} = r0`, `r7 = r${dst}`));
const callSub = fc
  .tuple(fc.constantFrom('first', 'second'), small)
  .map(([name, arg]) => line(`r1 = ${arg}`, 'r2 = r6', `call ${name}`));

/** What no throw and no later read shows. */
const scratchOnly = fc.tuple(scratch, small).map(([dst, imm]) => line(`r${dst} = ${imm}`));

const flat: fc.Arbitrary<Piece> = fc.oneof(
  { weight: 3, arbitrary: input },
  { weight: 2, arbitrary: throwing },
  move,
  arithmetic,
  spill,
  narrowSpill,
  zero,
  fill,
  acquire,
  acquireRelease,
  draw,
  callSub,
);

const join =
  (pieces: readonly Piece[]): Piece =>
  (label) =>
    pieces.flatMap((piece) => piece(label));

const diamond = fc
  .tuple(
    saved,
    fc.constantFrom('==', '!=', '>', 's<', '&'),
    fc.integer({ min: 0, max: 3 }),
    fc.array(flat, { maxLength: 3 }),
    fc.array(fc.oneof(flat, scratchOnly), { maxLength: 2 }),
  )
  .map(
    ([register, op, imm, left, right]): Piece =>
      (label) => {
        const [other, end] = [label('else'), label('end')];
        const test = `if r${register} ${op} ${imm} goto ${other}`;
        return [test, ...join(left)(label), `goto ${end}`, `${other}:`, ...join(right)(label), `${end}:`];
      },
  );

const loop = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.array(flat, { maxLength: 3 })).map(
  ([count, body]): Piece =>
    (label) => {
      const head = label('head');
      const next = ['r1 = *(u64 *)(r10 - 64)', 'r1 += 1', '*(u64 *)(r10 - 64) = r1', `if r1 < ${count} goto ${head}`];
      return ['*(u64 *)(r10 - 64) = 0', `${head}:`, ...join(body)(label), ...next];
    },
);

const block = fc
  .array(fc.oneof({ weight: 3, arbitrary: flat }, { weight: 2, arbitrary: diamond }, { weight: 1, arbitrary: loop }), {
    minLength: 1,
    maxLength: 6,
  })
  .map(join);

/** main and two subprograms of random pieces. R6 is the context everywhere; the stack and R7–R9 are initialised. */
const program: fc.Arbitrary<Program> = fc.tuple(block, block, block).map(([main, first, second]) => {
  let count = 0;
  const label = (name: string) => `${name}${count++}`;
  const start = ['r7 = 0', 'r8 = 0', 'r9 = 0', '*(u64 *)(r10 - 8) = 0'];
  const end = ['r0 = 0', 'exit'];
  const lines = [
    'main:',
    'r6 = r1',
    ...start,
    ...join([main])(label),
    ...end,
    'first:',
    'r6 = r2',
    ...start,
    ...join([first])(label).map((text) => text.replace('call first', 'call second')),
    ...end,
    'second:',
    'r6 = r2',
    ...start,
    ...join([second])(label).map((text) => text.replace(/call (first|second)/, 'call bpf_ktime_get_ns')),
    ...end,
  ];
  // The format has one label per instruction, and none of main's callees may be missing.
  const labelled = lines.flatMap((text, index) =>
    text.endsWith(':') && (lines[index + 1] ?? '').endsWith(':') ? [text, 'r0 = 0'] : [text],
  );
  const uncalled = ['first', 'second'].filter((name) => !labelled.includes(`call ${name}`));
  const withCalls = labelled.flatMap((text) =>
    text === 'r6 = r1' ? [text, ...uncalled.flatMap((name) => ['r2 = r6', 'r1 = 0', `call ${name}`])] : [text],
  );
  const parsed = parseProgram(`${withCalls.map((text) => (text.endsWith(':') ? text : `    ${text}`)).join('\n')}\n`);
  if (!parsed.ok) throw new Error(`${JSON.stringify(parsed.errors)}\n${withCalls.join('\n')}`);
  return parsed.program;
});

/** A state without the names of its references and ids, and without ordinals. */
function canonical(state: StateView): string {
  const uses = new Map<number, number>();
  const values: Value[] = [];
  const text: string[] = [];
  for (let frame = 0; frame < state.depth; frame++) {
    const { allocated } = state.frame(frame);
    for (let register = 0; register < 10; register++) values.push(state.register(frame, register));
    for (let index = 0; index * 8 < allocated; index++) {
      const { spilled } = state.slot(frame, index);
      if (spilled !== undefined) values.push(spilled);
      text.push(state.slot(frame, index).bytes.join());
    }
    text.push(JSON.stringify(state.frame(frame)));
  }
  for (const value of values) if (value.is === 'scalar') uses.set(value.id, (uses.get(value.id) ?? 0) + 1);
  const ids = new Map<number, number>();
  const refs = new Map(state.references.map(({ id }, position) => [id, position]));
  for (const value of values) {
    if (value.is === 'scalar') {
      const { id, ...rest } = value;
      const name = id !== 0 && (uses.get(id) ?? 0) > 1 ? (ids.get(id) ?? ids.set(id, ids.size).size) : 0;
      text.push(JSON.stringify([rest, name], (_, x) => (typeof x === 'bigint' ? x.toString() : x)));
    } else if (value.is === 'pointer') {
      text.push(JSON.stringify({ ...value, id: 0, ref: value.ref === 0 ? -1 : refs.get(value.ref) }));
    } else text.push(value.is);
  }
  for (const { kind, type, frame, acquiredAt } of state.references) text.push(`${kind},${type},${frame},${acquiredAt}`);
  return text.join(';');
}

function summary(program: Program, pruning: 'off' | 'exact') {
  const { refusal, throws, maxOwned, maxHeld, stackDepth, ownership, reached, walked } = analyse(program, {
    pruning,
    limit: LIMIT,
  });
  const states = [...new Set(throws.map(({ pc, state }) => `${pc} ${canonical(state)}`))].sort();
  return {
    walked,
    tooLarge: refusal?.code === 'too-complex',
    facts: { refusal, states, maxOwned, maxHeld, stackDepth, ownership, reached },
  };
}

describe('pruning', () => {
  it('exact keeps verdict, throw states, maxOwned, maxHeld, stackDepth, ownership and reached pcs of off', () => {
    let compared = 0;
    let shorter = 0;
    let accepted = 0;
    let throwing = 0;
    fc.assert(
      fc.property(program, (tested) => {
        const off = summary(tested, 'off');
        if (off.tooLarge) return;
        const exact = summary(tested, 'exact');
        compared++;
        if (exact.walked < off.walked) shorter++;
        if (off.facts.refusal === undefined) accepted++;
        if (off.facts.states.length > 1) throwing++;
        expect(exact.facts).toEqual(off.facts);
      }),
      { numRuns: 300, seed: 1 },
    );
    // The law is worth nothing if nothing is pruned, or everything refused.
    expect(Math.min(compared, 2 * shorter, 2 * accepted, 2 * throwing)).toBeGreaterThan(100);
  });

  it.each(PROFILE_NAMES)('exact keeps them in generated programs of the profile %s', (name) => {
    const compared: number[] = [];
    let shorter = 0;
    let holding = 0;
    for (let index = 0; compared.length < PER_PROFILE && index < 20 * PER_PROFILE; index++) {
      const tested = generate(seededChoices('pruning', index), PROFILES[name]).program;
      const off = summary(tested, 'off');
      if (off.tooLarge) continue;
      const exact = summary(tested, 'exact');
      compared.push(index);
      if (exact.walked < off.walked) shorter++;
      if (off.facts.maxOwned.some((owned) => owned > 0) && off.facts.states.length > 0) holding++;
      expect(exact.facts, `program ${index}`).toEqual(off.facts);
    }
    expect(compared.length).toBe(PER_PROFILE);
    expect(Math.min(3 * shorter, 2 * holding)).toBeGreaterThan(PER_PROFILE);
  });
});
