import { describe, expect, it } from 'vitest';
import { columnsOf, emptyColumns, setSlot } from '../../../src/isa/columns.js';

const FIRST = { code: 0xb7, dst: 6, src: 0, off: 0, imm: -1 };
const SECOND = { code: 0x7b, dst: 10, src: 6, off: -8, imm: 0 };

describe('columnsOf', () => {
  it('columnsOf has one element per slot and field', () => {
    const { length, code, dst, src, off, imm } = columnsOf([FIRST, SECOND]);
    expect(length).toBe(2);
    expect([code, dst, src, off, imm].map((column) => [...column])).toEqual([
      [0xb7, 0x7b],
      [6, 10],
      [0, 6],
      [0, -8],
      [-1, 0],
    ]);
  });
});

describe('setSlot', () => {
  it('setSlot writes every field of one slot and of no other', () => {
    const columns = emptyColumns(3);
    setSlot(columns, 1, SECOND);
    const fields = [columns.code, columns.dst, columns.src, columns.off, columns.imm];
    expect(fields.map((column) => column[1])).toEqual([0x7b, 10, 6, -8, 0]);
    expect(fields.flatMap((column) => [column[0], column[2]]).every((value) => value === 0)).toBe(true);
  });
});
