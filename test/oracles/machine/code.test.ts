import { describe, expect, it } from 'vitest';
import { Code, hasBadRegister, usedCalleeSaved } from '../../../oracles/machine/code.js';
import { RegisterFile } from '../../../oracles/machine/register-file.js';
import { program, runSlots } from './harness.js';

const TWO = `main:
    r6 = r1
    call sub
    r9 += 1
    r0 = 0
    exit
sub:
    r0 = 5 ll
    if r0 == -1 goto out
    w7 = 3
out:
    exit
`;

describe('Code', () => {
  it('turns immediates into sign-extended constants and offsets into targets', () => {
    const code = new Code();
    const file = new RegisterFile();
    code.load(program(TWO), undefined, file);
    expect(code.length).toBe(10);
    expect(file.value(code.src[5] ?? 0)).toBe(5n);
    expect(file.value(code.src[7] ?? 0)).toBe(0xffff_ffff_ffff_ffffn);
    expect([code.target[1], code.target[7]]).toEqual([5, 9]);
  });

  it('marks inserted instructions', () => {
    const code = new Code();
    code.load(program('main:\n    r1 = 0\n    r0 = 0\n    exit\n'), [-1, 0, 1], new RegisterFile());
    expect([...code.added.slice(0, 3)]).toEqual([1, 0, 0]);
  });

  it('decodes nothing beyond its end after a shorter load', () => {
    const code = new Code();
    const file = new RegisterFile();
    code.load(program(TWO), undefined, file);
    code.load(program('main:\n    r0 = 0\n    exit\n'), undefined, file);
    expect(code.length).toBe(2);
  });
});

describe('usedCalleeSaved', () => {
  it('counts registers of source and destination per subprogram', () => {
    expect([...usedCalleeSaved(program(TWO), 2)]).toEqual([0b1001, 0b0010]);
  });
});

describe('hasBadRegister', () => {
  it('finds a register that does not exist', () => {
    const mov = { code: 0xbf, dst: 11, src: 0, off: 0, imm: 0 };
    expect(hasBadRegister(program(TWO))).toBe(-1);
    expect(runSlots([mov])).toContain('no such register');
  });
});
