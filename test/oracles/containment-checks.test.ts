/** What is checked of a state, and that the quick way to it and the plain one agree. */
import { describe, expect, it } from 'vitest';
import {
  addChanges,
  addChecks,
  CheckList,
  EXACT,
  POINTER,
  RANGE,
  RESIDENT,
  ZEROES,
} from '../../oracles/containment-checks.js';
import type { StateView } from '../../src/verify/analysis.js';
import { analyse } from '../../src/verify/walk.js';
import { programOf } from '../src/subjects/states.js';

const program = programOf(`
main:
    r6 = r1
    r7 = *(u32 *)(r6 + 48)
    r8 = 5
    *(u64 *)(r10 - 8) = 0
    *(u64 *)(r10 - 16) = r7
    r1 = r10
    r1 += -24
    r2 = 0
    r3 = 3
    call bpf_iter_num_new
    r1 = 1
    call bpf_task_from_pid
    r9 = r0
    r1 = 0
    call bpf_throw
    exit
`);
const { nodes } = analyse(program, { pruning: 'exact', record: true });
const ALL = 0b11_1111;

const checksOf = (state: StateView, live: number): CheckList => {
  const list = new CheckList();
  addChecks(list, state, live);
  return list;
};
const changesOf = (before: StateView, state: StateView, live: number): CheckList => {
  const list = new CheckList();
  addChanges(list, before, state, live);
  return list;
};

/** The same state without the quick way. */
const plain = (state: StateView): StateView => ({
  depth: state.depth,
  references: state.references,
  frame: (index) => state.frame(index),
  register: (frame, register) => state.register(frame, register),
  slot: (frame, slot) => state.slot(frame, slot),
});
const rows = ({ frames, places, checks }: CheckList) =>
  checks.map((check, position) => [frames[position], places[position], check.how]);
const stateAt = (pc: number): StateView => {
  const node = nodes.find((each) => each.pc === pc);
  if (node === undefined) throw new Error(`no node at ${pc}`);
  return node.state;
};

describe('addChecks', () => {
  it('has a check for all that the walk says something of', () => {
    expect(rows(checksOf(stateAt(14), 0))).toEqual([
      [0, 6, EXACT],
      [0, 7, RANGE],
      [0, 8, EXACT],
      [0, 9, POINTER],
      [0, -8, ZEROES],
      [0, -16, RANGE],
      [0, -24, RESIDENT],
    ]);
  });

  it('leaves out R0–R5 that are not read any more', () => {
    const places = rows(checksOf(stateAt(14), 1 << 1)).map(([, place]) => place);
    expect(places).toContain(1);
    expect(places).not.toContain(0);
  });

  it('says the same of any view of a state', () => {
    for (const { state } of nodes) expect(checksOf(state, ALL)).toEqual(checksOf(plain(state), ALL));
  });
});

describe('addChanges', () => {
  it('has what an instruction changed and nothing else', () => {
    expect(rows(changesOf(stateAt(2), stateAt(3), ALL))).toEqual([[0, 8, EXACT]]);
    expect(rows(changesOf(stateAt(3), stateAt(4), ALL))).toEqual([[0, -8, ZEROES]]);
    expect(rows(changesOf(stateAt(6), stateAt(6), ALL))).toEqual([]);
  });

  it('says the same of any view of two states', () => {
    let compared = 0;
    for (const { state, next } of nodes) {
      for (const index of next) {
        const after = nodes[index]?.state;
        if (after === undefined || after.depth !== state.depth) continue;
        expect(changesOf(state, after, ALL)).toEqual(changesOf(plain(state), plain(after), ALL));
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(10);
  });
});
