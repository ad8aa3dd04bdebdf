import { expect, it } from 'vitest';
import { YARDSTICKS } from '../../../../src/campaign/survey/yardsticks.js';

it('YARDSTICKS are those of the specification', () => {
  expect(YARDSTICKS.map(({ what, bytes }) => [what, bytes])).toEqual([
    ['bpf_loop inlined', 24],
    ['may_goto', 8],
    ['may_goto, timed', 16],
    ['forced spill', 8],
  ]);
});
