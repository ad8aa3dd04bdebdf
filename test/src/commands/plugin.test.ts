import { describe, expect, it } from 'vitest';
import { answerPlugin } from '../../../src/commands/plugin.js';

const EXIT = '95 00 00 00 00 00 00 00';

describe('answerPlugin', () => {
  it('answers R0 as hex without padding', () => {
    expect(answerPlugin('', `b7 00 00 00 00 00 00 00 ${EXIT}`)).toEqual({ ok: true, r0: '0' });
    expect(answerPlugin('', `b4 00 00 00 ff ff ff ff\n${EXIT}`)).toEqual({ ok: true, r0: 'ffffffff' });
    expect(answerPlugin('', `B700000000000080${EXIT}`)).toEqual({ ok: true, r0: 'ffffffff80000000' });
  });

  it('passes memory in r1 and its length in r2', () => {
    expect(answerPlugin('aa bb cc dd', `61 10 00 00 00 00 00 00 ${EXIT}`)).toEqual({ ok: true, r0: 'ddccbbaa' });
    expect(answerPlugin('aabbccdd', `bf 20 00 00 00 00 00 00 ${EXIT}`)).toEqual({ ok: true, r0: '4' });
    expect(answerPlugin('aabb', `72 01 00 00 11 00 00 00 69 10 00 00 00 00 00 00 ${EXIT}`)).toEqual({
      ok: true,
      r0: 'bb11',
    });
    expect(answerPlugin('', `bf 10 00 00 00 00 00 00 ${EXIT}`)).toEqual({ ok: true, r0: '0' });
  });

  it('runs local calls with a stack each', () => {
    // *(u64 *)(r10 - 8) = 5; call +2; r0 = *(u64 *)(r10 - 8); exit; *(u64 *)(r10 - 8) = 9; exit
    const text = `7a0af8ff05000000 8510000002000000 79a0f8ff00000000 ${EXIT} 7a0af8ff09000000 ${EXIT}`;
    expect(answerPlugin('', text)).toEqual({ ok: true, r0: '5' });
  });

  it('lets a store reach above r10, as the suite does', () => {
    // *(u64 *)(r10 - 4) = 0x44332211; *(u64 *)(r10 - 8) = 5; call +2; r0 = *(u32 *)(r10 - 4); exit; (same stores) exit
    const stores = (first: string) => `7a0afcff${first} 7a0af8ff05000000`;
    const text = `${stores('11223344')} 8510000002000000 61a0fcff00000000 ${EXIT} ${stores('99aabbcc')} ${EXIT}`;
    expect(answerPlugin('', text)).toEqual({ ok: true, r0: '0' });
    const kept = `7a0af8ff05000000 7a0afcff11223344 8510000002000000 61a0fcff00000000 ${EXIT} ${stores('99aabbcc')} ${EXIT}`;
    expect(answerPlugin('', kept)).toEqual({ ok: true, r0: '44332211' });
  });

  it('explains what it cannot run', () => {
    expect(answerPlugin('', 'zz')).toEqual({ ok: false, message: 'the program is not hexadecimal' });
    expect(answerPlugin('x', EXIT)).toEqual({ ok: false, message: 'the memory is not hexadecimal' });
    expect(answerPlugin('', '')).toEqual({ ok: false, message: 'the program is empty' });
    expect(answerPlugin('', '950000')).toMatchObject({ ok: false });
    expect(answerPlugin('', 'ff00000000000000')).toMatchObject({ ok: false });
    expect(answerPlugin('', `7910000000000000${EXIT}`)).toMatchObject({ ok: false });
    expect(answerPlugin('', '8500000001000000')).toMatchObject({ ok: false });
  });
});
