/** Tests of `export`. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { file, folder, run, WRONG_KIND } from './terminal.js';

const BYTES = 'bf16000000000000\n6161300000000000\n';

describe('runExport', () => {
  it('runExport writes a selftest to stdout, named after the file', async () => {
    const { code, out, err } = await run('export', file('two-kinds.bpf', WRONG_KIND), '--as', 'selftest');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('__failure\n__msg("Unreleased reference")\n');
    expect(out).toContain('__naked int two_kinds(void)\n');
  });

  it('runExport names the program of a selftest after the file it is written to', async () => {
    const path = join(folder(), 'exceptions_merge.c');
    const answer = await run('export', file('a.bpf', WRONG_KIND), '--as', 'selftest', '-o', path);
    expect(answer).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(path, 'utf8')).toContain('__naked int exceptions_merge(void)\n');
  });

  it('runExport writes bytes in hexadecimal to stdout and raw to a file', async () => {
    const input = file('a.bpf', WRONG_KIND);
    const { out } = await run('export', input, '--as', 'bytes');
    expect(out.startsWith(BYTES)).toBe(true);
    const path = join(folder(), 'new', 'a.bin');
    await run('export', input, '--as', 'bytes', '-o', path);
    expect(readFileSync(path).toString('hex')).toBe(out.replaceAll('\n', ''));
  });

  it('runExport writes a listing with bytes', async () => {
    const { out } = await run('export', file('a.bpf', WRONG_KIND), '--as', 'listing');
    expect(out.startsWith('main:\n     0:  bf 16 00 00 00 00 00 00  r6 = r1\n')).toBe(true);
  });

  it('runExport answers in JSON, beside the file', async () => {
    const input = file('a.bpf', WRONG_KIND);
    const path = join(folder(), 'a.bin');
    const bytes = JSON.parse((await run('export', input, '--as', 'bytes', '-o', path, '--json')).out);
    expect(bytes).toMatchObject({ as: 'bytes', file: path, case: expect.stringContaining('one register') });
    expect(bytes.slots.slice(0, 2)).toEqual(BYTES.trim().split('\n'));
    expect(existsSync(path)).toBe(true);
    const test = JSON.parse((await run('export', input, '--as', 'selftest', '--json')).out);
    expect(test).toMatchObject({ file: null, expectation: { accepts: false } });
    expect(test.text).toContain('#include "bpf_misc.h"');
    const lines = JSON.parse((await run('export', input, '--as', 'listing', '--json')).out);
    expect(lines.lines[0]).toEqual({ pc: 0, bytes: ['bf16000000000000'], text: 'r6 = r1', label: 'main' });
  });

  it.each([
    [['export', 'x.bpf'], "required option '--as <form>' not specified"],
    [['export', 'x.bpf', '--as', 'c'], 'C from a program is not supported'],
    [['export', 'x.bpf', '--as', 'elf'], 'Expected selftest, bytes or listing'],
    [['export', '/nonexistent.bpf', '--as', 'bytes'], '/nonexistent.bpf: cannot be read'],
  ])('runExport refuses %j', async (argv, words) => {
    const answer = await run(...argv);
    expect(answer).toMatchObject({ code: 2, out: '' });
    expect(answer.err).toContain(words);
  });

  it('runExport refuses what has no name in C, and a file it cannot write', async () => {
    const nameless = file('a.bpf', ';! case: a\n;! origin: hand\n\nmain:\n    call kfunc#9999\n    r0 = 0\n    exit\n');
    const refused = await run('export', nameless, '--as', 'selftest');
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('cannot be a selftest: the kfunc 9999');
    expect((await run('export', nameless, '--as', 'bytes')).code).toBe(0);
    const unwritable = await run('export', nameless, '--as', 'bytes', '-o', join(nameless, 'below'));
    expect(unwritable.code).toBe(2);
    expect(unwritable.err).toContain('cannot be written');
  });
});
