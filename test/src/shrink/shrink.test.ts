/** Tests of the shrinking driver and, over whole programs, of all reducers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import { printProgram } from '../../../src/asm/print.js';
import { CALLABLES, callableByName } from '../../../src/isa/callables.js';
import { instructionCount, type Program, slotsOf } from '../../../src/isa/program.js';
import { buildProgram } from '../../../src/isa/validate.js';
import { removeSingles } from '../../../src/shrink/ranges.js';
import { REDUCERS, shrink } from '../../../src/shrink/shrink.js';

const TEXT = `main:
    r6 = r1
    r9 = 0
    r7 = map[events] ll
    r1 = *(u32 *)(r6 + 52)
    if r1 == 0 goto ask
    call bpf_task_from_pid
    r9 = r0
    *(u64 *)(r10 - 24) = r9
ask:
    r1 = r9
    call guard
    if r9 == 0 goto done
    r1 = r9
    call bpf_task_release
done:
    r0 = 0
    exit
guard:
    r8 = r1
    *(u64 *)(r10 - 40) = r8
    if r8 s> 77 goto ok
    call deep
ok:
    r0 = 0
    exit
deep:
    r1 = 7
    call bpf_throw
    r0 = 0
    exit
`;

function parsed(text: string): Program {
  const result = parseProgram(text, { maps: [{ name: 'events', type: 'ringbuf', size: 4096 }] });
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.program;
}

function calls(program: Program, name: string): number {
  const callable = callableByName(name);
  const id = callable === undefined ? -1 : CALLABLES[callable].call.id;
  return slotsOf(program).filter(({ code, src, imm }) => code === 0x85 && src === 2 && imm === id).length;
}

describe('shrink', () => {
  it('shrink reaches the only interesting instruction', () => {
    const { program, ended } = shrink(parsed(TEXT), (candidate) => calls(candidate, 'bpf_throw') > 0);
    expect(ended).toBe('minimal');
    expect(printProgram(program)).toBe('main:\n    call bpf_throw\n    exit\n');
    expect(program.maps).toEqual([]);
  });

  it('shrink keeps what has to stay together', () => {
    const interesting = (candidate: Program) =>
      calls(candidate, 'bpf_task_from_pid') === calls(candidate, 'bpf_task_release') &&
      calls(candidate, 'bpf_throw') > 0;
    const { program } = shrink(parsed(TEXT), interesting);
    expect(instructionCount(program)).toBe(2);
  });

  it('shrink canonicalises registers, slots and names', () => {
    const interesting = (candidate: Program) => {
      const text = printProgram(candidate);
      return /\*\(u64 \*\)\(r10 - \d+\) = r[6-9]/.test(text) && calls(candidate, 'bpf_task_from_pid') > 0;
    };
    const { program } = shrink(parsed(TEXT), interesting);
    expect(printProgram(program)).toBe('main:\n    call bpf_task_from_pid\n    *(u64 *)(r10 - 8) = r6\n    exit\n');
  });

  it('shrink stops at its bound of predicate calls and says so', () => {
    let asked = 0;
    const result = shrink(parsed(TEXT), () => ++asked > 1000, { calls: 10 });
    expect(asked).toBe(10);
    expect(result).toMatchObject({ calls: 10, ended: 'out of calls' });
  });

  it('shrink reports a reducer that never comes to rest', () => {
    const program = parsed(TEXT);
    const restless = {
      name: 'restless',
      *reduce(given: Program): Generator<Program, Program, boolean> {
        const built = buildProgram({ slots: slotsOf(given), maps: given.maps });
        if (built.ok) yield built.program;
        return given;
      },
    };
    const result = shrink(program, () => true, { reducers: [restless], rounds: 5 });
    expect(result).toMatchObject({ rounds: 5, ended: 'out of rounds' });
  });

  it('shrink is 1-minimal, repeatable and never grows, for predicates of any kind', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 2, max: 5 }), (seed, modulus) => {
        // A wild but pure predicate: depends on the text only.
        const interesting = (candidate: Program) => {
          let hash = seed;
          for (const char of printProgram(candidate)) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) >>> 0;
          return hash % modulus !== 0;
        };
        const start = parsed(TEXT);
        const first = shrink(start, interesting);
        const again = shrink(start, interesting);
        expect(printProgram(again.program)).toBe(printProgram(first.program));
        expect(instructionCount(first.program)).toBeLessThanOrEqual(instructionCount(start));
        if (first.ended !== 'minimal') return;
        const singles = removeSingles.reduce(first.program);
        for (let step = singles.next(); step.done !== true; step = singles.next(false)) {
          expect(interesting(step.value)).toBe(false);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('REDUCERS', () => {
  it.each(REDUCERS.map((reducer) => [reducer.name, reducer] as const))(
    'REDUCERS %s yields only valid programs and comes to rest when everything is accepted',
    (_, reducer) => {
      let current = parsed(TEXT);
      for (let round = 0; round < 20; round++) {
        const before = current;
        const candidates = reducer.reduce(current);
        for (let step = candidates.next(); step.done !== true; step = candidates.next(true)) {
          const { subprograms, types, maps } = step.value;
          const names = new Map(subprograms.map(({ start, name }) => [start, name]));
          expect(buildProgram({ slots: slotsOf(step.value), types, maps, names }).ok).toBe(true);
          current = step.value;
        }
        if (current === before) return;
      }
      expect.unreachable('the reducer did not come to rest');
    },
  );
});
