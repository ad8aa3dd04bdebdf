/** Tests of the known differences. */
import { describe, expect, it } from 'vitest';
import { KNOWN_DIFFERENCES, knownDifference } from '../../../oracles/kernel/known-differences.js';

const weSay = (message: string) =>
  knownDifference({ what: 'verdict', ours: { code: 'invalid-access', pc: 0, message }, kernel: undefined })?.name;

describe('knownDifference', () => {
  it('knownDifference recognises what it should and nothing else', () => {
    expect(weSay('R1 of data is a pointer that is not modelled')).toBe('context-pointers');
    expect(weSay('invalid bpf_context access off=20 size=4')).toBeUndefined();
    expect(weSay('cannot pass in iter at an offset=0')).toBe('resident-offset');
    expect(weSay('arg#2 is expected to be NULL')).toBe('null-argument');
    expect(weSay('div by zero')).toBeUndefined();
    expect(knownDifference({ what: 'verdict', ours: undefined, kernel: undefined })).toBeUndefined();
  });

  it('every known difference has a name of its own and a reason', () => {
    expect(new Set(KNOWN_DIFFERENCES.map(({ name }) => name)).size).toBe(KNOWN_DIFFERENCES.length);
    expect(KNOWN_DIFFERENCES.filter(({ why }) => why === '')).toEqual([]);
  });
});
