import { describe, expect, it } from 'vitest';
import { Machine } from '../../../oracles/machine/machine.js';
import { fixedWorld } from '../../../oracles/world.js';
import { insn } from '../../../src/isa/insn.js';
import { program, ran, world } from './harness.js';

const LOOP = `main:
    r6 = 0
again:
    r6 += 1
    if r6 < 5 goto again
    r0 = r6
    exit
`;

describe('Machine.run', () => {
  it('starts with r1 = ctx and poison everywhere else', () => {
    const machine = ran(LOOP, {}, { stop: { pc: 0, visit: 1 } });
    expect(machine.outcome).toEqual({ how: 'stop' });
    expect(machine.classify(machine.register(1))).toEqual({ is: 'ctx', off: 0 });
    expect(machine.classify(machine.register(10))).toEqual({ is: 'frame', frame: 0, off: 0 });
    for (const register of [0, 2, 3, 4, 5, 6, 7, 8, 9]) {
      expect(machine.classify(machine.register(register))).toEqual({ is: 'poison' });
    }
    expect([machine.frameByte(0, -512), machine.frameByte(0, 0)]).toEqual([0xbd, 0]);
  });

  it('reads the context words of its world', () => {
    const text = 'main:\n    r0 = *(u32 *)(r1 + 64)\n    exit\n';
    expect(ran(text, { cb: [0, 0, 0, 0, 77] }).outcome).toEqual({ how: 'exit', value: 77n });
  });

  it('stops before the given visit of a pc', () => {
    const machine = ran(LOOP, {}, { stop: { pc: 1, visit: 3 } });
    expect([machine.outcome.how, machine.pc, machine.register(6), machine.executed]).toEqual(['stop', 1, 2n, 5]);
    expect(ran(LOOP, {}, { stop: { pc: 1, visit: 9 } }).outcome).toEqual({ how: 'exit', value: 5n });
  });

  it('stops at the first slot that serves an instruction, once per visit', () => {
    const rewritten = LOOP.replace('    r6 += 1\n', '    r7 = 0\n    r6 += 1\n');
    const pcMap = { toPrepared: [0, 2, 3, 4, 5], toOriginal: [0, -1, 1, 2, 3, 4], serves: [0, 1, 1, 2, 3, 4] };
    const machine = ran(rewritten, {}, { stop: { pc: 1, visit: 3 }, load: { pcMap } });
    expect([machine.outcome.how, machine.pc, machine.register(6)]).toEqual(['stop', 1, 2n]);
    expect([machine.executed, machine.executedAdded]).toEqual([5, 2]);
  });

  it('runs out of fuel after exactly that many original instructions', () => {
    expect(ran(LOOP, { fuel: 12 }).outcome).toEqual({ how: 'fuel' });
    expect(ran(LOOP, { fuel: 13 }).outcome).toEqual({ how: 'exit', value: 5n });
    expect(ran(LOOP, { fuel: 12 }).executed).toBe(12);
  });

  it('gives the same results when it runs again, and marks what ran since load', () => {
    const machine = new Machine();
    const text = 'main:\n    r0 = *(u32 *)(r1 + 48)\n    if r0 == 0 goto out\n    r0 = 9\nout:\n    exit\n';
    machine.load({ program: program(text) });
    machine.run(fixedWorld(world()), 100);
    const { outcome, traceHash } = machine;
    const hash = machine.memoryHash();
    expect([...machine.reached]).toEqual([1, 1, 0, 1]);
    machine.run(fixedWorld(world({ cb: [1] })), 100);
    expect(machine.outcome).toEqual({ how: 'exit', value: 9n });
    expect(machine.memoryHash()).not.toBe(hash);
    machine.run(fixedWorld(world()), 100);
    expect([machine.outcome, machine.traceHash, machine.memoryHash()]).toEqual([outcome, traceHash, hash]);
    expect([...machine.reached]).toEqual([1, 1, 1, 1]);
    machine.load({ program: program(text) });
    expect([...machine.reached]).toEqual([0, 0, 0, 0]);
  });

  it('shows every original instruction to the observer, with its frames', () => {
    const machine = new Machine();
    machine.load({ program: program('main:\n    call f\n    exit\nf:\n    r0 = 1\n    exit\n') });
    const seen: (readonly number[])[] = [];
    machine.observer = (pc) => seen.push([pc, machine.depth, machine.subprogram(machine.depth - 1)]);
    machine.run(fixedWorld(world()), 100);
    expect(seen).toEqual([
      [0, 1, 0],
      [2, 2, 1],
      [3, 2, 1],
      [1, 1, 0],
    ]);
    machine.run(fixedWorld(world()), 100, { pc: 2, visit: 1 });
    expect([machine.callsite(0), machine.callsite(1)]).toEqual([-1, 0]);
  });

  it('tells what its objects are', () => {
    const machine = ran(
      'main:\n    r1 = type[leaf] ll\n    call bpf_obj_new_impl\n    r1 = r0\n    call bpf_obj_drop_impl\n    r0 = 0\n    exit\n',
    );
    expect(machine.object(0)).toEqual({ kind: 'task', type: -1, live: true });
    expect(machine.object(1)).toEqual({ kind: 'object', type: 1, live: false });
  });
});

describe('Machine.memoryHash', () => {
  it('sees frames, context and live objects', () => {
    const hash = (body: string) => ran(`main:\n${body}    r0 = 0\n    exit\n`).memoryHash();
    const object = '    r6 = r1\n    r1 = type[node] ll\n    call bpf_obj_new_impl\n    r7 = r0\n';
    const hashes = [
      hash(''),
      hash('    *(u64 *)(r10 - 8) = 0\n'),
      hash('    *(u64 *)(r10 - 16) = 0\n'),
      hash('    *(u32 *)(r1 + 48) = 1\n'),
      hash(object),
      hash(`${object}    *(u64 *)(r7 + 0) = 1\n`),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hash(`${object}    *(u64 *)(r7 + 0) = 1\n    r1 = r7\n    call bpf_obj_drop_impl\n`)).toBe(hash(''));
  });
});

describe('Machine.loadSlots', () => {
  it('takes what no verifier would, but no unknown opcode', () => {
    const machine = new Machine();
    expect(machine.loadSlots([{ code: 0xff, dst: 0, src: 0, off: 0, imm: 0 }])).toBe(
      'unknown opcode ff at instruction 0',
    );
    expect(machine.loadSlots([insn('imm64', { dst: 0 })])).toContain('second half');
    expect(machine.loadSlots([insn('ja', { off: 5 })])).toBeUndefined();
    machine.runSlots(new Uint8Array(), 10);
    expect(machine.outcome).toMatchObject({ how: 'fault', code: 'bad-instruction', pc: 6 });
  });
});
