/** Runs with legs of the test's own: what is counted, saved, made small, and what stops a run. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunningKernel } from '../../../../src/bridge/kernel/load.js';
import type { KernelLog } from '../../../../src/bridge/kernel/log.js';
import { runKernelCampaign } from '../../../../src/campaign/kernel/kernel-campaign.js';
import type { KernelExecutor } from '../../../../src/campaign/kernel/kernel-executor.js';
import { createKernelShard, type KernelBatch } from '../../../../src/campaign/kernel/kernel-shard.js';
import type { Answer, Leg } from '../../../../src/campaign/kernel/legs.js';
import { readCase } from '../../../../src/case/read.js';
import { opAt, type Program } from '../../../../src/isa/program.js';

const kernel: RunningKernel = {
  translate: () => ({ ok: false, reason: 'unknown-kfunc', detail: '' }),
  load: () => ({ verdict: 'accepted' }),
  run: () => undefined,
  count: () => ({ programs: 0, maps: 0, btf: 0 }),
  close: () => {},
};

const leg = (ask: (program: Program) => readonly Answer[]): Leg => ({
  name: 'parity/test',
  group: 'parity',
  target: 1,
  does: 'nothing',
  ask: (_, program) => ask(program),
});

const AGREE: Answer = { is: 'agree', how: 'accepted' };
const callsKfunc = (program: Program) => Array.from(program.op, (_, pc) => opAt(program, pc)).includes('call_kfunc');

interface Changed {
  readonly log?: KernelLog;
  readonly interrupted?: AbortSignal;
  readonly runs?: number;
  /** What a worker would answer instead, by its first index. */
  readonly instead?: (from: number, batch: KernelBatch) => KernelBatch;
}

async function ran(legs: readonly Leg[], { log, interrupted, runs = 120, instead }: Changed = {}) {
  const out = mkdtempSync(join(tmpdir(), 'kernel-'));
  const shard = createKernelShard({ seed: 'test', profile: 'all', legs }, kernel, log);
  const asked: number[] = [];
  let closed = 0;
  const executor: KernelExecutor = {
    workers: 2,
    batch(batch) {
      asked.push(batch.from);
      const result = shard.run(batch);
      return Promise.resolve(instead?.(batch.from, result) ?? result);
    },
    minimise: (sighting) => Promise.resolve(shard.minimise(sighting)),
    close: () => Promise.resolve(void closed++),
  };
  const result = await runKernelCampaign(
    { from: 0, runs, out, legs, kernel, interrupted, onProgress: () => {} },
    executor,
  );
  expect(closed).toBe(1);
  return { out, result, asked };
}

describe('runKernelCampaign', () => {
  it('runKernelCampaign counts what was compared, how, and what was not', async () => {
    let n = 0;
    const answers: readonly Answer[] = [AGREE, { is: 'not-compared', reason: 'too-large' }, AGREE];
    const { result } = await ran([leg(() => [answers[n++ % 3] ?? AGREE])]);
    expect(result).toMatchObject({ programs: 120, ended: 'complete', findings: [] });
    expect(result.legs[0]).toMatchObject({
      compared: 80,
      agreed: 80,
      how: { accepted: 80 },
      notCompared: { 'too-large': 40 },
    });
  });

  it('runKernelCampaign saves a disagreement as a case, made small, with what both sides said', async () => {
    const disagree: Answer = { is: 'disagree', class: 'Pc differs!', detail: 'here 1; there 2', log: '0: (85) call' };
    const { result } = await ran([leg((program) => [callsKfunc(program) ? disagree : AGREE])]);
    const [finding, ...others] = result.findings;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ leg: 'parity/test', class: 'Pc differs!', detail: 'here 1; there 2' });
    expect(finding?.insns).toBeLessThanOrEqual(3);
    expect(finding?.programs).toBe((result.legs[0]?.compared ?? 0) - (result.legs[0]?.agreed ?? 0));
    const text = readFileSync(finding?.file ?? '', 'utf8');
    expect(text).toContain('; here 1; there 2\n; 0: (85) call');
    const read = readCase(text);
    expect(read.ok && callsKfunc(read.case.program)).toBe(true);
  });

  it('runKernelCampaign does not make small what is known or dear to ask about', async () => {
    let asked = 0;
    const base = { is: 'disagree', class: 'x', detail: '', log: '' } as const;
    for (const answer of [{ ...base, dear: true } as const, { ...base, known: 'why' }]) {
      asked = 0;
      const { result } = await ran(
        [
          leg(() => {
            asked++;
            return [answer];
          }),
        ],
        { runs: 3 },
      );
      expect(asked).toBe(3);
      expect(result.findings).toMatchObject([{ class: 'x', programs: 3 }]);
      expect(result.findings[0]?.insns).toBe(result.findings[0]?.insnsBefore);
    }
  });

  it('runKernelCampaign stops where the kernel fails, and saves the program', async () => {
    let n = 0;
    const { result } = await ran([
      leg(() => [++n === 7 ? { is: 'kernel-failed', errno: 'EFAULT', log: 'verifier bug: x' } : AGREE]),
    ]);
    expect(result).toMatchObject({
      ended: 'kernel failed',
      programs: 7,
      stopped: { index: 6, why: 'EFAULT: verifier bug: x' },
    });
    expect(readFileSync(result.stopped?.file ?? '', 'utf8')).toContain('; verifier bug: x');
    expect(result.legs[0]).toMatchObject({ compared: 6, agreed: 6 });
  });

  it('runKernelCampaign goes on where it lacks memory, which is no verdict', async () => {
    const { result } = await ran([leg(() => [{ is: 'kernel-failed', errno: 'ENOMEM', log: '' }])], { runs: 5 });
    expect(result).toMatchObject({ ended: 'complete', programs: 5 });
    expect(result.legs[0]?.notCompared).toEqual({ 'the kernel failed: ENOMEM': 5 });
  });

  it('runKernelCampaign stops at a warning in the log, and saves the program in hand', async () => {
    let asked = 0;
    const log: KernelLog = {
      warnings: () => (++asked === 42 ? [{ level: 4, text: 'WARNING: verifier' }] : []),
      close: () => {},
    };
    const { result } = await ran([leg(() => [AGREE])], { log });
    expect(result).toMatchObject({ ended: 'kernel failed', programs: 42 });
    expect(result.stopped).toMatchObject({ index: 41, leg: 'parity/test', suspects: [] });
    expect(result.stopped?.why).toContain('WARNING: verifier');
    expect(readFileSync(result.stopped?.file ?? '', 'utf8')).toContain('index=41');
  });

  it('runKernelCampaign saves what other workers had in hand at a failure, and counts nothing behind it', async () => {
    const failure = (index: number) => ({
      leg: 'parity/test',
      index,
      why: 'a warning',
      saved: { name: `w-${index}.bpf`, text: `${index}` },
    });
    const instead = (from: number, batch: KernelBatch): KernelBatch =>
      from === 0 ? batch : { ...batch, programs: 5, complete: false, failure: failure(from + 4) };
    const { result, out } = await ran([leg(() => [AGREE])], { instead });
    expect(result.stopped).toMatchObject({ index: 36, file: join(out, 'w-36.bpf') });
    expect(result.stopped?.suspects[0]).toBe(join(out, 'w-68.bpf'));
    expect(readFileSync(join(out, 'w-68.bpf'), 'utf8')).toBe('68');
    expect(result.programs).toBe(37);
  });

  it('runKernelCampaign ends early when it is interrupted', async () => {
    const { result, asked } = await ran([leg(() => [AGREE])], { interrupted: AbortSignal.abort() });
    expect(result).toMatchObject({ ended: 'interrupted', programs: 0 });
    expect(asked).toEqual([]);
  });
});
