import { describe, expect, it } from 'vitest';
import { CTX_HIGH, CTX_LOW, objectHigh, objectLow } from '../../../oracles/machine/address.js';
import { hashFrame, Memory } from '../../../oracles/machine/memory.js';

function asking(): { readonly memory: Memory; readonly asked: number[] } {
  const asked: number[] = [];
  const memory = new Memory();
  memory.reset({
    context: (word) => {
      asked.push(word);
      return 0x0101_0101 * (word + 1);
    },
    draw: () => 0n,
    acquireFails: () => false,
  });
  return { memory, asked };
}

describe('Memory', () => {
  it('asks for each context word once, when it is first read', () => {
    const { memory, asked } = asking();
    const at = memory.locate(CTX_LOW, CTX_HIGH, 48, 8, false);
    expect(memory.view.getBigUint64(at, true)).toBe(0x0202_0202_0101_0101n);
    memory.locate(CTX_LOW, CTX_HIGH, 49, 1, false);
    memory.locate(CTX_LOW, CTX_HIGH, 68, 4, false);
    expect(asked).toEqual([0, 1]);
  });

  it('does not ask for a word that is overwritten whole, but for one that is in part', () => {
    const { memory, asked } = asking();
    memory.locate(CTX_LOW, CTX_HIGH, 48, 4, true);
    memory.locate(CTX_LOW, CTX_HIGH, 48, 4, false);
    memory.locate(CTX_LOW, CTX_HIGH, 52, 2, true);
    expect(asked).toEqual([1]);
  });

  it('never reuses an address, and tells a dead object from none', () => {
    const { memory } = asking();
    const first = memory.addObject('ring', -1, 16, 0);
    memory.kill(first);
    const second = memory.addObject('ring', -1, 16, 0);
    expect(second).not.toBe(first);
    expect(memory.locate(objectLow(first), objectHigh(first), 0, 8, false)).toBe(-1);
    expect(memory.why).toBe('use-after-release');
    expect(memory.locate(objectLow(second), objectHigh(second), 8, 8, false)).toBeGreaterThan(0);
    expect(memory.locate(objectLow(second), objectHigh(second), 9, 8, false)).toBe(-1);
    expect(memory.why).toBe('bad-address');
  });

  it('has nothing behind a kernel object', () => {
    const { memory } = asking();
    const task = memory.addKernelObject('task');
    expect(memory.locate(objectLow(task), objectHigh(task), 0, 1, false)).toBe(-1);
  });

  it('grows, and refuses what exceeds its bound', () => {
    const { memory } = asking();
    const big = memory.addObject('ring', -1, 1 << 20, 7);
    const at = memory.locate(objectLow(big), objectHigh(big), (1 << 20) - 8, 8, false);
    expect(memory.view.getUint8(at)).toBe(7);
    expect(memory.addObject('ring', -1, 1 << 30, 0)).toBe(-1);
  });

  it('restores what was saved', () => {
    const { memory } = asking();
    const object = memory.addObject('object', 0, 8, 1);
    const saved = memory.save();
    memory.kill(object);
    memory.addObject('object', 0, 8, 2);
    memory.restore(saved);
    expect([memory.objects, memory.isLive(object)]).toEqual([1, true]);
    const at = memory.locate(objectLow(object), objectHigh(object), 0, 8, false);
    expect(memory.view.getUint8(at)).toBe(1);
  });
});

describe('hashFrame', () => {
  it('skips the reserved bytes and what was never written', () => {
    const { memory } = asking();
    memory.depth = 1;
    memory.enterFrame(0, 0xbd);
    const empty = hashFrame(1, memory, 0, 512, 512);
    memory.view.setInt32(480, 5, true);
    expect(hashFrame(1, memory, 0, 480, 488)).toBe(empty);
    expect(hashFrame(1, memory, 0, 512, 512)).not.toBe(empty);
  });
});
