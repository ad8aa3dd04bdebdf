/** Tests of worlds told as stories: history, truth, and what each design did frame by frame. */
import { describe, expect, it } from 'vitest';
import { Machine } from '../../../oracles/machine/machine.js';
import { fixedWorld } from '../../../oracles/world.js';
import { addressInWords, type DesignRun, Storyteller, type WorldStory } from '../../../src/report/explain-world.js';
import { perFrame } from '../../../src/subjects/runtime-table/runtime-table.js';
import { analyse } from '../../../src/verify/walk.js';
import { caseOf, corpusCase, explain, TWO_KINDS } from './explained.js';

function story(name: string, number = 1): WorldStory {
  const told = explain(corpusCase(name)).worlds.stories.find((each) => each.number === number);
  if (told === undefined) throw new Error(`no world ${number}`);
  return told;
}

function runOf({ designs }: WorldStory, design: string): DesignRun {
  const run = designs.find((each) => each.design === design);
  if (run === undefined) throw new Error(`${design} did not run`);
  return run;
}

const RFC = 'frame-descriptors/rfc-v1';
const SOUND = 'frame-descriptors/sound';
const TABLE = 'runtime-table/per-frame';

/** `1 r6 bpf_task_release(task#1) released` for each release, innermost frame first. */
const releases = ({ frames }: DesignRun) =>
  frames.flatMap((frame) =>
    frame.releases.map(
      ({ location, destructor, got, effect }) => `${frame.frame} ${location} ${destructor}(${got}) ${effect}`,
    ),
  );

describe('Storyteller', () => {
  it('Storyteller tells the truth where the run throws, and in which state of the walk', () => {
    const told = explain(caseOf(TWO_KINDS)).worlds.stories;
    expect(told.map(({ states }) => states)).toEqual([['B'], ['A']]);
    expect(told[0]).toMatchObject({
      number: 1,
      outcome: 'throw 1',
      pc: 12,
      held: [{ resource: 'task#1', destructor: 'bpf_task_release', location: 'r6', frame: 0 }],
      stopped: [
        { frame: 1, subprogram: 'thrower', pc: 12 },
        { frame: 0, subprogram: 'main', pc: 9 },
      ],
    });
  });

  it('Storyteller tells what each design released, what it really was, and what came of it', () => {
    const told = explain(caseOf(TWO_KINDS)).worlds.stories[0];
    if (told === undefined) throw new Error('no story');
    const rfc = runOf(told, RFC);
    expect(releases(rfc)).toEqual(['0 r6 bpf_cgroup_release(task#1) wrong-destructor']);
    expect(rfc).toMatchObject({
      verdict: 'wrong-destructor',
      defect: 'wrong-destructor/kernel-object/other-kind/register/caller',
      leaked: [],
    });
    const table = runOf(told, TABLE);
    expect(releases(table)).toEqual(['0 table[0] bpf_task_release(task#1) released']);
    expect(table.verdict).toBe('right');
    // Those that refuse the program do not run.
    expect(told.designs.map(({ design }) => design)).toEqual([RFC, TABLE]);
  });

  it('Storyteller tells of an entry that was passed over what is there, and what is leaked', () => {
    const told = story('found/leak-nothing-unlisted-register-caller');
    const rfc = runOf(told, RFC);
    expect(rfc.frames).toMatchObject([
      { frame: 1, releases: [], descriptor: 'none, frame left' },
      { frame: 0, descriptor: 'found', skipped: [{ location: 'r6', holds: 'ring#1' }] },
    ]);
    expect(rfc.leaked).toEqual(['ring#1']);
    expect(runOf(told, SOUND).frames).toMatchObject([
      { descriptor: 'none', skipped: [] },
      { descriptor: 'found', skipped: [] },
    ]);
  });

  it('Storyteller tells a register that another frame has overwritten', () => {
    const rfc = runOf(story('found/garbage-release-kernel-object-foreign-register-register-caller'), RFC);
    expect(rfc.frames.at(-1)?.releases).toMatchObject([
      { got: 'the context', effect: 'garbage', truth: 'foreign-register' },
    ]);
  });

  it('Storyteller reads the tables as they lie in the frames', () => {
    const { frames } = runOf(story('accept/frames/both-frames-hold'), TABLE);
    expect(
      frames.map(({ table }) => table?.map(({ entry, got, type, destructor }) => [entry, got, type, destructor])),
    ).toEqual([[[0, 'cgroup#2', 1, 'bpf_cgroup_release']], [[0, 'task#1', 0, 'bpf_task_release']]]);
  });

  it('Storyteller unwinds nothing where a run does not throw', () => {
    const exits = story('accept/frames/callee-returns-a-task', 2);
    expect(exits).toMatchObject({ outcome: 'exit 0', states: [], designs: [], held: [] });
    const stops = story('readme', 5);
    expect(stops).toMatchObject({ outcome: 'stop', stop: { pc: 9, visit: 1 }, designs: [], pc: 9 });
    expect(stops.held.map(({ resource }) => resource)).toEqual(['object#1']);
  });

  it('Storyteller says how a rewrite went another way, and does not unwind it', () => {
    const { program } = caseOf(TWO_KINDS);
    const analysis = analyse(program, { pruning: 'exact' });
    const prepared = perFrame.prepare({ program, analysis, stopAt: 'throw' });
    if (!prepared.ok) throw new Error(prepared.refusal.message);
    const intrinsics = prepared.intrinsics.map((each) => ({
      ...each,
      run: (view: Parameters<typeof each.run>[0]) => view.overflow('full'),
    }));
    const design = { name: TABLE, prepared: { ...prepared, intrinsics }, knows: undefined };
    const told = new Storyteller(program, [design], undefined, undefined).tell(
      1,
      { cb: [], draw: [], fail: [], fuel: 1000 },
      undefined,
    );
    expect(told.designs).toMatchObject([{ verdict: 'table-overflow', detail: 'full', frames: [], leaked: [] }]);
    expect(told.states).toEqual([]);
  });
});

describe('addressInWords', () => {
  it('addressInWords says what a value is', () => {
    const { program } = caseOf(`;! case: something of everything
;! map: events ringbuf 4096

main:
    r6 = r1
    r1 = map[events] ll
    r7 = r1
    r2 = 8
    r3 = 0
    r4 = r10
    r4 += -16
    call bpf_ringbuf_reserve_dynptr
    r1 = 1
    call bpf_task_from_pid
    r8 = r0
    call bpf_get_current_task_btf
    r9 = r0
    r1 = 0
    call bpf_throw
    exit
`);
    const machine = new Machine();
    machine.load({ program });
    machine.run(fixedWorld({ cb: [], draw: [], fail: [], fuel: 100 }), 100);
    const frame = machine.register(10);
    const words = (address: bigint) => addressInWords(machine, program, address);
    expect([6, 7, 8, 9].map((register) => words(machine.register(register)))).toEqual([
      'the context',
      'map events',
      'task#2',
      'a task that is not owned',
    ]);
    expect(words(machine.register(8) + 8n)).toBe('task#2+8');
    expect([frame - 16n, frame - 32n].map(words)).toEqual(['dynptr#1', 'the stack of main']);
    expect([0n, 9n, 1n << 40n].map(words)).toEqual(['NULL', 'the number 9', 'the number 0x10000000000']);
    expect(words(machine.frameWord(0, -64))).toBe('uninitialised memory');
  });
});
