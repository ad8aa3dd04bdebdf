/** The patcher: targets, entry code, removal, distances, maps. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import { call, type Insn, imm64, insn } from '../../../src/isa/insn.js';
import { OPS } from '../../../src/isa/op.js';
import { opAt, type Program, slotsOf, targetAt } from '../../../src/isa/program.js';
import { buildProgram } from '../../../src/isa/validate.js';
import { type Edit, identityMap, patch } from '../../../src/patch/patch.js';
import { anyProgram } from '../../programs.js';
import { checkedInsert, removals } from './checked-patch.js';

function parse(text: string): Program {
  const parsed = parseProgram(text);
  if (!parsed.ok) throw new Error(parsed.errors.map(({ message }) => message).join('; '));
  return parsed.program;
}

const nop: Insn = insn('mov64', { dst: 0, operand: { imm: 99 } });
const LOOP = `
main:
    r1 = 3
again:
    r1 += -1
    if r1 != 0 goto again
    call twice
    exit
twice:
    r2 = 1
    if r1 == 0 goto twice_end
    if r1 == 7 goto back
    goto twice_end
back:
    r1 = 0
    if r1 == 0 goto twice_end
twice_end:
    r0 = 0
    exit
`;

describe('patch', () => {
  test('patch without edits returns the same slots and the identity map', () => {
    const program = parse(LOOP);
    const patched = patch(program, []);
    expect(patched.ok && slotsOf(patched.program)).toEqual(slotsOf(program));
    expect(patched.ok && [...Array.from(patched.pcMap.toPrepared)]).toEqual(
      Array.from(identityMap(program).toPrepared),
    );
  });

  test('before: a jump to the instruction runs the inserted code', () => {
    const patched = patch(parse(LOOP), [{ do: 'before', pc: 1, insns: [nop] }]);
    if (!patched.ok) throw new Error(patched.refusal.message);
    expect(targetAt(patched.program, 3)).toBe(1);
    expect(patched.pcMap.toPrepared[1]).toBe(2);
    expect(patched.pcMap.toOriginal[1]).toBe(-1);
    expect(patched.pcMap.serves?.[1]).toBe(1);
  });

  test('after: a jump to the next instruction passes the inserted code by', () => {
    const patched = patch(parse(LOOP), [{ do: 'after', pc: 0, insns: [nop] }]);
    if (!patched.ok) throw new Error(patched.refusal.message);
    expect(targetAt(patched.program, 3)).toBe(2);
  });

  test('entry: calls run it, a jump back to the first instruction does not', () => {
    const program = parse('main:\n    call f\n    exit\nf:\n    r0 = 0\n    if r1 == 5 goto f\n    exit\n');
    const patched = patch(program, [
      { do: 'entry', subprogram: 1, insns: [nop] },
      { do: 'before', pc: 2, insns: [nop] },
    ]);
    if (!patched.ok) throw new Error(patched.refusal.message);
    const jump = patched.pcMap.toPrepared[3] ?? -1;
    expect(patched.program.subprograms[1]?.start).toBe(2);
    expect(targetAt(patched.program, 0)).toBe(2);
    expect(targetAt(patched.program, jump)).toBe(3);
    expect(patched.pcMap.serves?.[2]).toBe(-1);
  });

  test('entry of main stands before pc 0 and is not run by a jump to 0', () => {
    const program = parse('main:\n    r0 = 0\n    if r1 == 0 goto main2\nmain2:\n    exit\n');
    const patched = patch(program, [
      { do: 'replace', pc: 1, insns: [{ insn: insn('jeq64', { dst: 1, operand: { imm: 0 } }), target: 0 }] },
      { do: 'entry', subprogram: 0, insns: [nop, nop] },
    ]);
    if (!patched.ok) throw new Error(patched.refusal.message);
    expect(targetAt(patched.program, 3)).toBe(2);
    expect(patched.pcMap.toPrepared[1]).toBe(3);
  });

  test('remove: a target that goes moves to the next instruction', () => {
    const patched = patch(parse(LOOP), [{ do: 'remove', pc: 1 }]);
    if (!patched.ok) throw new Error(patched.refusal.message);
    expect(targetAt(patched.program, 1)).toBe(1);
    expect(patched.pcMap.toPrepared[1]).toBe(-1);
    expect(patched.program.labels.get(1)).toBe('again');
  });

  test('remove takes both slots of a 64-bit immediate, replace puts both in', () => {
    const program = parse('main:\n    r1 = 0x1122334455667788 ll\n    r0 = 0\n    exit\n');
    const removed = patch(program, [{ do: 'remove', pc: 0 }]);
    expect(removed.ok && removed.program.length).toBe(2);
    const replaced = patch(program, [{ do: 'replace', pc: 2, insns: imm64(0, 7n) }]);
    expect(replaced.ok && opAt(replaced.program, 2)).toBe('imm64');
    expect(replaced.ok && Array.from(replaced.pcMap.toOriginal)).toEqual([0, 1, 2, -1, 3]);
  });

  test('remove of a whole subprogram is refused while it is called, and takes its name along when it is not', () => {
    const program = parse(LOOP);
    const body = program.subprograms[1] ?? { start: 0, end: 0 };
    const gone: Edit[] = Array.from({ length: body.end - body.start }, (_, i) => ({
      do: 'remove',
      pc: body.start + i,
    }));
    const refused = patch(program, gone);
    expect(!refused.ok && refused.refusal).toMatchObject({
      code: 'bad-call-target',
      pc: 3,
      message: expect.stringMatching(/^call to removed subprogram /),
    });
    const patched = patch(program, [...gone, { do: 'replace', pc: 3, insns: [nop] }]);
    expect(patched.ok && patched.program.subprograms.map(({ name }) => name)).toEqual(['main']);
  });

  test('a refusal of the result carries an original pc', () => {
    const patched = patch(parse(LOOP), [
      { do: 'before', pc: 0, insns: [nop, nop] },
      { do: 'remove', pc: 4 },
    ]);
    expect(!patched.ok && patched.refusal).toMatchObject({ code: 'falls-off-end', pc: 3 });
  });

  test('a goto that gets too far becomes a gotol, a conditional jump is refused', () => {
    const filler = Array.from({ length: 32767 }, () => nop);
    const tail = [insn('mov64', { dst: 0, operand: { imm: 0 } }), insn('exit')];
    const build = (head: readonly Insn[]) => {
      const built = buildProgram({ slots: [...head, ...filler, ...tail] });
      if (!built.ok) throw new Error(built.refusal.message);
      return built.program;
    };
    const branch = insn('jeq64', { dst: 1, operand: { imm: 0 }, off: 1 });
    const long = patch(build([branch, insn('ja', { off: 32767 })]), [{ do: 'before', pc: 5, insns: [nop] }]);
    expect(long.ok && opAt(long.program, 1)).toBe('ja32');
    expect(long.ok && targetAt(long.program, 1)).toBe(32770);
    const far = patch(build([insn('jeq64', { dst: 1, operand: { imm: 0 }, off: 32767 })]), [
      { do: 'before', pc: 5, insns: [nop] },
    ]);
    expect(!far.ok && far.refusal).toMatchObject({ code: 'jump-out-of-range', pc: 0 });
  });

  test('inserted code jumps by its own offsets, or to original pcs when aimed', () => {
    const patched = patch(parse(LOOP), [
      {
        do: 'before',
        pc: 0,
        insns: [
          insn('jeq64', { dst: 1, operand: { imm: 0 }, off: 1 }),
          nop,
          { insn: insn('jeq64', { dst: 1, operand: { imm: 1 } }), target: 3 },
        ],
      },
    ]);
    if (!patched.ok) throw new Error(patched.refusal.message);
    expect(targetAt(patched.program, 0)).toBe(2);
    expect(targetAt(patched.program, 2)).toBe(6);
  });

  test('an edit where no instruction starts throws', () => {
    const program = parse('main:\n    r0 = 0x1122334455667788 ll\n    exit\n');
    expect(() => patch(program, [{ do: 'remove', pc: 1 }])).toThrow(RangeError);
    expect(() => patch(program, [{ do: 'remove', pc: 3 }])).toThrow(RangeError);
    expect(() => patch(program, [{ do: 'entry', subprogram: 1, insns: [] }])).toThrow(RangeError);
  });

  test('several edits of one pc keep the order in which they are given', () => {
    const program = parse(LOOP);
    const set = (imm: number) => insn('mov64', { dst: 0, operand: { imm } });
    const place = (edits: readonly Edit[], from: number, count: number) => {
      const patched = patch(program, edits);
      if (!patched.ok) throw new Error(patched.refusal.message);
      return slotsOf(patched.program)
        .slice(from, from + count)
        .map(({ imm }) => imm);
    };
    const first: Edit = { do: 'before', pc: 1, insns: [set(11), set(12)] };
    const second: Edit = { do: 'before', pc: 1, insns: [set(13)] };
    expect(place([first, second], 1, 3)).toEqual([11, 12, 13]);
    expect(place([second, first], 1, 3)).toEqual([13, 11, 12]);
    const third: Edit = { do: 'after', pc: 1, insns: [set(21), set(22)] };
    const fourth: Edit = { do: 'after', pc: 1, insns: [set(23)] };
    expect(place([third, fourth], 2, 3)).toEqual([21, 22, 23]);
    expect(place([fourth, third], 2, 3)).toEqual([23, 21, 22]);
    const body: Edit = { do: 'replace', pc: 1, insns: [set(31), set(32)] };
    expect(place([third, body, first, fourth, second], 1, 8)).toEqual([11, 12, 13, 31, 32, 21, 22, 23]);
    const entry = (imm: number): Edit => ({ do: 'entry', subprogram: 0, insns: [set(imm)] });
    expect(place([entry(41), entry(42)], 0, 2)).toEqual([41, 42]);
  });

  test('random edits: the pc map leads there and back again, from an instruction to the same one', () => {
    const edit = fc.record({
      at: fc.nat(),
      how: fc.constantFrom('before' as const, 'after' as const, 'replace' as const, 'remove' as const),
      count: fc.integer({ min: 1, max: 3 }),
    });
    let mapped = 0;
    let gone = 0;
    let patches = 0;
    fc.assert(
      fc.property(anyProgram, fc.array(edit, { maxLength: 6 }), (program, chosen) => {
        const changed = new Set<number>();
        const edits = chosen.flatMap(({ at, how, count }): Edit[] => {
          const pc = at % program.length;
          const op = opAt(program, pc);
          const plain = op !== undefined && OPS[op].shape === 'alu';
          if (how === 'remove') {
            if (plain) changed.add(pc);
            return plain ? [{ do: how, pc }] : [];
          }
          if (how === 'replace' && plain) changed.add(pc);
          const legal = how === 'before' ? op !== undefined : plain;
          return legal ? [{ do: how, pc, insns: Array.from({ length: count }, () => nop) }] : [];
        });
        const patched = patch(program, edits);
        if (!patched.ok) throw new Error(patched.refusal.message);
        patches++;
        const { toPrepared, toOriginal } = patched.pcMap;
        expect([toPrepared.length, toOriginal.length]).toEqual([program.length, patched.program.length]);
        for (let pc = 0; pc < program.length; pc++) {
          const at = toPrepared[pc] ?? -1;
          if (at === -1) {
            expect(changed).toContain(pc);
            gone++;
            continue;
          }
          mapped++;
          expect(toOriginal[at]).toBe(pc);
          if (!changed.has(pc)) expect(opAt(patched.program, at)).toBe(opAt(program, pc));
        }
        for (let at = 0; at < patched.program.length; at++) {
          const pc = toOriginal[at] ?? -1;
          if (pc !== -1) expect(toPrepared[pc]).toBe(at);
        }
      }),
      { numRuns: 200 },
    );
    expect(Math.min(patches, mapped)).toBeGreaterThan(100);
    expect(gone).toBeGreaterThan(0);
  });

  test('random insertions keep targets, bounds and pcs, and removing them gives back the original', () => {
    const code = fc.constantFrom<readonly Insn[]>([nop], [nop, call('bpf_ktime_get_ns')], imm64(3, 5n));
    const place = fc.record({
      at: fc.nat(),
      where: fc.constantFrom('before' as const, 'after' as const, 'entry' as const),
      code,
    });
    fc.assert(
      fc.property(anyProgram, fc.array(place, { maxLength: 8 }), (program, places) => {
        const edits = places.flatMap(({ at, where, code: insns }): Edit[] => {
          if (where === 'entry') return [{ do: 'entry', subprogram: at % program.subprograms.length, insns }];
          const pc = at % program.length;
          const op = opAt(program, pc);
          const ends = where === 'after' && (op === 'exit' || op === 'ja' || op === 'ja32');
          return op === undefined || ends ? [] : [{ do: where, pc, insns }];
        });
        const patched = checkedInsert(program, edits);
        if (!patched.ok) throw new Error(patched.refusal.message);
        const back = patch(patched.program, removals(patched));
        if (!back.ok) throw new Error(back.refusal.message);
        expect(slotsOf(back.program)).toEqual(slotsOf(program));
        expect(back.program.subprograms).toEqual(program.subprograms);
        const labels = [...program.labels].filter(([pc]) => opAt(program, pc) !== undefined);
        expect(back.program.labels).toEqual(new Map(labels));
      }),
      { numRuns: 200 },
    );
  });
});

describe('patch of a program with landing pads', () => {
  const text =
    'main:\n    call sub\n    r0 = 0\n    exit\nsub:\n    r1 = 7\n    call bpf_throw\n    exit\npad:\n    r0 = 0\n    exit';
  const pads = [
    { begin: 0, end: 2, pad: 6 },
    { begin: 4, end: 6, pad: 6 },
  ].map((pad) => ({ pad, line: 1, column: 1 }));
  const parsed = parseProgram(text, { pads });
  if (!parsed.ok) throw new Error('it has a form');
  const { program } = parsed;
  const moved = (edits: readonly Edit[]) => {
    const patched = patch(program, edits);
    return patched.ok ? patched.program.cleanup : undefined;
  };

  test('patch moves the ranges of the table and keeps the code of the pads', () => {
    const cleanup = moved([
      { do: 'before', pc: 0, insns: [nop] },
      { do: 'after', pc: 1, insns: [nop] },
      { do: 'before', pc: 4, insns: [nop, nop] },
      { do: 'after', pc: 4, insns: [nop] },
    ]);
    expect(cleanup?.pads).toEqual([
      { begin: 0, end: 4, pad: 0 },
      { begin: 6, end: 11, pad: 0 },
    ]);
    expect(cleanup?.slots).toEqual(program.cleanup?.slots);
  });

  test('patch drops a range that has lost its code', () => {
    const cleanup = moved([
      { do: 'remove', pc: 4 },
      { do: 'replace', pc: 5, insns: [insn('mov64', { dst: 0, operand: { imm: 1 } }), insn('exit')] },
    ]);
    expect(cleanup?.pads.map(({ begin, end }) => [begin, end])).toEqual([
      [0, 2],
      [4, 6],
    ]);
    const first = moved([{ do: 'remove', pc: 1 }]);
    expect(first?.pads.map(({ begin, end }) => [begin, end])).toEqual([
      [0, 1],
      [3, 5],
    ]);
    const short = { ...program, cleanup: { slots: [], labels: new Map(), pads: [{ begin: 1, end: 2, pad: 0 }] } };
    const patched = patch(short, [{ do: 'remove', pc: 1 }]);
    expect(patched.ok && patched.program.cleanup?.pads).toEqual([]);
  });
});
