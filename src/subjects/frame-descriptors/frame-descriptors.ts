/** Frame descriptors: the verifier records per pc which location of a frame holds which resource. One subject per policy. */
import type { DescriptorKnowledge } from '../../contract/knowledge.js';
import type { Program } from '../../isa/program.js';
import type { Analysis } from '../../verify/analysis.js';
import { onlyAtThrows } from '../refusal.js';
import type { Subject } from '../subject.js';
import { type Collected, collectPosted } from './collect.js';
import { collectPlanned } from './collect-planned.js';
import { PC_POLICIES } from './pcs.js';
import { plannedKnowledge } from './planned-knowledge.js';
import { postedKnowledge } from './posted-knowledge.js';
import { type KeepingPolicy, prepareDescriptors, unchanged } from './prepare.js';
import { collectSound } from './sound.js';
import { soundKnowledge } from './sound-knowledge.js';

/** In what one kind of frame descriptors differs from another. */
interface DescriptorPolicy extends KeepingPolicy {
  readonly name: string;
  readonly stops: Subject['stops'];
  /** `fine`: the states are those of all stops, not of throws only. */
  collect(program: Program, analysis: Analysis, fine: boolean): Collected;
  know(program: Program, analysis: Analysis): DescriptorKnowledge;
}

function frameDescriptors(policy: DescriptorPolicy): Subject {
  return {
    name: `frame-descriptors/${policy.name}`,
    stops: policy.stops,
    prepare(input) {
      const { program, analysis, stops } = input;
      // Descriptors are made of states: without those of all stops there are none for them.
      const unsupported = policy.stops === 'throw' || stops === undefined ? onlyAtThrows(input.stopAt) : undefined;
      if (unsupported !== undefined) return unsupported;
      const known = stops === undefined ? analysis : { ...analysis, throws: stops };
      const collected = policy.collect(program, known, stops !== undefined);
      return collected.ok ? prepareDescriptors(collected.descriptors, policy, unchanged(input)) : collected;
    },
    know: ({ program, analysis }) => policy.know(program, analysis),
  };
}

/** What the posted series does with descriptors. */
export const POSTED: KeepingPolicy = {
  pcs: PC_POLICIES.posted,
  skipsUnlisted: true,
  clearsReleased: true,
};

/** What ours do. */
export const EXACT: KeepingPolicy = {
  pcs: PC_POLICIES.exact,
  skipsUnlisted: false,
  clearsReleased: false,
};

/** As posted in February 2024, faults included. */
export const rfcV1 = frameDescriptors({
  name: 'rfc-v1',
  stops: 'throw',
  collect: (program, analysis) => collectPosted(program, analysis),
  know: postedKnowledge,
  ...POSTED,
});

/** As its author planned to go on. */
export const rfcV2 = frameDescriptors({
  name: 'rfc-v2',
  stops: 'throw',
  collect: (program, analysis) => collectPlanned(program, analysis),
  know: plannedKnowledge,
  ...POSTED,
});

/** Never wrong; refuses only where two different things truly meet. */
export const sound = frameDescriptors({
  name: 'sound',
  stops: 'anywhere',
  collect: collectSound,
  know: soundKnowledge,
  ...EXACT,
});
