import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import { pcOfFrame } from '../../../src/verify/frame-pc.js';
import { analyse } from '../../../src/verify/walk.js';

const parsed = parseProgram(`
main:
  call outer
  exit
outer:
  r6 = 0
  call inner
  exit
inner:
  r1 = 7
  call bpf_throw
  r0 = 0
  exit
`);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
const { throws } = analyse(parsed.program, { pruning: 'off' });

describe('pcOfFrame', () => {
  it('pcOfFrame is the throw in the innermost frame, the call in each other', () => {
    const pcs = throws.map((visit) => Array.from({ length: visit.state.depth }, (_, frame) => pcOfFrame(visit, frame)));
    expect(pcs).toEqual([[0, 3, 6]]);
  });
});
