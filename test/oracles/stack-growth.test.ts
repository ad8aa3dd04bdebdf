import { describe, expect, it } from 'vitest';
import { HarnessBug } from '../../oracles/harness-bug.js';
import { stackGrowth, worstChain } from '../../oracles/stack-growth.js';
import { parseProgram } from '../../src/asm/parse.js';

function program(text: string) {
  const parsed = parseProgram(text);
  if (!parsed.ok) throw new Error(parsed.errors.map(({ message }) => message).join());
  return parsed.program;
}

// main calls a and b; a calls c.
const tree = program(`main:
    call a
    call b
    exit
a:
    call c
    exit
b:
    r0 = 0
    exit
c:
    r0 = 0
    exit
`);

describe('worstChain', () => {
  it('rounds each frame up to 16 bytes and takes the worst path', () => {
    expect(worstChain(tree, [8, 8, 40, 8])).toBe(16 + 48);
    expect(worstChain(tree, [8, 24, 40, 8])).toBe(16 + 32 + 16);
  });

  it('counts a frame that uses nothing as nothing, as the kernel with a JIT does', () => {
    expect(worstChain(tree, [0, 8, 0, 0])).toBe(16);
    expect(worstChain(tree, [0, 0, 0, 0])).toBe(0);
  });
});

describe('stackGrowth', () => {
  const cost = { stack: [24, 8, 40, 8], chain: 32 + 48, metadataBytes: 0, instructionsAdded: 0 };

  it('says what was added per subprogram and to the worst chain', () => {
    expect(stackGrowth(tree, [8, 8, 40, 8], tree, cost, 's')).toEqual({ perSubprogram: [16, 0, 0, 0], chain: 16 });
  });

  it('does not believe a wrong sum', () => {
    expect(() => stackGrowth(tree, [8, 8, 40, 8], tree, { ...cost, chain: 64 }, 's')).toThrow(HarnessBug);
  });
});
