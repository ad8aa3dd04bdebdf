/** The unwinder, with restores of saved registers as posted and as they should be. */
import { describe, expect, test } from 'vitest';
import type { Descriptor, Entry } from '../../../../src/subjects/frame-descriptors/descriptor.js';
import { type Listed, savedRegisters, unwinder } from '../../../../src/subjects/frame-descriptors/unwind.js';
import { programOf } from '../states.js';
import { releases, stoppedOf } from '../stopped.js';

/** main uses r6 and r7; `middle` uses r6 and r8; `inner` uses none of them. */
const program = programOf(`
main:
    r6 = 0
    r7 = 0
    call middle
    exit
middle:
    r6 = 0
    r8 = 0
    call inner
    exit
inner:
    r1 = 0
    call bpf_throw
    r0 = 0
    exit
`);
const POSTED = { skipsUnlisted: true, clearsReleased: true };
const PROPER = { skipsUnlisted: false, clearsReleased: false };

const task = (place: number, offset = 0): Entry => ({
  place,
  holds: { kind: 'task', type: -1 },
  spill: place < 64 ? 'spill' : 'register',
  offset,
  destructor: 'bpf_task_release',
  acquiredAt: 0,
});

function listed(...list: readonly (readonly [pc: number, ...entries: Entry[]])[]): Listed {
  const byPc = new Map(
    list.map(([pc, ...entries]): readonly [number, Descriptor] => [
      pc,
      {
        pc,
        subprogram: program.subprogramOf[pc] ?? 0,
        stack: entries.filter(({ place }) => place < 64),
        registers: [64, 65, 66, 67].map((place) => entries.find((entry) => entry.place === place)),
        nullable: new Set(),
      },
    ]),
  );
  const tables = new Set([...byPc.values()].map(({ subprogram }) => subprogram));
  return { byPc, tables, prologues: program, stack: [16, 8, 0] };
}

/** Stopped in `inner`; middle pushed main's r8 and r6, main what it found. */
const STOPPED = stoppedOf(
  [
    { subprogram: 0, pc: 2, pushed: [0x77n, 0x66n], words: { 8: 0x10n, 16: 0x20n } },
    { subprogram: 1, pc: 6, pushed: [0x8a0n, 0x6a0n] },
    { subprogram: 2, pc: 9 },
  ],
  [0x6b0n, 0x7b0n, 0x8b0n, 0x9b0n],
);

describe('unwinder', () => {
  test('registers of a frame are what the frames further in pushed, else what the trampoline pushed', () => {
    const lists = listed([6, task(64), task(65), task(66)], [2, task(64), task(65), task(66)]);
    expect(releases(unwinder(lists, PROPER), STOPPED)).toEqual([
      '1 r6 0x6b0 bpf_task_release kernel-object',
      '1 r7 0x7b0 bpf_task_release kernel-object',
      '1 r8 0x8b0 bpf_task_release kernel-object',
      '0 r6 0x6a0 bpf_task_release kernel-object',
      '0 r7 0x7b0 bpf_task_release kernel-object',
      '0 r8 0x8a0 bpf_task_release kernel-object',
    ]);
  });

  test('clearsReleased: a released register that nothing restores reads 0 further out', () => {
    const lists = listed([6, task(65)], [2, task(65)]);
    expect(releases(unwinder(lists, POSTED), STOPPED)).toEqual(['1 r7 0x7b0 bpf_task_release kernel-object']);
  });

  test('skipsUnlisted: a frame whose table lacks its pc is left without restoring what it pushed', () => {
    const lists = listed([4, task(64)], [2, task(64)]);
    expect(releases(unwinder(lists, POSTED), STOPPED)).toEqual(['0 r6 0x6b0 bpf_task_release kernel-object']);
    expect(releases(unwinder(lists, PROPER), STOPPED)).toEqual(['0 r6 0x6a0 bpf_task_release kernel-object']);
  });

  test('skipsUnlisted: a subprogram without a table does restore', () => {
    const lists = listed([2, task(64)]);
    expect(releases(unwinder(lists, POSTED), STOPPED)).toEqual(['0 r6 0x6a0 bpf_task_release kernel-object']);
  });

  test('stack entries come first, in their order; 0 is skipped; NOT_INIT does nothing; offsets are taken off', () => {
    const nothing: Entry = {
      place: 65,
      holds: undefined,
      spill: 'register',
      offset: 0,
      destructor: '',
      acquiredAt: undefined,
    };
    const lists = listed([2, task(1, 8), task(2), task(0), nothing, task(64)]);
    expect(releases(unwinder(lists, PROPER), STOPPED)).toEqual([
      '0 fp-16 0x18 bpf_task_release kernel-object',
      '0 fp-8 0x10 bpf_task_release kernel-object',
      '0 r6 0x6a0 bpf_task_release kernel-object',
    ]);
  });
});

describe('unwinder of a patched program', () => {
  const restored = (pushed: readonly bigint[], stack: readonly number[], words = {}) => {
    const frames = [
      { subprogram: 0, pc: 2 },
      { subprogram: 1, pc: 6, pushed, words },
      { subprogram: 2, pc: 9 },
    ];
    return releases(unwinder({ ...listed([2, task(64), task(66)]), stack }, POSTED), stoppedOf(frames));
  };
  const released = (r6: string, r8: string) => [
    `0 r6 ${r6} bpf_task_release kernel-object`,
    `0 r8 ${r8} bpf_task_release kernel-object`,
  ];

  test('a register that patches made the prologue push, too, shifts what is read', () => {
    expect(restored([0x9n, 0x8n, 0x6n], [0, 0, 0])).toEqual(released('0x8', '0x9'));
  });

  test('a register that it no longer pushes is read from what lies above: the stack of the frame, lowest word first', () => {
    expect(restored([0x8n], [0, 16, 0], { 16: 0xan, 8: 0xbn })).toEqual(released('0xa', '0x8'));
    expect(restored([], [0, 16, 0], { 16: 0xan, 8: 0xbn })).toEqual(released('0xb', '0xa'));
  });

  test('above the stack of the frame lies the frame pointer of its caller, then nothing of ours', () => {
    expect(restored([], [0, 8, 0], { 8: 0xbn })).toEqual(released('0x10000', '0xb'));
    expect(restored([], [0, 0, 0])).toEqual(['0 r8 0x10000 bpf_task_release kernel-object']);
  });

  test('skipsUnlisted: a subprogram keeps its table when all its descriptors are deleted', () => {
    const lists = { ...listed([2, task(64)]), tables: new Set([0, 1]) };
    expect(releases(unwinder(lists, POSTED), STOPPED)).toEqual(['0 r6 0x6b0 bpf_task_release kernel-object']);
  });

  test('prologues: what a frame pushed follows the program that is asked', () => {
    const prologues = programOf('main:\n    call middle\n    exit\nmiddle:\n    r7 = 0\n    exit\n');
    const lists = { ...listed([2, task(64), task(65)]), prologues };
    expect(releases(unwinder(lists, PROPER), STOPPED)).toEqual([
      '0 r6 0x6b0 bpf_task_release kernel-object',
      '0 r7 0x8a0 bpf_task_release kernel-object',
    ]);
  });
});

describe('savedRegisters', () => {
  test('savedRegisters are those that appear as source or destination', () => {
    expect(program.subprograms.map(({ start, end }) => savedRegisters(program, start, end))).toEqual([
      [6, 7],
      [6, 8],
      [],
    ]);
    const reading = programOf('main:\n    r0 = r9\n    exit');
    expect(savedRegisters(reading, 0, 2)).toEqual([9]);
  });
});
