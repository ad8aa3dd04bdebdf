/** Tests of reading files. */

import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadBaseline, loadCase, readText } from '../../../src/commands/input.js';
import { file, folder } from './terminal.js';

const RFC = 'frame-descriptors/rfc-v1';
const DEFECT = 'leak/nothing/unlisted/register/caller';

describe('readText', () => {
  it('readText locates the first byte that is not UTF-8', () => {
    const path = file('x', Uint8Array.from([0x61, 0x0a, 0x62, 0xc3, 0x28]));
    expect(() => readText(path)).toThrow(`${path}:2:2: not UTF-8`);
  });

  it('readText says why a file cannot be read', () => {
    expect(() => readText(join(folder(), 'none'))).toThrow('no such file');
    expect(() => readText(folder())).toThrow('it is a folder');
  });
});

describe('loadCase', () => {
  it('loadCase reports every error of a file', () => {
    const path = file('x.bpf', ';! case: x\n;! origin: hand\n\nmain:\n    r11 = 1\n    goto nowhere\n');
    expect(() => loadCase(path)).toThrow(/x\.bpf:5:5: .*\n.*x\.bpf:6:10: /);
  });
});

describe('loadBaseline', () => {
  it('loadBaseline reads a file of rows, locating errors', () => {
    expect(loadBaseline(file('b.txt', `${RFC}: ${DEFECT} ; why\n`), 'exact')).toMatchObject([
      { subject: RFC, reason: 'why' },
    ]);
    const wrong = file('b.txt', `\n${RFC}: ${DEFECT}\n`);
    expect(() => loadBaseline(wrong, 'exact')).toThrow(`${wrong}:2:`);
  });

  it('loadBaseline takes the known lines of a folder of cases, each once', () => {
    const text = `;! case: x\n;! origin: hand\n;! known: ${RFC}: ${DEFECT} ; why\n\nmain:\n    r0 = 0\n    exit\n`;
    const path = file('a.bpf', text);
    writeFileSync(join(dirname(path), 'b.bpf'), text);
    expect(loadBaseline(dirname(path), 'exact')).toMatchObject([{ subject: RFC, defect: DEFECT, reason: 'why' }]);
  });

  it('loadBaseline does not excuse by a case that hides states what happens without hiding any', () => {
    const known = `;! known: ${RFC}: ${DEFECT} ; why\n\nmain:\n    r0 = 0\n    exit\n`;
    const hiding = dirname(file('a.bpf', `;! case: x\n;! origin: hand\n;! pruning: kernel-like\n${known}`));
    const showing = dirname(file('a.bpf', `;! case: x\n;! origin: hand\n;! pruning: off\n${known}`));
    const rows = (path: string) =>
      (['off', 'exact', 'kernel-like-every'] as const).map((p) => loadBaseline(path, p).length);
    expect(rows(hiding)).toEqual([0, 0, 1]);
    expect(rows(showing)).toEqual([1, 1, 1]);
  });

  it('loadBaseline knows nothing when asked to', () => {
    expect(loadBaseline('none', 'exact')).toEqual([]);
  });
});
