import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../../src/asm/parse.js';
import { savedText } from '../../../../src/campaign/kernel/kernel-finding.js';
import { readCase } from '../../../../src/case/read.js';

const parsed = parseProgram('main:\n  r0 = 7\n  exit\n');
if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
const { program } = parsed;

describe('savedText', () => {
  const saved = savedText(program, 'parity/near-misses', 'verdict: accepted there (!)', { seed: '5', index: 9 }, [
    'here: refused',
    '',
    'there: accepted',
  ]);

  it('savedText is a case of the program, found by fuzzing, with what was said as comments behind it', () => {
    const read = readCase(saved.text);
    if (!read.ok) throw new Error(JSON.stringify(read));
    expect(read.case.origin).toEqual({ by: 'fuzz', seed: '5', index: 9 });
    expect(read.case.title).toBe('parity/near-misses: verdict: accepted there (!)');
    expect([...Array(read.case.program.length)].map((_, pc) => read.case.program.imm[pc])).toEqual([7, 0]);
    expect(saved.text.endsWith('\n; here: refused\n;\n; there: accepted\n')).toBe(true);
  });

  it('savedText names the file below the folder of its leg, in letters that any file system takes', () => {
    expect(saved.name).toBe('parity-near-misses/verdict-accepted-there.bpf');
  });
});
