import { expect, test } from 'vitest';
import { unavailable } from '../../../../src/bridge/kernel/unavailable.js';

test('unavailable is an answer that carries its reason and its words', () => {
  expect(unavailable('no-btf', 'no types here')).toEqual({
    ok: false,
    unavailable: { reason: 'no-btf', message: 'no types here' },
  });
});
