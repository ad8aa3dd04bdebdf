/** Tests of what reducers ask of a program. */
import { describe, expect, it } from 'vitest';
import { callsOf, pcsIn, pcsOf, registersIn } from '../../../src/shrink/listing.js';
import { programOf } from './text.js';

const PROGRAM = programOf('main:', 'r6 = map[events] ll', 'call sub', 'exit', 'sub:', 'r0 = r7', 'exit');

describe('pcsOf', () => {
  it('pcsOf counts a 64-bit immediate once', () => {
    expect(pcsOf(PROGRAM)).toEqual([0, 2, 3, 4, 5]);
  });
});

describe('pcsIn', () => {
  it('pcsIn keeps to a subprogram', () => {
    expect(pcsIn(PROGRAM, 1)).toEqual([4, 5]);
  });
});

describe('callsOf', () => {
  it('callsOf finds the calls of a subprogram', () => {
    expect(callsOf(PROGRAM, 1)).toEqual([2]);
  });
});

describe('registersIn', () => {
  it('registersIn keeps to a subprogram', () => {
    expect([...registersIn(PROGRAM, 1)].sort()).toEqual([0, 7]);
  });
});
