import { describe, expect, it } from 'vitest';
import { openPeer, peerOf } from '../../bench/kernel.js';
import type { KernelLoader, KernelVerdict } from '../../src/bridge/kernel/load.js';
import { createShard } from '../../src/campaign/shard.js';
import { mayThrowInLoop } from '../../src/cfg/throw-loops.js';
import { SETTINGS, samples } from './samples.js';

describe('openPeer', () => {
  it('openPeer that is not wanted says so and measures nothing', async () => {
    const peer = await openPeer(createShard(SETTINGS), false);
    await peer.round(samples(1));
    expect(peer.comparison()).toEqual({ available: false, reason: 'not wanted (--no-kernel)' });
    peer.close();
  });

  it('openPeer answers with a comparison or a reason, whatever the machine', async () => {
    const peer = await openPeer(createShard(SETTINGS), true);
    const comparison = peer.comparison();
    if (!comparison.available) expect(comparison.reason).not.toBe('');
    else expect(comparison).toMatchObject({ accepted: 0, ratio: undefined, loads: undefined });
    peer.close();
  });
});

describe('peerOf', () => {
  /** Cannot load the first program, has no verdict on the second, contradicts `mainline` on the third, agrees on all others. */
  function fakeLoader(chosen: ReturnType<typeof samples>): {
    readonly loader: KernelLoader;
    readonly loads: () => number;
  } {
    let loads = 0;
    const images = new Map(chosen.map(({ program, index }) => [program, { slots: Uint8Array.of(index) }]));
    const accepts = new Map(chosen.map(({ index, acceptedByMainline }) => [index, acceptedByMainline === true]));
    return {
      loads: () => loads,
      loader: {
        translate(each) {
          const image = images.get(each);
          if (image === undefined || each === chosen[0]?.program)
            return { ok: false, reason: 'unknown-kfunc', detail: '' };
          return { ok: true, image };
        },
        load({ slots }): KernelVerdict {
          loads++;
          const index = slots[0] ?? 0;
          if (index === chosen[1]?.index) return { verdict: 'no-verdict', errno: 'EFAULT', log: '' };
          const accepted = index === chosen[2]?.index ? accepts.get(index) === false : accepts.get(index);
          return accepted === true ? { verdict: 'accepted' } : { verdict: 'refused', errno: 'EINVAL', log: '' };
        },
        close: () => {},
      },
    };
  }

  it('peerOf counts verdicts, compares them with mainline, and measures what was accepted', async () => {
    const all = samples(60);
    const spared = all.filter(({ program }) => mayThrowInLoop(program));
    const put = all.filter((each) => !spared.includes(each));
    const { loader, loads } = fakeLoader(put);
    const peer = peerOf(loader, createShard(SETTINGS));
    await peer.round(all);
    const comparison = peer.comparison();
    if (!comparison.available) throw new Error(comparison.reason);
    const { accepted, refused, noVerdict, asMainline, notLoadable } = comparison;
    expect(spared.length).toBeGreaterThan(0);
    expect(comparison.spared).toBe(spared.length);
    expect(notLoadable).toEqual({ 'unknown-kfunc': 1 });
    expect(noVerdict).toBe(1);
    expect(accepted + refused + 2).toBe(put.length);
    expect(asMainline).toBe(accepted + refused - 1);
    // Once to know, once to be timed.
    expect(loads()).toBe(2 * (accepted + refused) + 1);
    expect(accepted).toBeGreaterThan(0);
    expect(comparison.size.programs).toBe(accepted);
    const { loads: theirs, pipeline: ours, ratio } = comparison;
    expect(ratio).toBeCloseTo((ours?.perCoreSecond ?? 0) / (theirs?.perCoreSecond ?? 0));
    expect(comparison.refusals?.cpuMicros).toBeGreaterThan(0);
  });
});
