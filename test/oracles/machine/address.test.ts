import { describe, expect, it } from 'vitest';
import * as address from '../../../oracles/machine/address.js';

const FILL = 0xbdbd_bdbd | 0;

describe('classifyValue', () => {
  const classify = (low: number, high: number) => address.classifyValue(low, high, 2, 1);

  it('tells the classes apart', () => {
    expect(classify(0, 0)).toEqual({ is: 'null' });
    expect(classify(7, 0)).toEqual({ is: 'scalar' });
    expect(classify(address.CTX_LOW + 48, address.CTX_HIGH)).toEqual({ is: 'ctx', off: 48 });
    expect(classify(address.mapLow(0), address.MAP_HIGH)).toEqual({ is: 'map', index: 0 });
    expect(classify(address.mapLow(1), address.MAP_HIGH)).toEqual({ is: 'scalar' });
    const frame = classify(address.framePointerLow(3) - 8, address.FRAME_HIGH);
    expect(frame).toEqual({ is: 'frame', frame: 3, off: -8 });
    const object = classify(address.objectLow(1) + 4, address.objectHigh(1));
    expect(object).toEqual({ is: 'object', object: 1, off: 4 });
    expect(classify(address.objectLow(2), address.objectHigh(2))).toEqual({ is: 'scalar' });
  });

  it('recognises poison whole, truncated, and half overwritten', () => {
    for (const why of Object.values(address.POISONED)) {
      expect(classify(address.POISON_LOW, address.poisonHigh(6, why))).toEqual({ is: 'poison' });
      expect(classify(address.POISON_LOW + 8, address.poisonHigh(6, why))).toEqual({ is: 'poison' });
    }
    expect(classify(address.POISON_LOW, 0)).toEqual({ is: 'poison' });
    expect(classify(FILL, FILL)).toEqual({ is: 'poison' });
    expect(classify(0, FILL)).toEqual({ is: 'poison' });
    expect(classify(FILL, 0)).toEqual({ is: 'poison' });
  });

  it('gives every register and reason a poison of its own', () => {
    const all = Object.values(address.POISONED).flatMap((why) =>
      Array.from({ length: 10 }, (_, register) => address.poisonHigh(register, why)),
    );
    expect(new Set(all).size).toBe(30);
  });
});
