/** Stack of chains. */
import { describe, expect, test } from 'vitest';
import { roundUp, unchangedCost, worstChain } from '../../../src/subjects/cost.js';
import { programOf } from './states.js';

const TREE = programOf(`
main:
    call left
    call right
    exit
left:
    call leaf
    exit
right:
    r0 = 0
    exit
leaf:
    r0 = 0
    exit
`);

describe('worstChain', () => {
  test('worstChain rounds every frame up to 16 and takes the worst chain', () => {
    expect(worstChain(TREE, [8, 8, 40, 8])).toEqual({ bytes: 64, frames: 2 });
    expect(worstChain(TREE, [8, 8, 40, 24])).toEqual({ bytes: 64, frames: 2 });
    expect(worstChain(TREE, [8, 8, 40, 40])).toEqual({ bytes: 80, frames: 3 });
  });

  test('worstChain of a single subprogram is its frame', () => {
    expect(worstChain(programOf('main:\n    r0 = 0\n    exit\n'), [24])).toEqual({ bytes: 32, frames: 1 });
  });
});

describe('unchangedCost', () => {
  test('unchangedCost adds no instructions and rounds frames up to 8', () => {
    expect(unchangedCost(TREE, [4, 8, 0, 0], 16)).toEqual({
      stack: [8, 8, 0, 0],
      chain: 32,
      metadataBytes: 16,
      instructionsAdded: 0,
    });
    expect(roundUp(17, 16)).toBe(32);
  });
});
