import { describe, expect, it } from 'vitest';
import type { MenuRowName } from '../../../generators/menu.js';
import { PROFILES } from '../../../generators/profile.js';
import { behaveAll, profileOf, sample } from '../sample.js';

const check = (rows: readonly MenuRowName[], count = 50) => {
  const behaviour = behaveAll(profileOf([...rows, 'guard-throw']), count);
  expect(behaviour.wrongs).toEqual([]);
  return behaviour;
};

describe('emitCallGuard', () => {
  it('throws below frames that hold something', () => {
    expect(check(['acquire', 'call-guard']).heldAtThrow).toBeGreaterThan(0);
  });
});

describe('emitCallWork', () => {
  it('throws with several frames holding', () => {
    expect(check(['acquire', 'call-work', 'release', 'copy']).holdingFrames).toBeGreaterThan(1);
  });
});

describe('emitCallMake, emitCallDrop, emitCallFill', () => {
  it('pass resources up and down without losing one', () => {
    check(['call-make', 'release']);
    check(['acquire', 'call-drop']);
    check(['call-fill', 'call-drop', 'if-null']);
  });
});

describe('canCall', () => {
  it('lets chains become eight frames deep and no deeper', () => {
    const depths = sample(PROFILES['deep-calls'], 150).flatMap(({ emitted }) => emitted.map(({ depth }) => depth));
    expect(Math.max(...depths)).toBe(7);
  });
});
