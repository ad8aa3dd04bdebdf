/**
 * The work of one worker of a kernel run: asks about a batch of programs, or makes one finding small. It looks at the kernel's
 * log after every question, so that a warning is known to belong to the program in hand, here or in another worker.
 */
import { type Choices, seededChoices } from '../../../generators/choices.js';
import { PROFILES, type ProfileName } from '../../../generators/profile.js';
import { generate } from '../../../generators/program.js';
import { attemptsOf } from '../../../oracles/kernel/attempts.js';
import type { RunningKernel } from '../../bridge/kernel/load.js';
import type { KernelLog } from '../../bridge/kernel/log.js';
import { instructionCount, type Program } from '../../isa/program.js';
import { shrink } from '../../shrink/shrink.js';
import { type Batch, profileAt } from '../plan.js';
import { type SavedText, savedText } from './kernel-finding.js';
import { addAnswer, emptyLegTally, type LegTally, skip } from './leg-tally.js';
import { type Answer, type Bench, choicesFor, type Leg } from './legs.js';

export interface KernelShardSettings {
  readonly seed: string;
  readonly profile: ProfileName | 'all';
  readonly legs: readonly Leg[];
}

/** The first program of a batch on which a leg disagrees in this way, and how many of the batch do. */
export interface KernelSighting {
  readonly leg: string;
  readonly class: string;
  readonly known?: string;
  /** Is not made small: it is known, or asking again is dear. */
  readonly asIs: boolean;
  readonly detail: string;
  readonly index: number;
  readonly programs: number;
  readonly insns: number;
  /** The program as it is. */
  readonly saved: SavedText;
}

/** The kernel failed over a program: EFAULT, or a warning in its log while that was in hand. */
export interface KernelFailure {
  readonly leg: string;
  readonly index: number;
  readonly why: string;
  readonly saved: SavedText;
}

export interface KernelBatch {
  /** Programs that were asked about, the one included over which the kernel failed. */
  readonly programs: number;
  /** It was all of the batch, and the kernel did not fail. */
  readonly complete: boolean;
  readonly tallies: readonly LegTally[];
  readonly sightings: readonly KernelSighting[];
  readonly failure?: KernelFailure;
}

/** A finding made small; without `saved` it is as small as it was found, or the kernel has failed. */
export interface KernelMinimised {
  readonly detail: string;
  readonly insns: number;
  readonly saved?: SavedText;
  readonly failure?: KernelFailure;
}

export interface KernelShard {
  run(batch: Batch): KernelBatch;
  minimise(sighting: Pick<KernelSighting, 'leg' | 'class' | 'index'>): KernelMinimised;
}

type Disagreement = Extract<Answer, { readonly is: 'disagree' }>;

/** Candidates that shrinking one finding may put to the kernel. */
const SHRINK_CALLS = 2000;

const said = ({ detail, log }: Disagreement): readonly string[] => [detail, ...log.split('\n')];

/** A shard that asks this kernel. After a failure of the kernel it asks nothing more. */
export function createKernelShard(
  { seed, profile, legs }: KernelShardSettings,
  kernel: RunningKernel,
  log: KernelLog | undefined,
): KernelShard {
  const bench: Bench = { kernel, attempts: attemptsOf(kernel), refused: new WeakSet() };
  let failed = false;
  const failure = (leg: Leg, program: Program, index: number, name: string, why: string, lines: readonly string[]) => {
    failed = true;
    return {
      leg: leg.name,
      index,
      why,
      saved: savedText(program, leg.name, `${name} ${index}`, { seed, index }, lines),
    };
  };
  const warning = (leg: Leg, program: Program, index: number): KernelFailure | undefined => {
    const texts = (log?.warnings() ?? []).map(({ text }) => text);
    const [first] = texts;
    if (first === undefined) return undefined;
    return failure(leg, program, index, 'a warning of the kernel', `a warning in the kernel's log: ${first}`, texts);
  };
  /** Asks a leg; our own bugs say over which program they came. */
  const ask = (leg: Leg, program: Program, index: number): readonly Answer[] => {
    try {
      return leg.ask(bench, program);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`${leg.name}, seed ${seed} index ${index}: ${message}`, { cause: error });
    }
  };
  const derivedBy = (index: number) => derivations(seed, profile, index);
  return {
    run({ from, count }) {
      const tallies = legs.map(emptyLegTally);
      const sightings = new Map<string, KernelSighting>();
      const result = (programs: number, complete = false) => ({
        programs,
        complete,
        tallies,
        sightings: [...sightings.values()],
      });
      for (let index = from; index < from + count; index++) {
        if (failed) return result(index - from);
        const derive = derivedBy(index);
        for (const [at, leg] of legs.entries()) {
          const tally = tallies[at];
          const program = derive(leg);
          if (tally === undefined) continue;
          if (program === undefined) {
            skip(tally, 'no such program');
            continue;
          }
          for (const answer of ask(leg, program, index)) {
            if (answer.is === 'kernel-failed' && answer.errno === 'EFAULT') {
              const why = `${answer.errno}: ${lastLine(answer.log)}`;
              const lines = [
                answer.errno,
                ...answer.log.split('\n'),
                ...(log?.warnings() ?? []).map(({ text }) => text),
              ];
              return {
                ...result(index - from + 1),
                failure: failure(leg, program, index, 'the kernel failed', why, lines),
              };
            }
            addAnswer(tally, answer);
            if (answer.is === 'disagree') see(sightings, seed, leg, program, index, answer);
          }
          const warned = warning(leg, program, index);
          if (warned !== undefined) return { ...result(index - from + 1), failure: warned };
        }
      }
      return result(count, true);
    },
    minimise({ leg: name, class: wanted, index }) {
      const leg = legs.find((each) => each.name === name);
      const program = leg === undefined ? undefined : derivedBy(index)(leg);
      if (leg === undefined || program === undefined) throw new Error(`${name} has no program at index ${index}`);
      let warned: KernelFailure | undefined;
      let smallest: { readonly program: Program; readonly answer: Disagreement } | undefined;
      const keeps = (candidate: Program): boolean => {
        if (failed) return false;
        const answer = ask(leg, candidate, index).find((each) => each.is === 'disagree' && each.class === wanted);
        warned ??= warning(leg, candidate, index);
        if (answer?.is !== 'disagree') return false;
        smallest = { program: candidate, answer };
        return true;
      };
      const small = keeps(program) ? shrink(program, keeps, { calls: SHRINK_CALLS }).program : program;
      keeps(small);
      const ended = warned === undefined ? {} : { failure: warned };
      if (smallest === undefined) {
        return { detail: 'does not show again', insns: instructionCount(program), ...ended };
      }
      return {
        detail: smallest.answer.detail,
        insns: instructionCount(smallest.program),
        saved: savedText(smallest.program, name, wanted, { seed, index }, said(smallest.answer)),
        ...ended,
      };
    },
  };
}

/** The program of an index as each leg wants it. Legs that derive in the same way ask about the same program. */
function derivations(seed: string, profile: ProfileName | 'all', index: number): (leg: Leg) => Program | undefined {
  const { program } = generate(seededChoices(seed, index), PROFILES[profileAt(profile, index)]);
  const made = new Map<Leg['derive'], Program | undefined>([[undefined, program]]);
  return (leg) => {
    const { derive } = leg;
    if (derive !== undefined && !made.has(derive)) {
      made.set(
        derive,
        derive(program, (): Choices => choicesFor(seed, leg, index)),
      );
    }
    return made.get(derive);
  };
}

function see(
  sightings: Map<string, KernelSighting>,
  seed: string,
  leg: Leg,
  program: Program,
  index: number,
  answer: Disagreement,
): void {
  const key = `${leg.name} ${answer.class}`;
  const before = sightings.get(key);
  if (before !== undefined) {
    sightings.set(key, { ...before, programs: before.programs + 1 });
    return;
  }
  sightings.set(key, {
    leg: leg.name,
    class: answer.class,
    ...(answer.known === undefined ? {} : { known: answer.known }),
    asIs: answer.known !== undefined || answer.dear === true,
    detail: answer.detail,
    index,
    programs: 1,
    insns: instructionCount(program),
    saved: savedText(program, leg.name, answer.class, { seed, index }, said(answer)),
  });
}

function lastLine(log: string): string {
  return (
    log
      .split('\n')
      .filter((line) => line !== '')
      .at(-1) ?? ''
  );
}
