/** Tests of loops that two instructions share. */
import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import { onOneLoop } from '../../../src/cfg/same-loop.js';

const parsed = parseProgram(`main:
    r6 = 3
l1:
    call twice
    r6 -= 1
    if r6 != 0 goto l1
    r0 = 0
    if r0 == 0 goto end
    call twice
end:
    exit
twice:
    r0 = 0
l2:
    r0 += 1
    if r0 != 2 goto l2
    exit
`);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
const { program } = parsed;

describe('onOneLoop', () => {
  it('onOneLoop: both ways within a subprogram', () => {
    expect(onOneLoop(program, 1, 3)).toBe(true);
    expect(onOneLoop(program, 2, 2)).toBe(true);
    expect(onOneLoop(program, 0, 1)).toBe(false);
    expect(onOneLoop(program, 4, 4)).toBe(false);
    expect(onOneLoop(program, 3, 5)).toBe(false);
  });

  it('onOneLoop: what is called in a loop is on it, whatever else calls it', () => {
    expect(onOneLoop(program, 2, 8)).toBe(true);
    expect(onOneLoop(program, 11, 1)).toBe(true);
    expect(onOneLoop(program, 8, 11)).toBe(true);
    expect(onOneLoop(program, 6, 8)).toBe(false);
  });
});
