import { describe, expect, it } from 'vitest';
import { OP_NAMES, OPS } from '../../../src/isa/op.js';
import { behaveAll, opsOf, profileOf } from '../sample.js';

const ATOMIC = ['atomic', 'fetch', 'xchg', 'cmpxchg', 'load-acquire', 'store-release'];

describe('emitAtomic', () => {
  it('comes to every atomic operation', () => {
    const ops = opsOf(profileOf(['scalar-const', 'scalar-read', 'atomic']), 200);
    expect(OP_NAMES.filter((name) => ATOMIC.includes(OPS[name].shape) && !ops.has(name))).toEqual([]);
  });
});

describe('emitNarrowStore', () => {
  it('stores every narrow size and reads it back with and without sign', () => {
    const ops = opsOf(profileOf(['narrow-store']), 60);
    for (const size of [8, 16, 32])
      for (const op of ['st', 'stx', 'ldx', 'ldxs']) expect(ops).toContain(`${op}${size}`);
  });
});

describe('emitTouch', () => {
  it('stays inside records and objects', () => {
    const { wrongs, throws } = behaveAll(profileOf(['acquire', 'if-null', 'touch-object', 'guard-throw']), 60);
    expect(wrongs).toEqual([]);
    expect(throws).toBeGreaterThan(0);
  });
});

describe('emitSpill, emitFill, emitCopy', () => {
  it('keep what they copy usable', () => {
    const rows = ['acquire', 'spill', 'fill', 'copy', 'release', 'store-zeroes', 'narrow-store'] as const;
    expect(behaveAll(profileOf(rows), 80).wrongs).toEqual([]);
  });
});
