/** All that `explain` has to say about a case, gathered: listing, states, designs, worlds. Text and JSON are made of this. */
import { createJudge } from '../../oracles/judge.js';
import type { StopPoint, World } from '../../oracles/world.js';
import { type Case, DEFAULT_FUEL, VERIFIER } from '../case/case.js';
import type { Refusal } from '../contract/refusal.js';
import type { Program } from '../isa/program.js';
import type { Subject } from '../subjects/subject.js';
import type { Analysis, CompletePruning, Pruning } from '../verify/analysis.js';
import { isComplete } from '../verify/pruning.js';
import { analyse, type RecordedAnalysis } from '../verify/walk.js';
import { type DesignExplanation, explainDesign } from './explain-design.js';
import { type ListedLine, listCase } from './explain-listing.js';
import { type ExplainedPatches, explainPatches } from './explain-patches.js';
import { groupStates, type States } from './explain-states.js';
import { type PreparedDesign, Storyteller, type WorldStory } from './explain-world.js';

export interface ExplainSettings {
  readonly subjects: readonly Subject[];
  readonly pruning: Pruning;
  /** For a case without `run` lines: worlds to explore at most, and what they depend on. */
  readonly worlds: number;
  readonly seed: string;
  /** Only this world, counted from 1. */
  readonly world?: number;
}

export interface Explanation {
  readonly title: string;
  readonly pruning: Pruning;
  readonly listing: readonly ListedLine[];
  /** Why the verifier refuses the program, whatever the design. */
  readonly refusal?: Refusal;
  /** Absent if the verifier refuses the program. */
  readonly states?: States;
  readonly designs: readonly DesignExplanation[];
  /** Absent if the case names no patches, or the verifier refuses the program. */
  readonly patches?: ExplainedPatches;
  /** Where the worlds come from, how many there are, and those told. */
  readonly worlds: {
    readonly from: 'run lines' | 'explored';
    readonly count: number;
    readonly stories: readonly WorldStory[];
  };
}

/** Walks longer than this do not keep their states: a run is then not placed among them. */
const RECORDED_LIMIT = 50_000;

/** Explains a case. Throws only for bugs of unwindiff (HarnessBug and the like). */
export function explainCase(of: Case, settings: ExplainSettings): Explanation {
  const { program } = of;
  const { pruning, subjects } = settings;
  const walk = isComplete(pruning) ? recordedWalk(program, pruning) : undefined;
  const analysis = walk ?? analyse(program, { pruning });
  const refusal = refusalUnder(program, analysis);
  if (refusal !== undefined) {
    return {
      title: of.title,
      pruning,
      listing: listCase(of, [{ by: VERIFIER, refusal }]),
      refusal,
      designs: [],
      worlds: tellWorlds(of, settings, [], undefined, undefined),
    };
  }
  const states = groupStates(program, analysis);
  const prepared = subjects.map((subject) => {
    const input = { program, analysis, stopAt: 'throw' } as const;
    const made = subject.prepare(input);
    return { made, design: explainDesign(subject, input, made, states) };
  });
  const ready = prepared.flatMap(({ made, design }): PreparedDesign[] =>
    made.ok ? [{ name: design.name, prepared: made, knows: design.knows }] : [],
  );
  const refusals = prepared.flatMap(({ made, design }) =>
    made.ok ? [] : [{ by: design.name, refusal: made.refusal }],
  );
  const patches = explainPatches(of, settings);
  return {
    title: of.title,
    pruning,
    listing: listCase(of, refusals),
    states,
    designs: prepared.map(({ design }) => design),
    ...(patches === undefined ? {} : { patches }),
    worlds: tellWorlds(of, settings, ready, states, walk),
  };
}

/** A walk with its states, or `undefined` if it is too long to keep them. */
function recordedWalk(program: Program, pruning: CompletePruning): RecordedAnalysis | undefined {
  const recorded = analyse(program, { pruning, record: true, limit: RECORDED_LIMIT });
  return recorded.refusal?.code === 'too-complex' ? undefined : recorded;
}

/** Why the program does not verify: as in the judge, a complete walk decides if there is one. */
function refusalUnder(program: Program, analysis: Analysis): Refusal | undefined {
  if (isComplete(analysis.pruning)) return analysis.refusal;
  const { refusal } = analyse(program, { pruning: 'exact' });
  return refusal?.code === 'too-complex' ? analysis.refusal : (refusal ?? analysis.refusal);
}

function tellWorlds(
  of: Case,
  settings: ExplainSettings,
  designs: readonly PreparedDesign[],
  states: States | undefined,
  walk: RecordedAnalysis | undefined,
): Explanation['worlds'] {
  const from = of.runs.length > 0 ? 'run lines' : 'explored';
  // What the verifier refuses is not explored: a run of it may do anything.
  const runs = of.runs.length > 0 ? of.runs : states === undefined ? [] : exploredWorlds(of, settings);
  const storyteller = new Storyteller(of.program, designs, states, walk);
  const stories = runs.flatMap(({ world, stop }, index) =>
    settings.world === undefined || settings.world === index + 1 ? [storyteller.tell(index + 1, world, stop)] : [],
  );
  return { from, count: runs.length, stories };
}

/** The worlds that `judge` runs with the same seed. */
function exploredWorlds(
  { program }: Case,
  { pruning, worlds, seed }: ExplainSettings,
): readonly { readonly world: World; readonly stop: StopPoint | undefined }[] {
  const judge = createJudge({
    subjects: [],
    pruning,
    stopAt: 'throw',
    worlds,
    fuel: DEFAULT_FUEL,
    seed,
    containment: false,
  });
  return judge.judge(program).truth.map(({ world }) => ({ world, stop: undefined }));
}
