import { describe, expect, it } from 'vitest';
import { ACCESS } from '../../../oracles/machine/access.js';
import { type Insn, imm64, insn } from '../../../src/isa/insn.js';
import type { OpName } from '../../../src/isa/op.js';
import { ran, runSlots } from './harness.js';

const BYTES = [0x81, 0x92, 0xa3, 0xb4, 0xc5, 0xd6, 0xe7, 0xf8] as const;
const OLD = 0xf8e7_d6c5_b4a3_9281n;

/** Runs `ops` on memory r1 = OLD with r3 = `operand` and answers register `result`. */
function onMemory(ops: readonly Insn[], operand: bigint, result: 'memory' | 'r3' | 'r0', r0 = 0n): bigint | string {
  const answer = {
    memory: insn('ldx64', { dst: 0, src: 1 }),
    r3: insn('mov64', { dst: 0, operand: { reg: 3 } }),
    r0: insn('mov64', { dst: 0, operand: { reg: 0 } }),
  } as const;
  return runSlots([...imm64(3, operand), ...imm64(0, r0), ...ops, answer[result]], Uint8Array.from(BYTES));
}

const LOADS: readonly (readonly [OpName, bigint])[] = [
  ['ldx8', 0x81n],
  ['ldx16', 0x9281n],
  ['ldx32', 0xb4a3_9281n],
  ['ldx64', OLD],
  ['ldxs8', 0xffff_ffff_ffff_ff81n],
  ['ldxs16', 0xffff_ffff_ffff_9281n],
  ['ldxs32', 0xffff_ffff_b4a3_9281n],
  ['load_acquire8', 0x81n],
  ['load_acquire16', 0x9281n],
  ['load_acquire32', 0xb4a3_9281n],
  ['load_acquire64', OLD],
];

const STORES: readonly (readonly [OpName, bigint])[] = [
  ['stx8', 0xf8e7_d6c5_b4a3_9288n],
  ['stx16', 0xf8e7_d6c5_b4a3_7788n],
  ['stx32', 0xf8e7_d6c5_5566_7788n],
  ['stx64', 0x1122_3344_5566_7788n],
  ['store_release8', 0xf8e7_d6c5_b4a3_9288n],
  ['store_release16', 0xf8e7_d6c5_b4a3_7788n],
  ['store_release32', 0xf8e7_d6c5_5566_7788n],
  ['store_release64', 0x1122_3344_5566_7788n],
  ['st8', 0xf8e7_d6c5_b4a3_92ffn],
  ['st16', 0xf8e7_d6c5_b4a3_ffffn],
  ['st32', 0xf8e7_d6c5_ffff_ffffn],
  ['st64', 0xffff_ffff_ffff_ffffn],
];

/** op, operand, memory afterwards. */
const ATOMICS: readonly (readonly [string, bigint, bigint])[] = [
  ['add64', 0x1000_0000_0000_0001n, 0x08e7_d6c5_b4a3_9282n],
  ['or64', 0xfn, 0xf8e7_d6c5_b4a3_928fn],
  ['and64', 0xff00_0000_0000_00ffn, 0xf800_0000_0000_0081n],
  ['xor64', 0xffff_ffff_ffff_ffffn, 0x0718_293a_4b5c_6d7en],
  ['add32', 0x1_5000_0000n, 0xf8e7_d6c5_04a3_9281n],
  ['or32', 0xf_0000_000fn, 0xf8e7_d6c5_b4a3_928fn],
  ['and32', 0xffn, 0xf8e7_d6c5_0000_0081n],
  ['xor32', 0xffff_ffff_ffff_ffffn, 0xf8e7_d6c5_4b5c_6d7en],
];

function isAccess(name: string): name is keyof typeof ACCESS {
  return name in ACCESS;
}

function opName(name: string): OpName {
  if (!isAccess(name)) throw new Error(name);
  return name;
}

describe('ACCESS', () => {
  it.each(LOADS)('%s extends as it should', (op, value) => {
    expect(onMemory([insn(op, { dst: 3, src: 1 })], 0n, 'r3')).toBe(value);
  });

  it.each(STORES)('%s writes its bytes and no others', (op, value) => {
    const slot = op.startsWith('st') && !op.startsWith('stx') && !op.startsWith('store');
    const fields = slot ? { dst: 1, imm: -1 } : { dst: 1, src: 3 };
    expect(onMemory([insn(op, fields)], 0x1122_3344_5566_7788n, 'memory')).toBe(value);
  });

  it.each(ATOMICS)(
    'atomic and fetching %s write the same; the latter returns the old value',
    (name, operand, memory) => {
      const plain = [insn(opName(`atomic_${name}`), { dst: 1, src: 3 })];
      const fetch = [insn(opName(`fetch_${name}`), { dst: 1, src: 3 })];
      const old = name.endsWith('32') ? 0xb4a3_9281n : OLD;
      expect(onMemory(plain, operand, 'memory')).toBe(memory);
      expect(onMemory(plain, operand, 'r3')).toBe(operand);
      expect(onMemory(fetch, operand, 'memory')).toBe(memory);
      expect(onMemory(fetch, operand, 'r3')).toBe(old);
    },
  );

  it('exchanges', () => {
    const wide = [insn('xchg64', { dst: 1, src: 3 })];
    const narrow = [insn('xchg32', { dst: 1, src: 3 })];
    expect(onMemory(wide, 5n, 'memory')).toBe(5n);
    expect(onMemory(wide, 5n, 'r3')).toBe(OLD);
    expect(onMemory(narrow, 0x9_0000_0005n, 'memory')).toBe(0xf8e7_d6c5_0000_0005n);
    expect(onMemory(narrow, 5n, 'r3')).toBe(0xb4a3_9281n);
  });

  it('compares and exchanges: R0 always becomes the old value', () => {
    const wide = [insn('cmpxchg64', { dst: 1, src: 3 })];
    const narrow = [insn('cmpxchg32', { dst: 1, src: 3 })];
    expect(onMemory(wide, 5n, 'memory', OLD)).toBe(5n);
    expect(onMemory(wide, 5n, 'r0', OLD)).toBe(OLD);
    expect(onMemory(wide, 5n, 'memory', 1n)).toBe(OLD);
    expect(onMemory(wide, 5n, 'r0', 1n)).toBe(OLD);
    expect(onMemory(narrow, 5n, 'memory', 0x7_b4a3_9281n)).toBe(0xf8e7_d6c5_0000_0005n);
    expect(onMemory(narrow, 5n, 'r0', 0x7_b4a3_9281n)).toBe(0xb4a3_9281n);
    expect(onMemory(narrow, 5n, 'r0', 3n)).toBe(0xb4a3_9281n);
  });

  it('faults where no memory is, even partly', () => {
    expect(onMemory([insn('ldx64', { dst: 3, src: 1, off: 1 })], 0n, 'r3')).toBe('bad-address');
    expect(onMemory([insn('ldx8', { dst: 3, src: 1, off: -1 })], 0n, 'r3')).toBe('bad-address');
    expect(onMemory([insn('stx8', { dst: 3, src: 1 })], 8n, 'r3')).toBe('bad-address');
    expect(ran('main:\n    *(u64 *)(r10 - 4) = 0\n    exit\n').outcome).toMatchObject({ code: 'bad-address' });
    expect(onMemory([insn('st64', { dst: 10, off: 4 })], 0n, 'r3')).toBe('bad-address');
    expect(onMemory([insn('st64', { dst: 10, off: -520 })], 0n, 'r3')).toBe('bad-address');
    expect(onMemory([insn('st64', { dst: 10, off: -512 })], 0n, 'r3')).toBe(0n);
  });

  it('reports an inserted access below the frame as an overflow of the stack', () => {
    const text = 'main:\n    *(u64 *)(r10 - 520) = 0\n    r0 = 0\n    exit\n';
    const added = { toPrepared: [1, 2], toOriginal: [-1, 0, 1] };
    expect(ran(text, {}, { load: { pcMap: added } }).outcome).toMatchObject({ how: 'fault', code: 'stack-overflow' });
    expect(ran(text).outcome).toMatchObject({ how: 'fault', code: 'bad-address', pc: 0 });
  });
});
