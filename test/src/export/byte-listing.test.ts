/** Tests of bytes for people. */
import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import { byteLines, byteListing, hexSlots } from '../../../src/export/byte-listing.js';

function program(text: string) {
  const parsed = parseProgram(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.program;
}

const SAMPLE = program(`main:
    r1 = 0x1122334455667788 ll
    if r1 != 0 goto main
done:
    exit
`);

describe('hexSlots', () => {
  it('hexSlots has the bytes of every slot in the order of memory', () => {
    expect(hexSlots(SAMPLE)).toEqual(['1801000088776655', '0000000044332211', '5501fdff00000000', '9500000000000000']);
  });
});

describe('byteLines', () => {
  it('byteLines gives an immediate of 64 bits both of its slots', () => {
    expect(byteLines(SAMPLE)).toEqual([
      { pc: 0, bytes: ['1801000088776655', '0000000044332211'], text: 'r1 = 0x1122334455667788 ll', label: 'main' },
      { pc: 2, bytes: ['5501fdff00000000'], text: 'if r1 != 0 goto main' },
      { pc: 3, bytes: ['9500000000000000'], text: 'exit', label: 'done' },
    ]);
  });
});

describe('byteListing', () => {
  it('byteListing has labels, pcs, bytes and instructions', () => {
    expect(byteListing(SAMPLE)).toBe(`main:
     0:  18 01 00 00 88 77 66 55  r1 = 0x1122334455667788 ll
     1:  00 00 00 00 44 33 22 11
     2:  55 01 fd ff 00 00 00 00  if r1 != 0 goto main
done:
     3:  95 00 00 00 00 00 00 00  exit
`);
  });
});
