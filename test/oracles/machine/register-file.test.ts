import { describe, expect, it } from 'vitest';
import { REGISTERS, RegisterFile } from '../../../oracles/machine/register-file.js';

describe('RegisterFile', () => {
  it('keeps registers and constants when it grows', () => {
    const file = new RegisterFile();
    file.setHalves(3, -1, 5);
    const positions = Array.from({ length: 500 }, (_, k) => file.addConstant(k, k >> 31));
    expect(positions[0]).toBe(REGISTERS);
    expect(positions.map((at) => Number(file.value(at)))).toEqual(positions.map((_, k) => k));
    expect(file.value(3)).toBe(0x5_ffff_ffffn);
    expect([file.low(3), file.high(3), file.signed[3]]).toEqual([-1, 5, 0x5_ffff_ffffn]);
  });

  it('reuses the places of constants', () => {
    const file = new RegisterFile();
    const before = file.addConstant(1, 0);
    file.keepConstants(0);
    expect(file.addConstant(2, 0)).toBe(before);
  });
});
