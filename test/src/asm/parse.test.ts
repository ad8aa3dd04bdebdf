import { describe, expect, it } from 'vitest';
import { type ProgramMeta, parseProgram } from '../../../src/asm/parse.js';
import { printProgram } from '../../../src/asm/print.js';
import { slotAt } from '../../../src/isa/program.js';

const body = (...lines: readonly string[]) => `main:\n${lines.map((line) => `    ${line}\n`).join('')}    exit\n`;

/** The one error of a program whose third line is wrong: `column: message`. */
function errorOf(line: string, meta?: ProgramMeta): string {
  const parsed = parseProgram(body('r1 = 0', line), meta);
  if (parsed.ok) throw new Error(`no error for: ${line}`);
  expect(parsed.errors.map((error) => error.line)).toEqual([3]);
  return parsed.errors.map(({ column, message }) => `${column}: ${message}`).join();
}

describe('parseProgram errors', () => {
  it.each([
    ['r11 = 0', "5: register out of range: 'r11', expected r0 to r10"],
    ['r1 = 2147483648', '10: immediate out of range: 2147483648, expected -2147483648 to 2147483647'],
    ['r1 += -2147483649', '11: immediate out of range: -2147483649, expected -2147483648 to 2147483647'],
    ['r1 = 0x10000000000000000 ll', '10: immediate out of range'],
    ['w1 = 5 ll', '5: expected a register r0 to r10'],
    ['r1 = w2', "10: expected a register r0 to r10, found 'w2'"],
    ['r1 = -r2', '11: expected the register that is assigned to'],
    ['r1 = be24 r1', "10: unknown operation 'be24'"],
    ['r1 = (s32)r2 3', "18: expected the end of the line, found '3'"],
    ['w1 = (s32)w2', "11: unknown operation 's32', expected one of s8 s16"],
    ['r1 == 4', "8: unknown operation '=='"],
    ['r1 = *(u64 *)(r10 + 32768)', '23: offset out of range: 32768, expected -32768 to 32767'],
    ['r1 = *(s64 *)(r10 + 0)', "12: unknown operation 's64', expected one of u64"],
    ['*(s8 *)(r10 + 0) = r1', "7: unknown operation 's8', expected one of u8"],
    ['*(u8 *)(r10 + 0) = w1', "24: expected a register r0 to r10, found 'w1'"],
    ['lock *(u64 *)(r1 + 0) -= r2', "27: unknown operation '-='"],
    ['lock *(u8 *)(r1 + 0) += r2', "12: expected u32 or u64, found 'u8'"],
    ['r2 = atomic_fetch_sub((u64 *)(r1 + 0), r2)', "10: unknown operation 'sub'"],
    ['r2 = atomic_fetch_add((u32 *)(r1 + 0), r2)', "5: expected a register w2 for 'u32'"],
    ['r2 = xchg_64(r1 + 0, r3)', '26: expected the register that is assigned to'],
    ['r2 = xchg32_32(r1 + 0, r2)', "10: unknown operation 'xchg32_32'"],
    ['r1 = cmpxchg_64(r1 + 0, r0, r2)', '5: expected r0 before cmpxchg'],
    ['if r0 = 0 goto main', "11: unknown operation '='"],
    ['if r0 == 0 then main', "16: expected 'goto', found 'then'"],
    ['if r0 == 0 goto mane', "21: unknown label 'mane'; did you mean 'main'?"],
    ['goto r1', "10: expected a label: 'r1' is a register"],
    ['call bpf_thorw', "10: unknown callable or label 'bpf_thorw'; did you mean 'bpf_throw'?"],
    ['call nothing_like_it', "10: unknown callable or label 'nothing_like_it'"],
    ['r1 = map[event] ll', "14: unknown map 'event'; did you mean 'events'?"],
    ['r1 = type[leaf] ll', "15: unknown type 'leaf'"],
    ['r1 = foo[leaf] ll', "10: expected 'map[' or 'type[', found 'foo['"],
    ['jump main', "5: expected an instruction: a register, '*(', 'if', 'goto', 'call', 'lock' or 'exit', found 'jump'"],
    ['r1 = $%', "11: unexpected character '%'"],
    ['r1 =', '9: expected a register or an immediate, found the end'],
  ])('%s', (line, message) => {
    const meta = { maps: [{ name: 'events', type: 'ringbuf', size: 4096 }] } as const;
    expect(errorOf(line, meta).slice(0, message.length)).toBe(message);
  });

  it('collects the errors of all lines in order', () => {
    const parsed = parseProgram('main:\n    r1 = r99\n    goto nowhere\n    call guards\n');
    expect(parsed.ok ? [] : parsed.errors.map(({ line, column }) => [line, column])).toEqual([
      [2, 10],
      [3, 10],
      [4, 10],
    ]);
  });

  it.each([
    ['', 'expected a label and instructions, found none'],
    ['    exit\n', "expected a label that names the first subprogram, such as 'main:'"],
    ['main:\nexit\n', 'expected a label in column one; instructions are indented'],
    ['main:\n    exit\nlast:\n', "expected an instruction after label 'last'"],
    ['main:\nmain:\n    exit\n', "duplicate label 'main', first on line 1"],
    ['main:\nother:\n    exit\n', "a second label for one instruction: use 'main' of line 1"],
    ['call:\n    exit\n', "'call' is a keyword, no label"],
    ['main:\r\n    exit\n', 'carriage return: lines end in a line feed only'],
  ])('%j', (text, message) => {
    const parsed = parseProgram(text);
    expect(parsed.ok ? [] : parsed.errors.map((error) => error.message)).toContain(message);
  });

  it('maps a form refusal to the line of its instruction', () => {
    const parsed = parseProgram('main:\n    r0 = 0x1 ll\n    exit\n\n    r0 = 1\n    exit\n');
    expect(parsed).toMatchObject({
      ok: false,
      errors: [{ line: 5, column: 5, message: 'unreachable-insn: unreachable insn 3', refusal: { pc: 3 } }],
    });
  });

  it('refuses globals that are no subprogram where they were declared', () => {
    const meta = (name: string) => ({ globals: [{ name, line: 9, column: 4 }] });
    const text = 'main:\n    r0 = 0\nend:\n    exit\n';
    expect(parseProgram(text, meta('end'))).toMatchObject({
      errors: [{ line: 9, column: 4, message: "'end' is no subprogram: nothing calls it" }],
    });
    expect(parseProgram(text, meta('mian'))).toMatchObject({
      errors: [{ line: 9, message: "unknown label 'mian'; did you mean 'main'?" }],
    });
  });

  it('refuses a 16-bit jump to a label too far away', () => {
    const filler = '    r0 = 0\n'.repeat(32769);
    const parsed = parseProgram(`main:\n    if r1 == 0 goto end\n${filler}end:\n    exit\n`);
    expect(parsed).toMatchObject({ ok: false, errors: [{ line: 2, column: 21 }] });
  });
});

describe('parseProgram', () => {
  it('gives lines by pc, lines of labels and comments by line', () => {
    const parsed = parseProgram('; head\nmain: ; entry\n    r1 = 0x2 ll\n    exit ;! x\n');
    if (!parsed.ok) throw new Error('no program');
    expect(parsed.lines).toEqual([3, 3, 4]);
    expect([...parsed.labelLines]).toEqual([[0, 2]]);
    expect([...parsed.comments]).toEqual([
      [1, { text: ' head', column: 1 }],
      [2, { text: ' entry', column: 7 }],
      [4, { text: '! x', column: 10 }],
    ]);
  });

  it('makes called labels subprograms, the first main, others labels', () => {
    const parsed = parseProgram('main:\n    call leaf\nend:\n    exit\nleaf:\n    r0 = 0\n    exit\n', {
      globals: [{ name: 'leaf', line: 1, column: 1 }],
    });
    if (!parsed.ok) throw new Error('no program');
    expect(parsed.program.subprograms).toEqual([
      { name: 'main', start: 0, end: 2, global: false },
      { name: 'leaf', start: 2, end: 4, global: true },
    ]);
    expect([...parsed.program.labels]).toEqual([[1, 'end']]);
  });

  it('takes aliases and raw ids, prints the canonical name', () => {
    const parsed = parseProgram(body('call bpf_obj_new', 'call helper#5', 'call helper#77', 'call kfunc#-3'));
    if (!parsed.ok) throw new Error('no program');
    const printed = printProgram(parsed.program);
    expect(printed).toBe(body('call bpf_obj_new_impl', 'call bpf_ktime_get_ns', 'call helper#77', 'call kfunc#-3'));
  });

  it('accepts any spacing and hexadecimal numbers', () => {
    const parsed = parseProgram('main :\n  r1=*( u64*)( r10-0x8 )\n\tr2=0x7f\n  r3 =-1\n exit');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    expect(printProgram(parsed.program)).toBe(body('r1 = *(u64 *)(r10 - 8)', 'r2 = 127', 'r3 = -1'));
  });

  it('loads types and maps by name as index and id', () => {
    const parsed = parseProgram(body('r1 = map[log] ll', 'r1 = type[node] ll', 'r1 = type[#9] ll'), {
      types: [{ name: 'node', size: 8 }],
      maps: [
        { name: 'events', type: 'ringbuf', size: 4096 },
        { name: 'log', type: 'ringbuf', size: 4096 },
      ],
    });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    const slots = [0, 2, 4].map((pc) => slotAt(parsed.program, pc));
    expect(slots.map(({ src, imm }) => [src, imm])).toEqual([
      [1, 1],
      [3, 1],
      [3, 9],
    ]);
  });
});
