import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import { labelNames, listing, printInstruction, printProgram } from '../../../src/asm/print.js';
import { callLocal, insn } from '../../../src/isa/insn.js';
import { buildProgram } from '../../../src/isa/validate.js';

const exit = insn('exit');
const forward = insn('jeq64', { dst: 1, operand: { imm: 0 }, off: 0 });

describe('printProgram', () => {
  it('gives canonical text back unchanged, unused labels included', () => {
    const text = [
      'main:',
      '    r1 = 0x1122334455667788 ll',
      '    if r1 s>= -5 goto done',
      '    call leaf',
      'unused:',
      '    w1 = (s8)w2',
      'done:',
      '    exit',
      'leaf:',
      '    *(u64 *)(r10 - 8) = r1',
      '    exit',
      '',
    ].join('\n');
    const parsed = parseProgram(text);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    expect(printProgram(parsed.program)).toBe(text);
    expect(printProgram(parsed.program)).toBe(text);
  });
});

describe('labelNames', () => {
  const program = (labels: ReadonlyMap<number, string>, names: ReadonlyMap<number, string>) => {
    const built = buildProgram({ slots: [callLocal(2), forward, exit, exit], labels, names });
    if (!built.ok) throw new Error(built.refusal.message);
    return built.program;
  };

  it('invents names for targets and avoids those that are taken', () => {
    const names = labelNames(program(new Map(), new Map([[3, 'l2']])));
    expect([...names]).toEqual([
      [0, 'main'],
      [2, 'l2_'],
      [3, 'l2'],
    ]);
  });

  it('replaces names that are taken or cannot be labels', () => {
    const names = labelNames(program(new Map([[2, 'main']]), new Map([[3, 'bpf_throw']])));
    expect([...names.values()]).toEqual(['main', 'l2', 'l3']);
  });
});

describe('printInstruction', () => {
  it('prints one instruction with the labels of its program', () => {
    const built = buildProgram({ slots: [forward, exit], labels: new Map([[1, 'out']]) });
    if (!built.ok) throw new Error(built.refusal.message);
    expect(printInstruction(built.program, 0)).toBe('if r1 == 0 goto out');
    expect(listing(built.program).map(({ text }) => text)).toEqual(['main:', 'if r1 == 0 goto out', 'out:', 'exit']);
  });

  it('prints what has no name by number', () => {
    const slots = [insn('imm64_map', { dst: 1, imm: 3 }), { code: 0, dst: 0, src: 0, off: 0, imm: 0 }, exit];
    const built = buildProgram({ slots });
    if (!built.ok) throw new Error(built.refusal.message);
    expect(printInstruction(built.program, 0)).toBe('r1 = map[#3] ll');
    expect(printInstruction(built.program, 1)).toBe('.slot 1');
  });
});
