/** Laws of text and encoding over random programs that cover every op. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../src/asm/parse.js';
import { labelNames, printProgram } from '../../src/asm/print.js';
import { decodeSlots, encodeProgram } from '../../src/isa/encode.js';
import { OP_NAMES } from '../../src/isa/op.js';
import { opAt, type Program, slotsOf } from '../../src/isa/program.js';
import { buildProgram } from '../../src/isa/validate.js';
import { anyProgram } from '../programs.js';

const globalsOf = (program: Program) => {
  const names = labelNames(program);
  return program.subprograms
    .filter(({ global }) => global)
    .map(({ start }) => ({ name: names.get(start) ?? '', line: 1, column: 1 }));
};
const metaOf = (program: Program) => ({ types: program.types, maps: program.maps, globals: globalsOf(program) });

describe('text', () => {
  it('printProgram and parseProgram are inverse on valid programs', () => {
    fc.assert(
      fc.property(anyProgram, (program) => {
        const text = printProgram(program);
        const parsed = parseProgram(text, metaOf(program));
        if (!parsed.ok) throw new Error(`${JSON.stringify(parsed.errors)}\n${text}`);
        expect(slotsOf(parsed.program)).toEqual(slotsOf(program));
        expect(parsed.program.subprograms).toEqual(program.subprograms);
        expect(parsed.program.op).toEqual(program.op);
        expect(printProgram(parsed.program)).toBe(text);
      }),
      { numRuns: 400 },
    );
  });

  it('parseProgram after printProgram is the identity on programs whose labels are all usable', () => {
    fc.assert(
      fc.property(anyProgram, (program) => {
        const once = parseProgram(printProgram(program), metaOf(program));
        if (!once.ok) throw new Error(JSON.stringify(once.errors));
        const twice = parseProgram(printProgram(once.program), metaOf(once.program));
        if (!twice.ok) throw new Error(JSON.stringify(twice.errors));
        expect(twice.program).toEqual(once.program);
      }),
      { numRuns: 200 },
    );
  });

  it('anyProgram covers every op', () => {
    const seen = new Set(
      fc
        .sample(anyProgram, { numRuns: 1500, seed: 7 })
        .flatMap((program) => Array.from({ length: program.length }, (_, pc) => opAt(program, pc))),
    );
    expect(OP_NAMES.filter((name) => !seen.has(name))).toEqual([]);
  });
});

describe('encoding', () => {
  it('decodeSlots after encodeProgram gives the same slots', () => {
    fc.assert(
      fc.property(anyProgram, (program) => {
        const decoded = decodeSlots(encodeProgram(program));
        if (!decoded.ok) throw new Error(decoded.message);
        expect(decoded.slots).toEqual(slotsOf(program));
        expect(buildProgram({ slots: decoded.slots }).ok).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
