/** Every file of the corpus replays as it says. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCase } from '../src/case/read.js';
import { mismatchText, replayCase } from '../src/case/replay.js';

const files = readdirSync('corpus', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.bpf'))
  .sort()
  .map((name) => join('corpus', name));

describe('corpus', () => {
  it('has cases to accept and to refuse', () => {
    expect(files.filter((path) => path.startsWith(join('corpus', 'accept'))).length).toBeGreaterThanOrEqual(20);
    expect(files.filter((path) => path.startsWith(join('corpus', 'refuse'))).length).toBeGreaterThanOrEqual(10);
  });

  it.each(files)('%s replays', (path) => {
    const read = readCase(readFileSync(path, 'utf8'));
    if (!read.ok) {
      throw new Error(
        read.errors.map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`).join('\n'),
      );
    }
    const failures = replayCase(read.case).mismatches.map((mismatch) => {
      return `${path}:${read.items.get(mismatch.item) ?? 1}: ${mismatchText(mismatch)}`;
    });
    expect(failures).toEqual([]);
  });
});
