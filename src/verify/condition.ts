/**
 * What a comparison of two scalars teaches on the side it takes (regs_refine_cond_op). A side that no pair of values
 * takes comes out as `undefined`: that is also how a branch is decided.
 */
import type { OpName } from '../isa/op.js';
import { type Bounds, constantOf, larger, smaller, synchronise, zeroExtend } from './scalar.js';
import { tnumCast, tnumIntersect, tnumWithLow } from './tnum.js';

/** The relation that holds on one side. */
type Relation = 'eq' | 'ne' | 'ltu' | 'leu' | 'lts' | 'les' | 'set' | 'clear';

interface Test {
  readonly relation: Relation;
  /** The relation holds between source and destination instead. */
  readonly flipped: boolean;
}

const is = (relation: Relation): Test => ({ relation, flipped: false });
const flip = (relation: Relation): Test => ({ relation, flipped: true });

interface Condition {
  readonly width: 32 | 64;
  readonly taken: Test;
  readonly not: Test;
}

const both = (taken: Test, not: Test) =>
  ({ wide: { width: 64, taken, not }, narrow: { width: 32, taken, not } }) as const;

const jeq = both(is('eq'), is('ne'));
const jne = both(is('ne'), is('eq'));
const jset = both(is('set'), is('clear'));
const jgt = both(flip('ltu'), is('leu'));
const jge = both(flip('leu'), is('ltu'));
const jlt = both(is('ltu'), flip('leu'));
const jle = both(is('leu'), flip('ltu'));
const jsgt = both(flip('lts'), is('les'));
const jsge = both(flip('les'), is('lts'));
const jslt = both(is('lts'), flip('les'));
const jsle = both(is('les'), flip('lts'));

/** Names of conditional jumps. */
export type ConditionName = Exclude<Extract<OpName, `j${string}${32 | 64}`>, 'ja32'>;

export const CONDITIONS: Readonly<Record<ConditionName, Condition>> = {
  jeq64: jeq.wide,
  jgt64: jgt.wide,
  jge64: jge.wide,
  jset64: jset.wide,
  jne64: jne.wide,
  jsgt64: jsgt.wide,
  jsge64: jsge.wide,
  jlt64: jlt.wide,
  jle64: jle.wide,
  jslt64: jslt.wide,
  jsle64: jsle.wide,
  jeq32: jeq.narrow,
  jgt32: jgt.narrow,
  jge32: jge.narrow,
  jset32: jset.narrow,
  jne32: jne.narrow,
  jsgt32: jsgt.narrow,
  jsge32: jsge.narrow,
  jlt32: jlt.narrow,
  jle32: jle.narrow,
  jslt32: jslt.narrow,
  jsle32: jsle.narrow,
};

type Pair = readonly [Bounds, Bounds];
type Rule = (a: Bounds, b: Bounds) => Pair | undefined;

/** The low half of a scalar as one of its own, to state rules once for both widths. */
const half = (a: Bounds) => zeroExtend(a, 32);

const eq = (width: 32 | 64): Rule => {
  return (a, b) => {
    const view = width === 64 ? (x: Bounds) => x.bits : (x: Bounds) => tnumCast(x.bits, 32);
    const bits = tnumIntersect(view(a), view(b));
    if (bits === undefined) return undefined;
    const narrow = {
      u32min: larger(a.u32min, b.u32min),
      u32max: smaller(a.u32max, b.u32max),
      s32min: larger(a.s32min, b.s32min),
      s32max: smaller(a.s32max, b.s32max),
    };
    const wide = {
      umin: larger(a.umin, b.umin),
      umax: smaller(a.umax, b.umax),
      smin: larger(a.smin, b.smin),
      smax: smaller(a.smax, b.smax),
    };
    if (width === 64)
      return [
        { bits, ...wide, ...narrow },
        { bits, ...wide, ...narrow },
      ];
    return [
      { ...a, ...narrow, bits: tnumWithLow(a.bits, bits) },
      { ...b, ...narrow, bits: tnumWithLow(b.bits, bits) },
    ];
  };
};

/** `a` without one value, if that is an edge of a range. */
function without(a: Bounds, value: bigint, width: 32 | 64): Bounds {
  const signed = BigInt.asIntN(width, value);
  if (width === 64) {
    return {
      ...a,
      umin: a.umin === value ? a.umin + 1n : a.umin,
      umax: a.umax === value ? a.umax - 1n : a.umax,
      smin: a.smin === signed ? a.smin + 1n : a.smin,
      smax: a.smax === signed ? a.smax - 1n : a.smax,
    };
  }
  return {
    ...a,
    u32min: a.u32min === value ? a.u32min + 1n : a.u32min,
    u32max: a.u32max === value ? a.u32max - 1n : a.u32max,
    s32min: a.s32min === signed ? a.s32min + 1n : a.s32min,
    s32max: a.s32max === signed ? a.s32max - 1n : a.s32max,
  };
}

/** A rule that needs one operand to be known, whichever it is. */
const withConstant = (width: 32 | 64, rule: (a: Bounds, value: bigint) => Bounds | undefined): Rule => {
  const known = (x: Bounds) => constantOf(width === 64 ? x : half(x));
  return (a, b) => {
    const [left, right] = [known(a), known(b)];
    if (right !== undefined) {
      const refined = rule(a, right);
      return refined && [refined, b];
    }
    if (left !== undefined) {
      const refined = rule(b, left);
      return refined && [a, refined];
    }
    return [a, b];
  };
};

const set = (width: 32 | 64) =>
  withConstant(width, (a, value) => {
    const possible = (a.bits.value | a.bits.mask) & value;
    if (possible === 0n) return undefined;
    // Of several candidates it is not known which one is set.
    if ((possible & (possible - 1n)) !== 0n) return a;
    return { ...a, bits: { value: a.bits.value | possible, mask: a.bits.mask & ~possible } };
  });

const clear = (width: 32 | 64) =>
  withConstant(width, (a, value) =>
    (a.bits.value & value) === 0n ? { ...a, bits: { value: a.bits.value, mask: a.bits.mask & ~value } } : undefined,
  );

/** a < b (`step` 1) or a <= b (`step` 0), on the chosen ranges. */
const below = (
  min: 'umin' | 'smin' | 'u32min' | 's32min',
  max: 'umax' | 'smax' | 'u32max' | 's32max',
  step: bigint,
): Rule => {
  return (a, b) => [
    { ...a, [max]: smaller(a[max], b[max] - step) },
    { ...b, [min]: larger(b[min], a[min] + step) },
  ];
};

const RULES: Readonly<Record<Relation, { readonly 32: Rule; readonly 64: Rule }>> = {
  eq: { 32: eq(32), 64: eq(64) },
  ne: {
    32: withConstant(32, (a, value) => without(a, value, 32)),
    64: withConstant(64, (a, value) => without(a, value, 64)),
  },
  ltu: { 32: below('u32min', 'u32max', 1n), 64: below('umin', 'umax', 1n) },
  leu: { 32: below('u32min', 'u32max', 0n), 64: below('umin', 'umax', 0n) },
  lts: { 32: below('s32min', 's32max', 1n), 64: below('smin', 'smax', 1n) },
  les: { 32: below('s32min', 's32max', 0n), 64: below('smin', 'smax', 0n) },
  set: { 32: set(32), 64: set(64) },
  clear: { 32: clear(32), 64: clear(64) },
};

/**
 * Destination and source operand as they are known once the jump `name` was taken (or not), or `undefined` if no
 * two values of `a` and `b` go that way.
 */
export function refine(name: ConditionName, a: Bounds, b: Bounds, taken: boolean): Pair | undefined {
  const condition = CONDITIONS[name];
  const { relation, flipped } = taken ? condition.taken : condition.not;
  const learnt = flipped ? RULES[relation][condition.width](b, a) : RULES[relation][condition.width](a, b);
  if (learnt === undefined) return undefined;
  const first = synchronise(learnt[0]);
  const second = synchronise(learnt[1]);
  if (first === undefined || second === undefined) return undefined;
  return flipped ? [second, first] : [first, second];
}
