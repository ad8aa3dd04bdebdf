/** The programs that are measured, with what is known of each before the clock runs. */
import { seededChoices } from '../generators/choices.js';
import { PROFILES } from '../generators/profile.js';
import { generate } from '../generators/program.js';
import type { Judge } from '../oracles/judge.js';
import type { World } from '../oracles/world.js';
import { type Batch, type CampaignSettings, profileAt } from '../src/campaign/plan.js';
import { instructionCount, type Program } from '../src/isa/program.js';
import { analyse } from '../src/verify/walk.js';

export interface Sample {
  readonly index: number;
  readonly program: Program;
  readonly instructions: number;
  /** Instructions that the verifier processes. */
  readonly walked: number;
  readonly verified: boolean;
  /** The worlds it is judged in, and the instructions it executes in all of them, those of rewrites not counted. */
  readonly worlds: readonly World[];
  readonly executed: number;
  /** What Linux as it is should say; `undefined` if `mainline` is not among the subjects. */
  readonly acceptedByMainline: boolean | undefined;
  /** Some subject cleans up wrongly. */
  readonly wrong: boolean;
}

/** The program with an index, as `fuzz` makes it. */
export function programAt({ seed, profile }: CampaignSettings, index: number): Program {
  return generate(seededChoices(seed, index), PROFILES[profileAt(profile, index)]).program;
}

/** The samples of a batch; each program is walked and judged once to know them. */
export function samplesOf({ from, count }: Batch, settings: CampaignSettings, judge: Judge): readonly Sample[] {
  return Array.from({ length: count }, (_, offset) => {
    const index = from + offset;
    const program = programAt(settings, index);
    const judgement = judge.judge(program);
    const mainline = judgement.subjects.get('mainline');
    return {
      index,
      program,
      instructions: instructionCount(program),
      walked: analyse(program, { pruning: settings.pruning }).walked,
      verified: judgement.refusal === undefined,
      worlds: judgement.truth.map(({ world }) => world),
      executed: judgement.stakes.executed,
      acceptedByMainline: mainline === undefined ? undefined : mainline.refusal === undefined,
      wrong: [...judgement.subjects.values()].some(({ defect }) => defect !== undefined),
    };
  });
}

/** How large programs are: means of one program. */
export interface Size {
  readonly programs: number;
  readonly verified: number;
  readonly instructions: number;
  readonly walked: number;
  readonly worlds: number;
  readonly executed: number;
}

/** Adds up the sizes of samples, which need not be kept. */
export class SizeCounter {
  #programs = 0;
  #verified = 0;
  #instructions = 0;
  #walked = 0;
  #worlds = 0;
  #executed = 0;

  add(samples: readonly Sample[]): void {
    for (const { verified, instructions, walked, worlds, executed } of samples) {
      this.#programs++;
      if (verified) this.#verified++;
      this.#instructions += instructions;
      this.#walked += walked;
      this.#worlds += worlds.length;
      this.#executed += executed;
    }
  }

  /** All 0 if nothing was added. */
  size(): Size {
    const mean = (sum: number) => (this.#programs === 0 ? 0 : sum / this.#programs);
    return {
      programs: this.#programs,
      verified: this.#verified,
      instructions: mean(this.#instructions),
      walked: mean(this.#walked),
      worlds: mean(this.#worlds),
      executed: mean(this.#executed),
    };
  }
}
