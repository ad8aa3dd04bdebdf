/**
 * The peer: how fast the running kernel verifies and compiles the very same programs, as they are, between the rounds of
 * ours. It refuses what holds something at a throw, early in its walk, so accepted and refused programs are counted apart.
 */
import type { ProgramImage } from '../src/bridge/kernel/bpf.js';
import { type KernelLoader, openLoader } from '../src/bridge/kernel/load.js';
import type { Shard } from '../src/campaign/shard.js';
import { mayThrowInLoop } from '../src/cfg/throw-loops.js';
import { type Figure, Series } from './clock.js';
import { type Sample, type Size, SizeCounter } from './sample.js';

export type KernelComparison =
  | { readonly available: false; readonly reason: string }
  | {
      readonly available: true;
      /** Programs not put to it, because they may throw within a loop (`mayThrowInLoop`). */
      readonly spared: number;
      /** Programs that cannot be put to it, by reason. */
      readonly notLoadable: Readonly<Record<string, number>>;
      readonly accepted: number;
      readonly refused: number;
      /** It failed for a reason of its own. */
      readonly noVerdict: number;
      /** Verdicts that are those of the subject `mainline`. */
      readonly asMainline: number;
      /** How large the accepted programs are. */
      readonly size: Size;
      /** Loads of accepted programs, closing included; `undefined` if it accepts none. */
      readonly loads: Figure | undefined;
      readonly refusals: Figure | undefined;
      /** Our whole pipeline on the accepted programs. */
      readonly pipeline: Figure | undefined;
      /** `pipeline` to `loads`, programs a second of one core. */
      readonly ratio: number | undefined;
    };

/** The kernel over all rounds. */
export interface KernelPeer {
  /** One round: puts the samples to the kernel and, in turn, the accepted ones to our pipeline. */
  round(samples: readonly Sample[]): Promise<void>;
  comparison(): KernelComparison;
  close(): void;
}

/** The running kernel, or a peer that says why there is none. `shard` is our pipeline. */
export async function openPeer(shard: Shard, wanted: boolean): Promise<KernelPeer> {
  if (!wanted) return absentPeer('not wanted (--no-kernel)');
  const opened = await openLoader();
  return opened.ok ? peerOf(opened.value, shard) : absentPeer(opened.unavailable.message);
}

function absentPeer(reason: string): KernelPeer {
  return {
    round: () => Promise.resolve(),
    comparison: () => ({ available: false, reason }),
    close: () => {},
  };
}

/** A peer by a loader. */
export function peerOf(loader: KernelLoader, shard: Shard): KernelPeer {
  const loads = new Series();
  const refusals = new Series();
  const pipeline = new Series();
  const size = new SizeCounter();
  const notLoadable: Record<string, number> = {};
  let [spared, accepted, refused, noVerdict, asMainline] = [0, 0, 0, 0, 0];
  /** Asks once, to know which are accepted. */
  const sort = (samples: readonly Sample[]) => {
    const yes: { readonly sample: Sample; readonly image: ProgramImage }[] = [];
    const no: ProgramImage[] = [];
    for (const sample of samples) {
      if (mayThrowInLoop(sample.program)) {
        spared++;
        continue;
      }
      const translated = loader.translate(sample.program);
      if (!translated.ok) {
        notLoadable[translated.reason] = (notLoadable[translated.reason] ?? 0) + 1;
        continue;
      }
      const { image } = translated;
      const { verdict } = loader.load(image);
      if (verdict === 'accepted') yes.push({ sample, image });
      else if (verdict === 'refused') no.push(image);
      else noVerdict++;
      if (verdict !== 'no-verdict' && (verdict === 'accepted') === sample.acceptedByMainline) asMainline++;
    }
    return { yes, no };
  };
  return {
    async round(samples) {
      const { yes, no } = sort(samples);
      accepted += yes.length;
      refused += no.length;
      size.add(yes.map(({ sample }) => sample));
      await loads.measure(() => {
        for (const { image } of yes) loader.load(image);
        return yes.length;
      });
      await pipeline.measure(() => {
        for (const { sample } of yes) shard.run({ from: sample.index, count: 1 }, false);
        return yes.length;
      });
      await refusals.measure(() => {
        for (const image of no) loader.load(image);
        return no.length;
      });
    },
    comparison() {
      const [ours, theirs] = [pipeline.figure(), loads.figure()];
      return {
        available: true,
        spared,
        notLoadable,
        accepted,
        refused,
        noVerdict,
        asMainline,
        size: size.size(),
        loads: theirs,
        refusals: refusals.figure(),
        pipeline: ours,
        ratio: ours === undefined || theirs === undefined ? undefined : ours.perCoreSecond / theirs.perCoreSecond,
      };
    },
    close: () => loader.close(),
  };
}
