import { describe, expect, it } from 'vitest';
import { outcomeText } from '../../oracles/outcome.js';

describe('outcomeText', () => {
  it('writes every outcome as the corpus does', () => {
    expect(outcomeText({ how: 'exit', value: 3n })).toBe('exit 3');
    expect(outcomeText({ how: 'throw', value: 2n ** 64n - 1n })).toBe('throw 18446744073709551615');
    expect(outcomeText({ how: 'fault', code: 'bad-release', pc: 1, message: 'x' })).toBe('fault bad-release');
    expect(outcomeText({ how: 'stop' })).toBe('stop');
    expect(outcomeText({ how: 'fuel' })).toBe('fuel');
  });
});
