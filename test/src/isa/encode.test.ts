import { describe, expect, it } from 'vitest';
import { decodeSlots, encodeProgram } from '../../../src/isa/encode.js';
import { imm64, insn } from '../../../src/isa/insn.js';
import { buildProgram } from '../../../src/isa/validate.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('encodeProgram', () => {
  it('writes little-endian slots: opcode, src and dst, offset, immediate', () => {
    const slots = [
      insn('stx64', { dst: 10, src: 1, off: -8 }),
      insn('mov64', { dst: 2, operand: { imm: -2 } }),
      ...imm64(3, 0x1122334455667788n),
      insn('exit'),
    ];
    const built = buildProgram({ slots });
    if (!built.ok) throw new Error(built.refusal.message);
    expect(hex(encodeProgram(built.program))).toBe(
      '7b1af8ff00000000' + 'b7020000feffffff' + '1803000088776655' + '0000000044332211' + '9500000000000000',
    );
  });
});

describe('decodeSlots', () => {
  it('reads signed offsets and immediates from anywhere in a buffer', () => {
    const bytes = new Uint8Array([0xff, 0x7b, 0x1a, 0xf8, 0xff, 0xfe, 0xff, 0xff, 0xff]).subarray(1);
    expect(decodeSlots(bytes)).toEqual({ ok: true, slots: [{ code: 0x7b, dst: 10, src: 1, off: -8, imm: -2 }] });
  });

  it('refuses a length that is no multiple of 8', () => {
    expect(decodeSlots(new Uint8Array(12))).toEqual({
      ok: false,
      message: '12 bytes are no whole number of 8-byte instructions',
    });
  });
});
