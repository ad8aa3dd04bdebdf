/** What is looked up before the walk. */
import { describe, expect, it } from 'vitest';
import { insn, loadMap } from '../../../src/isa/insn.js';
import { buildProgram } from '../../../src/isa/validate.js';
import { unresolved } from '../../../src/verify/resolve.js';
import { analyse } from '../../../src/verify/walk.js';
import { programOf } from './programs.js';

const ret = [insn('mov64', { dst: 0, operand: { imm: 0 } }), insn('exit')];
const skip = (slots: number) => insn('jeq64', { dst: 0, off: slots, operand: { imm: 0 } });

function program(slots: Parameters<typeof buildProgram>[0]['slots']) {
  const built = buildProgram({ slots });
  if (!built.ok) throw new Error(built.refusal.message);
  return built.program;
}

describe('unresolved', () => {
  it('finds what is never reached, kfuncs before maps', () => {
    const zero = insn('mov64', { dst: 0, operand: { imm: 0 } });
    const kfunc = insn('call_kfunc', { imm: 9999 });
    const map = program([zero, skip(2), ...loadMap(1, 3), ...ret]);
    const both = program([zero, skip(3), ...loadMap(1, 3), kfunc, ...ret]);
    expect(unresolved(map)).toEqual({
      code: 'bad-argument',
      pc: 2,
      message: 'fd 3 is not pointing to valid bpf_map',
    });
    expect(analyse(both, { pruning: 'exact' }).refusal).toEqual({
      code: 'unknown-callable',
      pc: 4,
      message: 'kernel btf_id 9999 is not a function',
    });
  });

  it('is content with what exists', () => {
    expect(
      unresolved(programOf('main:\n    r1 = map[rb] ll\n    r1 = 0\n    call bpf_throw\n    exit')),
    ).toBeUndefined();
  });
});
