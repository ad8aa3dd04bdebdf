import { describe, expect, it } from 'vitest';
import { createJudge } from '../../oracles/judge.js';
import { Stopping } from '../../oracles/stopping.js';
import type { World } from '../../oracles/world.js';
import { parseProgram } from '../../src/asm/parse.js';
import type { StopAt } from '../../src/contract/prepared.js';
import type { Program } from '../../src/isa/program.js';
import { identityMap } from '../../src/patch/patch.js';
import { unchangedCost } from '../../src/subjects/cost.js';
import { sound } from '../../src/subjects/frame-descriptors/frame-descriptors.js';
import { prepareInput } from '../../src/subjects/input.js';
import { perFrame } from '../../src/subjects/runtime-table/runtime-table.js';
import type { Subject } from '../../src/subjects/subject.js';

function programOf(text: string): Program {
  const parsed = parseProgram(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.program;
}

const HOLDS = programOf(`
main:
  r1 = 1
  call bpf_task_from_pid
  if r0 == 0 goto out
  r6 = r0
  r1 = r6
  call bpf_task_release
out:
  r0 = 0
  exit
`);

const COUNTS = programOf(`
main:
  r6 = 0
again:
  r6 += 1
  if r6 < 200 goto again
  r0 = 0
  exit
`);

const WORLD: World = { cb: [], draw: [], fail: [], fuel: 10_000 };

/** Releases what R6 holds, whatever that is, if the frame stops at one of these pcs. */
const releasingR6 = (at: readonly number[]): Subject => ({
  name: 'r6',
  stops: 'anywhere',
  prepare: ({ program, analysis }) => ({
    ok: true,
    program,
    pcMap: identityMap(program),
    cost: unchangedCost(program, analysis.stackDepth),
    reserved: program.subprograms.map(() => 0),
    intrinsics: [],
    describe: () => [],
    unwind: ({ frames, trampoline, scratch }) => {
      const pc = frames.at(-1)?.pc ?? -1;
      const release = (register: number, address = 0n) => ({
        do: 'release' as const,
        frame: 0,
        from: { in: 'register' as const, register },
        address,
        destructor: 'bpf_task_release',
        because: 'test',
      });
      if (pc === 3 && scratch !== undefined) return [release(0, scratch[0])];
      return at.includes(pc) ? [release(6, trampoline[0])] : [];
    },
  }),
});

function verdictOf(subject: Subject, program: Program, stopAt: StopAt) {
  const judge = createJudge({ subjects: [subject], pruning: 'exact', stopAt, worlds: 8, fuel: 1000, seed: '1' });
  const judgement = judge.judge(program);
  return { ...judgement.subjects.get(subject.name), stakes: judgement.stakes };
}

describe('Stopping', () => {
  it('Stopping lists every visit of every stop point, in the order of the run', () => {
    const stopping = new Stopping();
    stopping.load(HOLDS, 'anywhere');
    expect(stopping.points(WORLD).map(({ pc, visit }) => `${pc}@${visit}`)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((pc) => `${pc}@1`),
    );
    stopping.load(HOLDS, 'points');
    expect(stopping.points(WORLD).map(({ pc }) => pc)).toEqual([1, 5]);
  });

  it('Stopping takes the first visits of each instruction where a run has too many', () => {
    const stopping = new Stopping();
    stopping.load(COUNTS, 'anywhere');
    const points = stopping.points(WORLD);
    expect(points.length).toBeLessThanOrEqual(256);
    expect(points.length).toBeGreaterThan(200);
    expect(new Set(points.map(({ pc }) => pc))).toEqual(new Set([0, 1, 2, 3, 4]));
  });

  it('Stopping stands before the instruction, with what is held there', () => {
    const stopping = new Stopping();
    stopping.load(HOLDS, 'anywhere');
    expect(stopping.stop(WORLD, { pc: 1, visit: 1 }).ledger.names()).toEqual([]);
    expect(stopping.stop(WORLD, { pc: 2, visit: 1 }).ledger.names()).toEqual(['task#1']);
    expect(() => stopping.stop(WORLD, { pc: 2, visit: 2 })).toThrow('does not stop at its visit 2');
  });
});

describe('createJudge', () => {
  it('createJudge tells a design that is right at every stop from one that misses a single one', () => {
    // Before pc 2 and 3 the task is in R0 only, at 4 and 5 in R6 (and, at 5, in R1).
    const short = verdictOf(releasingR6([4]), HOLDS, 'anywhere');
    expect(short.verdict).toBe('leak');
    expect(short.evidence?.stop).toEqual({ pc: 2, visit: 1 });
    expect(short.defect?.location).toBe('register');
    expect(verdictOf(releasingR6([4, 5, 6]), HOLDS, 'anywhere').verdict).toBe('garbage-release');
  });

  it('createJudge finds sound descriptors right at every instruction, where R0 is the only place too', () => {
    const { verdict, stakes, cost } = verdictOf(sound, HOLDS, 'anywhere');
    expect(verdict).toBe('agree');
    expect(stakes.stopsHolding).toBe(4);
    // Before pc 2, 3, 4 and 5, all ten registers each.
    expect(cost?.metadataBytes).toBe(16 + 4 * (8 + 280));
    expect(sound.prepare(prepareInput(HOLDS, 'exact', 'anywhere'))).toMatchObject({ ok: true });
  });

  it('createJudge stops at throws only if that is asked for', () => {
    const { verdict, stakes } = verdictOf(releasingR6([]), HOLDS, 'throw');
    expect(verdict).toBe('agree');
    expect(stakes.stopRuns).toBe(0);
  });

  it('createJudge finds a table right at every instruction, and exposed between an acquire and its push', () => {
    const anywhere = verdictOf(perFrame, HOLDS, 'anywhere');
    expect(anywhere.verdict).toBe('agree');
    expect(anywhere.stakes.stopRuns).toBe(13);
    expect(anywhere.stakes.stopsHolding).toBe(4);
    const { verdict, window } = verdictOf(perFrame, HOLDS, 'window');
    expect(verdict).toBe('agree');
    expect(window?.exposed).toBeGreaterThan(0);
    expect(window?.stops).toBeGreaterThan(window?.exposed ?? 0);
  });
});
