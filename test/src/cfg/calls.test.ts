import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import { callableAt, callGraphOf, reachesThrow, throwPcsOf } from '../../../src/cfg/calls.js';
import { anyProgram } from '../../programs.js';

const parsed = parseProgram(`main:
    call a
    call b
    call a
    exit
a:
    call c
    exit
b:
    call bpf_ktime_get_ns
    call helper#9999
    exit
c:
    r1 = 0
    call bpf_throw
    exit
`);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
const { program } = parsed;

describe('callGraphOf', () => {
  it('lists calls, callees, callers and depths', () => {
    const graph = callGraphOf(program);
    expect(graph.calls.map(({ pc, caller, callee }) => [pc, caller, callee])).toEqual([
      [0, 0, 1],
      [1, 0, 2],
      [2, 0, 1],
      [4, 1, 3],
    ]);
    expect(graph.callees).toEqual([[1, 2], [3], [], []]);
    expect(graph.callers).toEqual([[], [0], [0], [1]]);
    expect(graph.depth).toEqual([3, 2, 1, 1]);
    expect(graph.maxDepth).toBe(3);
  });

  it('orders callees before callers', () => {
    fc.assert(
      fc.property(anyProgram, (any) => {
        const { order, callees } = callGraphOf(any);
        const place = new Map(order.map((index, at) => [index, at]));
        expect(place.size).toBe(any.subprograms.length);
        for (const [caller, called] of callees.entries()) {
          for (const callee of called) expect(place.get(callee) ?? 0).toBeLessThan(place.get(caller) ?? 0);
        }
      }),
    );
  });
});

describe('callableAt', () => {
  it('names helpers and kfuncs that have a row', () => {
    expect([0, 6, 7, 10].map((pc) => callableAt(program, pc))).toEqual([
      undefined,
      'bpf_ktime_get_ns',
      undefined,
      'bpf_throw',
    ]);
  });
});

describe('reachesThrow', () => {
  it('marks throwing subprograms and their callers', () => {
    expect(throwPcsOf(program)).toEqual([10]);
    expect(reachesThrow(program)).toEqual([true, true, false, true]);
  });
});
