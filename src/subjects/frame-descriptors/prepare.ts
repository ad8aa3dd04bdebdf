/** Makes a prepared program of descriptors: of the program as it is, or of a rewrite that descriptors were made for. */
import type { Cost, PcMap } from '../../contract/prepared.js';
import { identityMap } from '../../patch/patch.js';
import { unchangedCost } from '../cost.js';
import type { Prepared, PrepareInput } from '../subject.js';
import { type Descriptors, describeDescriptors, metadataBytes } from './descriptor.js';
import type { PcPolicy } from './pcs.js';
import { type Listed, unwinder, type WalkPolicy } from './unwind.js';

/** What becomes of descriptors once they are made. */
export interface KeepingPolicy extends WalkPolicy {
  readonly pcs: PcPolicy;
}

/** The program that runs with descriptors; their pcs are pcs of it. */
export interface Carrier extends Pick<Prepared, 'program' | 'reserved'> {
  readonly pcMap: PcMap;
  readonly cost: Omit<Cost, 'metadataBytes'>;
}

/** A program that is left as it is. */
export function unchanged({ program, analysis }: PrepareInput): Carrier {
  return {
    program,
    pcMap: identityMap(program),
    cost: unchangedCost(program, analysis.stackDepth),
    reserved: program.subprograms.map(() => 0),
  };
}

/** The prepared program: descriptors are its metadata and all that its unwinder knows. */
export function prepareDescriptors(descriptors: Descriptors, policy: KeepingPolicy, carrier: Carrier): Prepared {
  const { program, pcMap, cost } = carrier;
  const listed: Listed = {
    byPc: descriptors.byPc,
    tables: new Set([...descriptors.byPc.values()].map(({ subprogram }) => subprogram)),
    prologues: program,
    stack: cost.stack,
  };
  return {
    ok: true,
    ...carrier,
    cost: { ...cost, metadataBytes: metadataBytes(descriptors) },
    intrinsics: [],
    unwind: unwinder(listed, policy),
    maintain: (pass) =>
      unwinder(
        { ...listed, byPc: policy.pcs.move(descriptors, pass), prologues: policy.pcs.prologues(program, pass) },
        policy,
      ),
    describe: () => describeDescriptors(program, descriptors, (pc) => pcMap.toOriginal[pc] ?? pc),
  };
}
