import { describe, expect, it } from 'vitest';
import { OP_NAMES, OPS } from '../../../src/isa/op.js';
import { behaveAll, opsOf, profileOf } from '../sample.js';

const ROWS = [
  'scalar-const',
  'scalar-read',
  'scalar-arith',
  'scalar-unary',
  'wide-const',
  'zero-registers',
  'ctx-access',
] as const;

describe('emitArithmetic, emitUnary', () => {
  it('come to every operator and width', () => {
    const ops = opsOf(profileOf(['scalar-read', 'scalar-arith', 'scalar-unary']), 200);
    const wanted = OP_NAMES.filter((name) => ['alu', 'neg', 'movsx', 'swap'].includes(OPS[name].shape));
    expect(wanted.filter((name) => !ops.has(name))).toEqual([]);
  });
});

describe('testScalar', () => {
  it('comes to every comparison', () => {
    const ops = opsOf(profileOf(['scalar-read', 'if']), 400);
    expect(OP_NAMES.filter((name) => OPS[name].shape === 'jump' && !ops.has(name))).toEqual([]);
  });
});

describe('emitContextAccess', () => {
  it('reads and writes every size', () => {
    const ops = opsOf(profileOf(['ctx-access']), 60);
    for (const size of [8, 16, 32, 64]) expect(ops).toContain(`ldx${size}`);
    for (const size of [8, 16, 32, 64]) expect(ops).toContain(`stx${size}`);
  });
});

describe('scalar rows', () => {
  it('make programs that run without a fault', () => {
    expect(behaveAll(profileOf(ROWS), 60).wrongs).toEqual([]);
  });
});
