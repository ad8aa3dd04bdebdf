/** Tests of the macros that every exported file brings. */
import { describe, expect, it } from 'vitest';
import { PRELUDE } from '../../../src/export/prelude.js';

describe('PRELUDE', () => {
  it('PRELUDE defines no macro of bpf_misc.h or bpf_helpers.h that is there already', () => {
    const defined = [...PRELUDE.matchAll(/^#define (\w+)/gm)].map((match) => match[1] ?? '');
    const own = /^(insn_bytes|since_llvm_\d+|test_tag\w*)$/;
    expect(defined.filter((name) => !own.test(name)).length).toBeGreaterThan(10);
    for (const name of defined) if (!own.test(name)) expect(PRELUDE).toContain(`#ifndef ${name}\n#define ${name}`);
  });

  it('PRELUDE is balanced', () => {
    expect(PRELUDE.match(/^#if/gm)?.length).toBe(PRELUDE.match(/^#endif/gm)?.length);
  });
});
