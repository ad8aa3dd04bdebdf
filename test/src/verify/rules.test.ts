/** Tests of the two sets of rules: programs on which they differ, and what the running kernel says of them. */
import { describe, expect, it } from 'vitest';
import { parityOf } from '../../../oracles/kernel/parity.js';
import { parseProgram } from '../../../src/asm/parse.js';
import { openLoader } from '../../../src/bridge/kernel/load.js';
import type { Program } from '../../../src/isa/program.js';
import { mainline } from '../../../src/subjects/mainline/mainline.js';
import { EARLY_2024, LINUX_6_18, type Rules } from '../../../src/verify/rules.js';
import { analyse } from '../../../src/verify/walk.js';

const kernel = await openLoader();

/** `bad` uses what was never written; whether it is reached depends on what is known of a slot. */
const END = '    r0 = 0\n    exit\nbad:\n    r0 = r9\n    exit\n';

const CASES: Readonly<Record<string, { readonly text: string; readonly early: boolean; readonly now: boolean }>> = {
  'an unbounded scalar and its slot learn from each other': {
    text: `    r6 = *(u64 *)(r1 + 48)
    *(u64 *)(r10 - 8) = r6
    if r6 != 7 goto end
    r2 = *(u64 *)(r10 - 8)
    if r2 != 7 goto bad
end:
`,
    early: false,
    now: true,
  },
  'two loads of a slot learn from each other': {
    text: `    r6 = *(u64 *)(r1 + 48)
    r6 += 1
    *(u64 *)(r10 - 8) = r6
    r2 = *(u64 *)(r10 - 8)
    r3 = *(u64 *)(r10 - 8)
    if r2 != 7 goto end
    if r3 != 7 goto bad
end:
`,
    early: false,
    now: true,
  },
  'the 0 of an immediate is forgotten by a store into its other half': {
    text: `    *(u64 *)(r10 - 8) = 0
    *(u32 *)(r10 - 4) = 0
    r2 = *(u32 *)(r10 - 8)
    if r2 != 0 goto bad
`,
    early: true,
    now: false,
  },
  'a narrow spill leaves zero bytes beside it zero': {
    text: `    *(u32 *)(r10 - 4) = 0
    r6 = *(u32 *)(r1 + 48)
    *(u32 *)(r10 - 8) = r6
    r2 = *(u32 *)(r10 - 4)
    if r2 != 0 goto bad
`,
    early: false,
    now: true,
  },
  'a narrow spill of 0 makes no zero of the whole': {
    text: `    *(u32 *)(r10 - 8) = 0
    r2 = *(u64 *)(r10 - 8)
    if r2 != 0 goto bad
`,
    early: false,
    now: false,
  },
  'a narrow load of a wider spill': {
    text: `    *(u64 *)(r10 - 8) = 0
    r2 = *(u16 *)(r10 - 4)
    if r2 != 0 goto bad
`,
    early: true,
    now: true,
  },
  'a field of the context other than cb': {
    text: '    r2 = *(u8 *)(r1 + 16)\n    if r2 > 255 goto bad\n',
    early: false,
    now: true,
  },
};

function program(text: string): Program {
  const parsed = parseProgram(`main:\n${text}${END}`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.program;
}

const accepts = (each: Program, rules: Rules) => analyse(each, { pruning: 'exact', rules }).refusal === undefined;

describe('Rules', () => {
  it.each(Object.entries(CASES))('%s', (_, { text, early, now }) => {
    expect(accepts(program(text), EARLY_2024)).toBe(early);
    expect(accepts(program(text), LINUX_6_18)).toBe(now);
  });

  it.skipIf(!kernel.ok).each(Object.entries(CASES))(
    'LINUX_6_18: so does the running kernel: %s',
    (_, { text, now }) => {
      if (!kernel.ok) return;
      expect(parityOf(kernel.value, mainline, program(text)).is).toBe(now ? 'accepted' : 'refused');
    },
  );

  it('Rules: the early ones are the default', () => {
    const each = program(CASES['a field of the context other than cb']?.text ?? '');
    expect(analyse(each, { pruning: 'exact' }).refusal).toEqual(
      analyse(each, { pruning: 'exact', rules: EARLY_2024 }).refusal,
    );
  });
});
