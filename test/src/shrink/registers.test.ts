/** Tests of renumbering registers. */
import { describe, expect, it } from 'vitest';
import { renumberRegisters } from '../../../src/shrink/registers.js';
import { acceptAll, linesOf, programOf } from './text.js';

describe('renumberRegisters', () => {
  it('renumberRegisters moves callee-saved registers down, each subprogram for itself', () => {
    const program = programOf(
      'main:',
      'r9 = map[events] ll',
      'r7 = r9',
      'if r9 == r7 goto l',
      'call sub',
      'l:',
      'exit',
      'sub:',
      'r8 = 1',
      'r0 = r8',
      'exit',
    );
    let result = program;
    for (let round = 0; round < 3; round++) result = acceptAll(renumberRegisters, result);
    const text = linesOf(result).join('\n');
    expect(text).not.toMatch(/r[89]/);
    expect(text).toMatch(/sub:\nr6 = 1\nr0 = r6/);
    expect(text).toMatch(/main:\nr([67]) = map\[events\] ll\nr([67]) = r\1\nif r\1 == r\2 goto l/);
  });
});
