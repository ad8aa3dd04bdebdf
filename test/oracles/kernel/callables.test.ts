import { describe, expect, it } from 'vitest';
import { confirmCallables, probesOf, tryAcquisitions } from '../../../oracles/kernel/callables.js';
import type { KernelLoader } from '../../../src/bridge/kernel/load.js';
import { openLoader } from '../../../src/bridge/kernel/load.js';
import { CALLABLE_NAMES, CALLABLES, type CallableRow } from '../../../src/isa/callables.js';
import { KIND_NAMES } from '../../../src/isa/kinds.js';

const running = await openLoader();

/** A kernel that takes everything. */
const obliging: KernelLoader = {
  translate: () => ({ ok: true, image: { slots: new Uint8Array(16) } }),
  load: () => ({ verdict: 'accepted' }),
  close: () => {},
};

describe('probesOf', () => {
  it.each(CALLABLE_NAMES)('probesOf %s asks for all that its row says', (name) => {
    const row: CallableRow = CALLABLES[name];
    const properties = probesOf(name).map(({ property }) => property);
    expect(properties[0]).toBe('may be called');
    expect(properties.includes('acquires')).toBe(row.acquires);
    expect(properties.includes('releases')).toBe(row.releases !== undefined);
    const asked = row.args.filter(({ is }) => is !== 'ignored' && is !== 'null');
    expect(properties.filter((each) => /^R\d must be /.test(each))).toHaveLength(asked.length);
    expect(new Set(properties).size).toBe(properties.length);
  });
});

describe('confirmCallables', () => {
  it('confirmCallables finds that a kernel which takes everything differs', () => {
    const differing = confirmCallables(obliging).filter(({ result }) => result === 'differs');
    expect(differing.length).toBeGreaterThan(80);
    expect(differing.every(({ property, detail }) => property !== 'may be called' && detail === 'it is accepted')).toBe(
      true,
    );
  });

  it('confirmCallables: what cannot be asked is not confirmable', () => {
    const absent: KernelLoader = {
      ...obliging,
      translate: () => ({ ok: false, reason: 'unknown-kfunc', detail: 'no such kfunc' }),
    };
    expect(new Set(confirmCallables(absent).map(({ result }) => result))).toEqual(new Set(['not-confirmable']));
    const failing: KernelLoader = { ...obliging, load: () => ({ verdict: 'no-verdict', errno: 'ENOMEM', log: '' }) };
    expect(new Set(confirmCallables(failing).map(({ detail }) => detail))).toEqual(new Set(['ENOMEM']));
  });

  it.skipIf(!running.ok)('confirmCallables: the running kernel confirms every property', () => {
    if (!running.ok) return;
    expect(confirmCallables(running.value).filter(({ result }) => result === 'differs')).toEqual([]);
  });
});

describe('tryAcquisitions', () => {
  it.skipIf(!running.ok)('tryAcquisitions: every kind is tried, and the running kernel gives out most', () => {
    if (!running.ok) return;
    const tried = tryAcquisitions(running.value);
    expect(new Set(tried.map(({ kind }) => kind))).toEqual(new Set(KIND_NAMES));
    expect(tried.find(({ callable }) => callable === 'bpf_ringbuf_reserve')?.result).toBe('succeeds');
    expect(tried.find(({ callable }) => callable === 'bpf_iter_num_new')?.result).toBe('succeeds');
  });
});
