/** Tests of the fields of the context: the running kernel, where there is one, allows the same accesses. */
import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import { openLoader } from '../../../src/bridge/kernel/load.js';
import { CB_ONLY, fieldOf, SK_BUFF } from '../../../src/verify/sk-buff.js';

const kernel = await openLoader();

describe('fieldOf', () => {
  it('fieldOf: cb in aligned pieces of every size, also where there is nothing else', () => {
    for (const fields of [CB_ONLY, SK_BUFF]) {
      for (const does of ['read', 'write'] as const) {
        const allowed = (size: number) =>
          Array.from({ length: 40 }, (_, at) => 40 + at).filter((at) => fieldOf(fields, at, size, does)?.name === 'cb');
        expect(allowed(8)).toEqual([48, 56]);
        expect(allowed(4)).toEqual([48, 52, 56, 60, 64]);
        expect(allowed(2)).toHaveLength(10);
        expect(allowed(1)).toHaveLength(20);
      }
    }
    expect(fieldOf(CB_ONLY, 8, 4, 'read')).toBeUndefined();
  });

  it('SK_BUFF: fields ascend and do not overlap', () => {
    SK_BUFF.forEach(({ offset }, index) => {
      const { offset: before, size } = SK_BUFF[index - 1] ?? { offset: 0, size: 0 };
      expect(offset).toBeGreaterThanOrEqual(before + size);
    });
  });

  it.skipIf(!kernel.ok)('fieldOf: the running kernel allows the same', () => {
    if (!kernel.ok) return;
    const asks = {
      read: (type: string, at: string) => `r2 = *(${type} *)(r1 ${at})`,
      write: (type: string, at: string) => `*(${type} *)(r1 ${at}) = r2`,
    };
    const differ: string[] = [];
    for (const does of ['read', 'write'] as const) {
      for (const size of [1, 2, 4, 8]) {
        for (let offset = -8; offset < 200; offset++) {
          const text = asks[does](`u${8 * size}`, offset < 0 ? `- ${-offset}` : `+ ${offset}`);
          const parsed = parseProgram(`main:\n    r2 = 1\n    ${text}\n    r0 = 0\n    exit\n`);
          if (!parsed.ok) throw new Error(text);
          const translated = kernel.value.translate(parsed.program);
          if (!translated.ok) throw new Error(translated.detail);
          const theirs = kernel.value.load(translated.image).verdict === 'accepted';
          if (theirs !== (fieldOf(SK_BUFF, offset, size, does) !== undefined)) differ.push(text);
        }
      }
    }
    kernel.value.close();
    expect(differ).toEqual([]);
  });
});
