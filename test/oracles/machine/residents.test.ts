import { describe, expect, it } from 'vitest';
import { Residents } from '../../../oracles/machine/residents.js';

describe('Residents', () => {
  it('at answers with the latest at a place, of that frame', () => {
    const residents = new Residents();
    residents.put(0, -16, 3, []);
    residents.put(1, -16, 4, []);
    residents.put(0, -16, 5, []);
    expect([residents.at(0, -16), residents.at(1, -16), residents.at(1, -8)]).toEqual([5, 4, -1]);
  });

  it('put again with other words changes the one that is there', () => {
    const residents = new Residents();
    residents.put(0, -16, 3, [1n]);
    residents.put(0, -8, 4, [2n]);
    residents.put(0, -16, 3, [5n]);
    expect(residents.rows).toEqual([
      { frame: 0, offset: -16, object: 3, words: [5n] },
      { frame: 0, offset: -8, object: 4, words: [2n] },
    ]);
  });

  it('drop takes every place of an object, leave every place of a frame', () => {
    const residents = new Residents();
    residents.put(0, -16, 3, []);
    residents.put(1, -32, 3, []);
    residents.put(1, -8, 4, []);
    residents.drop(3);
    expect(residents.rows).toEqual([{ frame: 1, offset: -8, object: 4, words: [] }]);
    residents.put(0, -8, 5, []);
    residents.leave(1);
    expect(residents.rows).toEqual([{ frame: 0, offset: -8, object: 5, words: [] }]);
  });

  it('restore puts back what rows gave', () => {
    const residents = new Residents();
    residents.put(0, -16, 3, []);
    const kept = [...residents.rows];
    residents.clear();
    residents.restore(kept);
    expect(residents.at(0, -16)).toBe(3);
  });
});
