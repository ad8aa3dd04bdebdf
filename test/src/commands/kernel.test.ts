/** Tests of `kernel`: its answers where the kernel can be asked, exit code 3 and the reason elsewhere. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLoader } from '../../../src/bridge/kernel/load.js';
import { run } from './terminal.js';

const kernel = await openLoader();
if (kernel.ok) kernel.value.close();
const out = mkdtempSync(join(tmpdir(), 'kernel-verb-'));

describe('runKernelFuzz', () => {
  it('runKernelFuzz: a leg that is not there is bad usage', async () => {
    const { code, err } = await run('kernel', 'fuzz', '--leg', 'nonsense');
    expect(code).toBe(2);
    expect(err).toContain('--leg nonsense: there is no such leg; known are parity, parity/generated');
  });

  it('runKernelFuzz: findings that have no place are bad usage, before anything is asked', async () => {
    for (const file of ['package.json', 'package.json/below/it']) {
      const { code, err } = await run('kernel', 'fuzz', '--out', file);
      expect(code).toBe(2);
      expect(err).toMatch(/^--out package\.json\S*: .* is no folder/);
    }
  });

  it.skipIf(!kernel.ok)('runKernelFuzz answers with sums by group, and the same twice', async () => {
    const once = async () => {
      const { code, out: text } = await run(
        ...['kernel', 'fuzz', '--seed', 'verb', '--runs', '15', '--json', '--quiet', '--out', out],
      );
      expect(code).toBe(0);
      const { timing, ...rest } = JSON.parse(text);
      expect(timing.health.before.programs).toBe(timing.health.after.programs);
      return rest;
    };
    const answer = await once();
    expect(answer).toMatchObject({ seed: 'verb', profile: 'all', programs: 15, ended: 'complete', stopped: null });
    for (const group of ['parity', 'execution', 'descriptors', 'table']) {
      expect(answer[group].compared, group).toBeGreaterThan(5);
      const sum = answer[group].rows.reduce((all: number, row: { compared: number }) => all + row.compared, 0);
      expect(sum).toBe(answer[group].compared);
    }
    expect(await once()).toEqual(answer);
  });
});

describe('runKernelCheck', () => {
  it('runKernelCheck: a file that is no case is bad input', async () => {
    const { code, err } = await run('kernel', 'check', join(out, 'absent.bpf'));
    expect(code).toBe(2);
    expect(err).toContain('absent.bpf');
  });

  it.skipIf(!kernel.ok)('runKernelCheck asks every leg about the program as it is', async () => {
    const file = 'corpus/accept/kinds/four-kinds-at-once.bpf';
    const { code, out: text } = await run('kernel', 'check', file, '--json');
    expect(code).toBe(0);
    const { legs } = JSON.parse(text);
    expect(legs.length).toBeGreaterThan(4);
    expect(legs).toContainEqual({
      leg: 'descriptors/frame-descriptors/sound',
      answers: [{ is: 'agree', how: 'right' }],
    });
    expect((await run('kernel', 'check', file)).out).toMatch(/descriptors\/frame-descriptors\/sound +agrees +right/);
  });
});

describe('runKernelStatus', () => {
  it.skipIf(kernel.ok)('runKernelStatus ends with exit code 3 and the reason where there is none', async () => {
    const { code, err } = await run('kernel', 'status');
    expect(code).toBe(3);
    expect(err).toContain('the running kernel cannot be asked: ');
  });

  it.skipIf(!kernel.ok)('runKernelStatus has a row for each way to acquire', async () => {
    const { code, out: text } = await run('kernel', 'status');
    expect(code).toBe(0);
    expect(text).toMatch(/ring +bpf_ringbuf_reserve +yes +succeeds/);
    expect(text).toMatch(/the kernel has +programs +maps/);
  });
});

describe('runKernelCallables', () => {
  it.skipIf(!kernel.ok)('runKernelCallables says what is confirmed', async () => {
    const { code, out: text } = await run('kernel', 'callables');
    expect(code).toBe(0);
    expect(text).toMatch(/bpf_task_release +\d+ +0 +0 +may be called; R1 must be an owned task; releases/);
    expect(text).toMatch(/\d+ of \d+ properties confirmed by the running kernel/);
  });
});
