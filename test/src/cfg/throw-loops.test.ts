/** Tests of throws within loops. */
import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import { mayThrowInLoop } from '../../../src/cfg/throw-loops.js';
import type { Program } from '../../../src/isa/program.js';

function program(body: string): Program {
  const parsed = parseProgram(body);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.program;
}

describe('mayThrowInLoop', () => {
  const loop = (inside: string, after = '') => `main:
    r6 = 0
again:
    r6 += 1
${inside}
    if r6 < 3 goto again
${after}
    r0 = 0
    exit
f:
    call bpf_throw
    exit
`;
  it('mayThrowInLoop sees throws and calls that throw, within what a jump back leads over', () => {
    expect(mayThrowInLoop(program(loop('    call bpf_throw', '    call f')))).toBe(true);
    expect(mayThrowInLoop(program(loop('    call f')))).toBe(true);
    expect(mayThrowInLoop(program(loop('', '    call f')))).toBe(false);
    const ownLoop =
      'main:\n    call f\n    r0 = 0\n    exit\nf:\n    call bpf_throw\n    if r0 == 0 goto f\n    exit\n';
    expect(mayThrowInLoop(program(ownLoop))).toBe(true);
  });
});
