/** Tests of finding the plain constants that are struct ids. */
import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import { structConstants } from '../../../src/export/struct-constants.js';

/** What is found in a body; two struct types are declared. */
function found(lines: readonly string[]) {
  const text = lines.map((line) => (line.endsWith(':') ? line : `    ${line}`)).join('\n');
  const types = [
    { name: 'node', size: 8 },
    { name: 'leaf', size: 16 },
  ];
  const parsed = parseProgram(`main:\n${text}\n    exit\n`, { types });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const { types: at, unknown } = structConstants(parsed.program);
  return { types: [...at], unknown: [...unknown] };
}

const NEW = 'call bpf_obj_new_impl';

describe('structConstants', () => {
  it.each([
    [['r1 = 1', NEW], [[0, 0]]],
    [['w1 = 2', NEW], [[0, 1]]],
    [['r1 = 0x2 ll', 'r2 = 0', 'r3 = r2', NEW], [[0, 1]]],
    [['r0 = 0', 'if r0 == 0 goto next', 'r0 = 1', 'next:', 'r1 = 1', NEW], [[3, 0]]],
    [
      ['r1 = 1', NEW, 'r1 = 2', NEW],
      [
        [0, 0],
        [2, 1],
      ],
    ],
  ])('structConstants finds the load just before: %j', (lines, types) => {
    expect(found(lines)).toEqual({ types, unknown: [] });
  });

  it('structConstants leaves alone what names its type, and other calls', () => {
    expect(found(['r1 = type[node] ll', NEW])).toEqual({ types: [], unknown: [] });
    expect(found(['r1 = 1', 'call bpf_throw'])).toEqual({ types: [], unknown: [] });
  });

  it.each([
    ['comes from a register', ['r6 = 1', 'r1 = r6', NEW], 2],
    ['is computed', ['r1 = 0', 'r1 += 1', NEW], 2],
    ['is read by something else too', ['r1 = 1', 'r2 = r1', NEW], 2],
    ['meets another path', ['r0 = 0', 'r1 = 1', 'if r0 == 0 goto next', 'r0 = 1', 'next:', NEW], 4],
    ['meets a path from below', ['r1 = 1', 'next:', NEW, 'r1 = 2', 'if r0 == 0 goto next'], 1],
    ['leaves on another path', ['r0 = 0', 'r1 = 1', 'if r0 == 0 goto out', NEW, 'out:', 'r0 = 0'], 3],
    ['outlives a call', ['r1 = 1', 'call bpf_get_prandom_u32', NEW], 2],
    ['is no declared type', ['r1 = 3', NEW], 1],
    ['is zero', ['r1 = 0', NEW], 1],
    ['is not there', ['r2 = 1', NEW], 1],
  ])('structConstants does not know an id that %s', (_, lines, pc) => {
    expect(found(lines)).toEqual({ types: [], unknown: [pc] });
  });
});
