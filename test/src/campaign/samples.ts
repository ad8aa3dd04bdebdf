/** Judgements, sightings and results made by hand for the tests of campaigns and reports. */
import type { Judgement, Stakes, SubjectVerdict } from '../../../oracles/judgement.js';
import { parseProgram } from '../../../src/asm/parse.js';
import type { OtherDesign } from '../../../src/campaign/finding-file.js';
import type { Finding } from '../../../src/campaign/findings.js';
import type { CampaignSettings } from '../../../src/campaign/plan.js';
import type { FailedSubject } from '../../../src/campaign/same-failure.js';
import type { Minimised, Sighting } from '../../../src/campaign/shard.js';
import type { Program } from '../../../src/isa/program.js';

export const RFC = 'frame-descriptors/rfc-v1';
export const TABLE = 'runtime-table/per-frame';
export const DEFECT = 'wrong-destructor/kernel-object/other-kind/register/caller';

export const SETTINGS: CampaignSettings = {
  seed: '1',
  profile: 'default',
  subjects: [RFC, TABLE],
  stopAt: 'throw',
  pruning: 'exact',
  worlds: 8,
  fuel: 100_000,
  containment: true,
  patches: true,
};

export function program(text = 'main:\n    r1 = 7\n    call bpf_throw\n    exit\n'): Program {
  const parsed = parseProgram(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.program;
}

export const STAKES: Stakes = {
  worlds: 2,
  enumerated: true,
  stopRuns: 0,
  stopsHolding: 0,
  throwRuns: 1,
  heldAtThrow: [2],
  heldInTwoFrames: true,
  differingStates: false,
  throwPcs: 1,
  throwPcsRun: 1,
  executed: 6,
};

const world = { cb: [1], draw: [], fail: [2], fuel: 100_000 };

export const WRONG: SubjectVerdict = {
  verdict: 'wrong-destructor',
  defect: {
    verdict: 'wrong-destructor',
    claim: 'kernel-object',
    truth: 'other-kind',
    location: 'register',
    frame: 'caller',
  },
  evidence: {
    world,
    stop: undefined,
    pc: 1,
    holds: ['task#1', 'cgroup#2'],
    releases: [
      {
        frame: 0,
        subprogram: 'main',
        location: 'r7',
        address: 0x1000n,
        destructor: 'bpf_task_release',
        because: 'kernel-object',
        resource: 'cgroup#2',
        effect: 'wrong-destructor',
      },
    ],
    detail: 'bpf_task_release was given r7 of main, but there was cgroup#2',
  },
  cost: { stack: [8], chain: 16, metadataBytes: 160, instructionsAdded: 0 },
  growth: { perSubprogram: [0], chain: 0 },
  executed: { original: 6, added: 0 },
};

/** The same, but only once a kernel has patched the program. */
export const MOVED: SubjectVerdict =
  WRONG.evidence === undefined ? WRONG : { ...WRONG, evidence: { ...WRONG.evidence, patches: [{ do: 'blind' }] } };

export const RIGHT: SubjectVerdict = {
  verdict: 'agree',
  cost: { stack: [40], chain: 48, metadataBytes: 16, instructionsAdded: 5 },
  growth: { perSubprogram: [32], chain: 32 },
  executed: { original: 6, added: 4 },
};

export function judgement(subjects: Record<string, SubjectVerdict>): Judgement {
  return {
    refusal: undefined,
    subjects: new Map(Object.entries(subjects)),
    truth: [{ world, outcome: 'throw 7', holds: ['task#1', 'cgroup#2'] }],
    stakes: STAKES,
  };
}

export function sighting(index: number, defect = DEFECT, subject = RFC): Sighting {
  return { subject, defect, verdict: 'wrong-destructor', index, programs: 1 };
}

export const OTHERS: readonly OtherDesign[] = [
  {
    subject: 'mainline',
    verdict: 'refused',
    refusal: { code: 'held-reference', pc: 1, message: 'Unreleased reference id=1 alloc_insn=0 task#1' },
  },
  {
    subject: 'runtime-table/per-frame',
    verdict: 'agree',
    releases: [
      {
        frame: 0,
        subprogram: 'main',
        location: 'table[0]',
        address: 0x2000n,
        destructor: 'bpf_cgroup_release',
        because: 'kernel-object',
        resource: 'cgroup#2',
        effect: 'released',
      },
    ],
  },
];

export const MINIMISED: Minimised = {
  file: {
    text: 'the file\n',
    program: program(),
    evidence: WRONG.evidence,
    claims: ['main 1: r7=task'],
    others: OTHERS,
  },
  insns: 3,
  insnsBefore: 90,
  calls: 120,
  ended: 'minimal',
};

export const FINDING: Finding = {
  ...sighting(17),
  known: undefined,
  file: 'runs/1-default/x.bpf',
  minimised: MINIMISED,
};

/** The failure of a subject from outside. */
export const FAILURE: FailedSubject = {
  subject: 'mine/x',
  module: './mine.js',
  work: 'prepare',
  words: { what: 'TypeError: no', where: './mine.js:12:5', stack: ['at Object.prepare (./mine.js:12:5)'] },
  text: 'the case\n',
  insns: 4,
};
