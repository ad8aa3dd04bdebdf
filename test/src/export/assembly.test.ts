/** Tests of instructions as inline assembly. That clang reads them rightly is tested with selftest. */
import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import { assemblyAt } from '../../../src/export/assembly.js';

const NAMES = {
  subprograms: ['the_case', 'callee_2'],
  labels: new Map([[1, 'again']]),
  maps: ['events_2'],
  typeIds: ['node_btf_id'],
  typeAt: new Map<number, number>(),
};

/** The assembly of an instruction that stands between a label `again` and a subprogram `callee`. */
function assembly(text: string) {
  const parsed = parseProgram(
    `main:\n    r0 = 0\nagain:\n    ${text}\n    call callee\n    exit\ncallee:\n    exit\n`,
    {
      maps: [{ name: 'events', type: 'ringbuf', size: 4096 }],
      types: [{ name: 'node', size: 8 }],
    },
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return assemblyAt(parsed.program, 1, NAMES);
}

describe('assemblyAt', () => {
  it.each([
    ['r1 += 5', 'r1 += 5'],
    ['w1 %= w2', 'w1 %%= w2'],
    ['if r1 s> -2 goto again', 'if r1 s> -2 goto again_%='],
    ['r1 = 0x1122334455667788 ll', 'r1 = 0x1122334455667788 ll'],
    ['call callee', 'call callee_2'],
    ['call helper#9999', 'call 9999'],
  ])('assemblyAt writes %s as %s', (text, written) => {
    expect(assembly(text)).toEqual({ ok: true, text: written });
  });

  it.each([
    ['call bpf_throw', 'call %[bpf_throw]', { is: 'callable', name: 'bpf_throw' }],
    ['call bpf_ringbuf_submit', 'call %[bpf_ringbuf_submit]', { is: 'callable', name: 'bpf_ringbuf_submit' }],
    ['r1 = map[events] ll', 'r1 = %[events_2] ll', { is: 'map', name: 'events_2' }],
    ['r1 = type[node] ll', 'r1 = %[node_btf_id] ll', { is: 'constant', name: 'node_btf_id' }],
  ])('assemblyAt writes %s with an operand', (text, written, operand) => {
    expect(assembly(text)).toEqual({ ok: true, text: written, operand });
  });

  it.each([
    ['r1 s%= 5', 's%%=', 19],
    ['*(u64 *)(r10 - 8) = 7', '', 19],
    ['if r1 & 5 goto again', '', 19],
    ['r1 = *(s8 *)(r10 - 8)', '', 19],
    ['r1 = bswap16 r1', '', 19],
    ['r1 = load_acquire((u64 *)(r10 - 8))', '', 20],
    ['store_release((u64 *)(r10 - 8), r1)', '', 20],
  ])('assemblyAt says since when assemblers know %s', (text, part, since) => {
    const line = assembly(text);
    expect(line).toMatchObject({ ok: true, since });
    expect(line.ok && line.text).toContain(part);
  });

  it.each([
    ['call kfunc#99', 'the kfunc 99 called at pc 1 has no name'],
    ['r1 = map[#3] ll', 'the map 3 loaded at pc 1 is not declared'],
    ['r1 = type[#3] ll', 'the type 3 loaded at pc 1 is not declared'],
  ])('assemblyAt cannot write %s', (text, message) => {
    expect(assembly(text)).toEqual({ ok: false, message });
  });
});
