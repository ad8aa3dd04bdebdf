import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { blessFile } from '../../../src/case/bless.js';
import { readCase } from '../../../src/case/read.js';
import { replayCase } from '../../../src/case/replay.js';

const folder = mkdtempSync(join(tmpdir(), 'bless-'));
afterAll(() => rmSync(folder, { recursive: true }));

function load(path: string) {
  const read = readCase(readFileSync(path, 'utf8'));
  if (!read.ok) throw new Error(JSON.stringify(read.errors));
  return read.case;
}

describe('blessFile', () => {
  it('rewrites expected lines only, once', () => {
    const text = readFileSync('corpus/accept/nullness/caller-holds-on-one-path.bpf', 'utf8');
    const path = join(folder, 'case.bpf');
    writeFileSync(path, text.replace('main +0 guard', 'main +8 guard'));
    expect(replayCase(load(path)).mismatches).toHaveLength(1);
    expect(blessFile(path, load(path))).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(blessFile(path, load(path))).toBe(false);
  });

  it('adds lines to a file without any, below an empty line', () => {
    const path = join(folder, 'fresh.bpf');
    writeFileSync(path, ';! case: nothing to clean up\n\nmain:\n    r0 = 0\n    exit\n');
    expect(blessFile(path, load(path))).toBe(true);
    expect(readFileSync(path, 'utf8')).toMatch(/ {4}exit\n\n;> /);
    expect(replayCase(load(path)).mismatches).toEqual([]);
  });
});
