/** When every conditional jump is taken, from RFC 9669 section 4.3; the 32-bit class compares low halves only. */
import type { RegisterFile } from './register-file.js';

/** Whether dst op src holds; positions in the file. */
export type Test = (file: RegisterFile, dst: number, src: number) => boolean;

const test32 =
  (holds: (a: number, b: number) => boolean): Test =>
  ({ ints }, dst, src) =>
    holds(ints[dst << 1] ?? 0, ints[src << 1] ?? 0);

/** Compares the high halves by `high` where they differ, else the low halves, unsigned, by `low`. */
const order64 =
  (high: (a: number, b: number) => boolean, low: (a: number, b: number) => boolean): Test =>
  ({ ints }, dst, src) => {
    const a = ints[(dst << 1) | 1] ?? 0;
    const b = ints[(src << 1) | 1] ?? 0;
    return a === b ? low((ints[dst << 1] ?? 0) >>> 0, (ints[src << 1] ?? 0) >>> 0) : high(a, b);
  };

const equal64: Test = ({ ints }, dst, src) =>
  ints[dst << 1] === ints[src << 1] && ints[(dst << 1) | 1] === ints[(src << 1) | 1];

const above = (a: number, b: number) => a >>> 0 > b >>> 0;
const below = (a: number, b: number) => a >>> 0 < b >>> 0;
const greater = (a: number, b: number) => a > b;
const less = (a: number, b: number) => a < b;

export const JUMP = {
  jeq64: equal64,
  jne64: (file, dst, src) => !equal64(file, dst, src),
  jset64: ({ ints }, dst, src) =>
    ((ints[dst << 1] ?? 0) & (ints[src << 1] ?? 0)) !== 0 ||
    ((ints[(dst << 1) | 1] ?? 0) & (ints[(src << 1) | 1] ?? 0)) !== 0,
  jgt64: order64(above, (a, b) => a > b),
  jge64: order64(above, (a, b) => a >= b),
  jlt64: order64(below, (a, b) => a < b),
  jle64: order64(below, (a, b) => a <= b),
  jsgt64: order64(greater, (a, b) => a > b),
  jsge64: order64(greater, (a, b) => a >= b),
  jslt64: order64(less, (a, b) => a < b),
  jsle64: order64(less, (a, b) => a <= b),
  jeq32: test32((a, b) => a === b),
  jne32: test32((a, b) => a !== b),
  jset32: test32((a, b) => (a & b) !== 0),
  jgt32: test32(above),
  jge32: test32((a, b) => !below(a, b)),
  jlt32: test32(below),
  jle32: test32((a, b) => !above(a, b)),
  jsgt32: test32(greater),
  jsge32: test32((a, b) => a >= b),
  jslt32: test32(less),
  jsle32: test32((a, b) => a <= b),
} as const satisfies Record<string, Test>;
