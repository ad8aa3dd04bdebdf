/** The stages of judging a program, one row each: what is done with every program of a round, in this thread. */
import { createJudge, type JudgeOptions } from '../oracles/judge.js';
import { Machine } from '../oracles/machine/machine.js';
import { fixedWorld } from '../oracles/world.js';
import type { CampaignSettings } from '../src/campaign/plan.js';
import { SUBJECTS } from '../src/subjects/registry.js';
import { Arena } from '../src/verify/arena.js';
import { analyse } from '../src/verify/walk.js';
import { hotLoop } from './hot-loop.js';
import { programAt, type Sample } from './sample.js';

interface StageRow {
  /** What its figures are of: a program, or an executed instruction. */
  readonly per: 'program' | 'instruction';
  /** For people. */
  readonly does: string;
}

const rows = {
  generate: { per: 'program', does: 'generate' },
  walk: { per: 'program', does: 'walk' },
  record: { per: 'program', does: 'walk, keeping every state' },
  load: { per: 'program', does: 'machine: load' },
  bare: { per: 'program', does: 'judge, no containment, no patches' },
  contained: { per: 'program', does: 'judge with containment' },
  judge: { per: 'program', does: 'judge with containment and patches' },
  runs: { per: 'instruction', does: 'generated programs, with loading' },
  hot: { per: 'instruction', does: 'hot loop, a million instructions' },
} as const satisfies Record<string, StageRow>;

export type StageName = keyof typeof rows;
export const STAGES: Readonly<Record<StageName, StageRow>> = rows;
/** In the order in which they are measured. */
export const STAGE_NAMES: readonly StageName[] = [
  'generate',
  'walk',
  'record',
  'load',
  'bare',
  'contained',
  'judge',
  'runs',
  'hot',
];

/** How a judge is made of the settings of a campaign. */
export function judgeOptions(settings: CampaignSettings): JudgeOptions {
  return { ...settings, subjects: SUBJECTS.filter(({ name }) => settings.subjects.includes(name)) };
}

/** What each stage does with the samples of a round; answers how many items, programs or instructions, it did. */
export function createStages(
  settings: CampaignSettings,
): Readonly<Record<StageName, (samples: readonly Sample[]) => number>> {
  const { pruning } = settings;
  const options = judgeOptions(settings);
  const bare = createJudge({ ...options, containment: false, patches: false });
  const contained = createJudge({ ...options, containment: true, patches: false });
  const judge = createJudge({ ...options, containment: true, patches: true });
  const machine = new Machine();
  const states = new Arena();
  const each = (samples: readonly Sample[], work: (sample: Sample) => void): number => {
    for (const sample of samples) work(sample);
    return samples.length;
  };
  return {
    generate: (samples) => each(samples, ({ index }) => programAt(settings, index)),
    walk: (samples) =>
      each(samples, ({ program }) => {
        states.clear();
        analyse(program, { pruning, arena: states });
      }),
    record: (samples) =>
      each(samples, ({ program }) => {
        states.clear();
        analyse(program, { pruning: 'exact', record: true, arena: states });
      }),
    load: (samples) => each(samples, ({ program }) => machine.load({ program })),
    bare: (samples) => each(samples, ({ program }) => bare.judge(program)),
    contained: (samples) => each(samples, ({ program }) => contained.judge(program)),
    judge: (samples) => each(samples, ({ program }) => judge.judge(program)),
    runs(samples) {
      let executed = 0;
      for (const { program, worlds } of samples) {
        machine.load({ program });
        for (const world of worlds) {
          machine.run(fixedWorld(world), world.fuel);
          executed += machine.executed;
        }
      }
      return executed;
    },
    hot: () => hotLoop(machine),
  };
}
