/** Dynptrs and iterators as the machine has them: bytes, NULLs, error codes, clones, and what ends a run. */
import { describe, expect, it } from 'vitest';
import { ran } from './harness.js';

const at = (register: number, offset: number) => `    r${register} = r10\n    r${register} += ${offset}\n`;
const reserve = (size: number, offset = -16) =>
  `    r1 = map[events] ll\n    r2 = ${size}\n    r3 = 0\n${at(4, offset)}    call bpf_ringbuf_reserve_dynptr\n`;
const discard = (offset = -16) => `${at(1, offset)}    r2 = 0\n    call bpf_ringbuf_discard_dynptr\n`;
const data = (from: number, length: number, offset = -16) =>
  `${at(1, offset)}    r2 = ${from}\n    r3 = ${length}\n    call bpf_dynptr_data\n`;
const numbers = (start: number, end: number) =>
  `${at(1, -8)}    r2 = ${start}\n    r3 = ${end}\n    call bpf_iter_num_new\n`;
const NEXT = `${at(1, -8)}    call bpf_iter_num_next\n`;
const tasks = (flags: number) => `${at(1, -24)}    r2 = 0\n    r3 = ${flags}\n    call bpf_iter_task_new\n`;
const NEXT_TASK = `${at(1, -24)}    call bpf_iter_task_next\n`;
const r0 = (...parts: readonly string[]) => BigInt.asIntN(64, ran(`main:\n${parts.join('')}    exit`).register(0));

describe('ring dynptrs', () => {
  it('a reservation fails as the world says or the map is too small, and is held all the same', () => {
    expect(r0(reserve(16))).toBe(0n);
    expect(r0(reserve(5000))).toBe(-12n);
    const failed = ran(`main:\n${reserve(16)}    exit`, { fail: [1] });
    expect([BigInt.asIntN(64, failed.register(0)), failed.ledger.names(), failed.frameWord(0, -16)]).toEqual([
      -12n,
      ['dynptr#1'],
      0n,
    ]);
  });

  it('data lie in the record, and only inside it', () => {
    const machine = ran(`main:\n${reserve(16)}${data(8, 8)}    exit`);
    expect(machine.classify(machine.register(0))).toMatchObject({ is: 'object', off: 8 });
    expect(r0(reserve(16), data(9, 8))).toBe(0n);
    expect(r0(reserve(16), data(0, 17))).toBe(0n);
    const write = `    *(u64 *)(r0 + 0) = 77\n${data(8, 8)}    r0 = *(u64 *)(r0 + 0)\n`;
    expect(r0(reserve(16), data(8, 8), write)).toBe(77n);
  });

  it('data cannot be touched once the record is submitted', () => {
    const late = `main:\n${reserve(16)}${data(0, 8)}    r6 = r0\n${discard()}    r0 = *(u64 *)(r6 + 0)\n    exit`;
    expect(ran(late).outcome).toMatchObject({ how: 'fault', code: 'use-after-release' });
  });

  it('a clone is the same record: released by either, once', () => {
    const clone = `${at(1, -16)}${at(2, -40)}    call bpf_dynptr_clone\n`;
    expect(ran(`main:\n${reserve(16)}${clone}${discard(-40)}    exit`).ledger.names()).toEqual([]);
    const twice = ran(`main:\n${reserve(16)}${clone}${discard(-40)}${discard(-16)}    exit`);
    expect(twice.outcome).toMatchObject({ how: 'fault', code: 'bad-argument' });
    const same = ran(`main:\n${reserve(16)}${clone}    exit`);
    expect([same.residentAt(0, -16), same.residentAt(0, -40)]).toEqual([1, 1]);
  });

  it('goes out of reach with the frame it is in', () => {
    const machine = ran(`main:\n    call sub\n    exit\nsub:\n${reserve(16)}    exit`);
    expect([machine.ledger.names(), machine.residentAt(1, -16)]).toEqual([['dynptr#1'], -1]);
  });
});

describe('numeric iterators', () => {
  it('yield the numbers from start to end, then NULL for ever', () => {
    const read = `${NEXT}    r0 = *(u32 *)(r0 + 0)\n`;
    expect(r0(numbers(3, 5), read)).toBe(3n);
    expect(r0(numbers(3, 5), read, read)).toBe(4n);
    expect(r0(numbers(3, 5), read, read, NEXT)).toBe(0n);
    expect(r0(numbers(3, 5), read, read, NEXT, NEXT)).toBe(0n);
    expect(r0(numbers(-2, 5), read)).toBe(0xffff_fffen);
  });

  it('are made even where their range is wrong, and yield nothing then', () => {
    expect(r0(numbers(5, 3))).toBe(-22n);
    expect(r0(numbers(0, 9_000_000))).toBe(-7n);
    expect(r0(numbers(5, 3), NEXT)).toBe(0n);
    expect(ran(`main:\n${numbers(5, 3)}    exit`).ledger.names()).toEqual(['iter_num#1']);
  });

  it('an empty range yields nothing', () => {
    expect(r0(numbers(4, 4), NEXT)).toBe(0n);
  });
});

describe('task iterators', () => {
  it('yield three tasks that outlive them', () => {
    const machine = ran(`main:\n${tasks(0)}${NEXT_TASK}    exit`);
    const place = machine.classify(machine.register(0));
    expect(place).toMatchObject({ is: 'object', off: 0 });
    expect(r0(tasks(0), NEXT_TASK, NEXT_TASK, NEXT_TASK, NEXT_TASK)).toBe(0n);
    const again = `${NEXT_TASK}    r6 = r0\n    r1 = r6\n    call bpf_task_acquire\n    r1 = r0\n    call bpf_task_release\n    r1 = r6\n    call bpf_task_acquire\n`;
    expect(ran(`main:\n${tasks(0)}${again}    exit`).ledger.names()).toEqual(['iter_task#1', 'task#3']);
  });

  it('are made even with flags that are wrong', () => {
    expect(r0(tasks(7))).toBe(-22n);
    expect(r0(tasks(7), NEXT_TASK)).toBe(0n);
  });
});

describe('what no verified program does', () => {
  it.each([
    ['releases a dynptr that is not there', discard()],
    ['steps an iterator that is not there', NEXT],
    ['destroys an iterator as another', `${numbers(0, 3)}${at(1, -8)}    call bpf_iter_task_destroy\n`],
    ['clones what is none', `${at(1, -16)}${at(2, -40)}    call bpf_dynptr_clone\n`],
  ])('a program that %s ends in a fault', (_, text) => {
    expect(ran(`main:\n${text}    exit`).outcome).toMatchObject({ how: 'fault' });
  });
});
