/** Frame descriptors: the verifier records per pc which location of a frame holds which resource. One subject per policy. */
import type { DescriptorKnowledge } from '../../contract/knowledge.js';
import type { Program } from '../../isa/program.js';
import { identityMap } from '../../patch/patch.js';
import type { Analysis } from '../../verify/analysis.js';
import { unchangedCost } from '../cost.js';
import { onlyAtThrows } from '../refusal.js';
import type { Subject } from '../subject.js';
import { type Collected, collectPosted } from './collect.js';
import { describeDescriptors, metadataBytes } from './descriptor.js';
import { PC_POLICIES, type PcPolicy } from './pcs.js';
import { postedKnowledge } from './posted-knowledge.js';
import { collectSound } from './sound.js';
import { soundKnowledge } from './sound-knowledge.js';
import { type Listed, unwinder, type WalkPolicy } from './unwind.js';

/** In what one kind of frame descriptors differs from another. */
interface DescriptorPolicy extends WalkPolicy {
  readonly name: string;
  readonly pcs: PcPolicy;
  collect(program: Program, analysis: Analysis): Collected;
  know(program: Program, analysis: Analysis): DescriptorKnowledge;
}

function frameDescriptors(policy: DescriptorPolicy): Subject {
  return {
    name: `frame-descriptors/${policy.name}`,
    stops: 'throw',
    prepare({ program, analysis, stopAt }) {
      const unsupported = onlyAtThrows(stopAt);
      if (unsupported !== undefined) return unsupported;
      const collected = policy.collect(program, analysis);
      if (!collected.ok) return collected;
      const { descriptors } = collected;
      const listed: Listed = {
        byPc: descriptors.byPc,
        tables: new Set([...descriptors.byPc.values()].map(({ subprogram }) => subprogram)),
        prologues: program,
        stack: analysis.stackDepth,
      };
      return {
        ok: true,
        program,
        pcMap: identityMap(program),
        cost: unchangedCost(program, analysis.stackDepth, metadataBytes(descriptors)),
        reserved: program.subprograms.map(() => 0),
        intrinsics: [],
        unwind: unwinder(listed, policy),
        maintain: (pass) =>
          unwinder(
            {
              ...listed,
              byPc: policy.pcs.move(descriptors, pass),
              prologues: policy.pcs.prologues(program, pass),
            },
            policy,
          ),
        describe: () => describeDescriptors(program, descriptors),
      };
    },
    know: ({ program, analysis }) => policy.know(program, analysis),
  };
}

/** As posted in February 2024, faults included. */
export const rfcV1 = frameDescriptors({
  name: 'rfc-v1',
  collect: collectPosted,
  know: postedKnowledge,
  pcs: PC_POLICIES.posted,
  skipsUnlisted: true,
  clearsReleased: true,
});

/** Never wrong; refuses only where two different things truly meet. */
export const sound = frameDescriptors({
  name: 'sound',
  collect: collectSound,
  know: soundKnowledge,
  pcs: PC_POLICIES.exact,
  skipsUnlisted: false,
  clearsReleased: false,
});
