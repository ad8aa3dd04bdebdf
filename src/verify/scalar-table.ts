/**
 * Numbers scalars ("shapes": bounds without an id), so that equal ones have equal numbers, and remembers what every
 * instruction makes of them. Nothing here depends on a program.
 */
import { OP_NAMES } from '../isa/op.js';
import { SCALAR_OPS } from './alu.js';
import { CONDITIONS, type ConditionName, refine } from './condition.js';
import { Memo } from './memo.js';
import { type Bounds, constant, constantOf, isUnbounded, UNKNOWN } from './scalar.js';

/** Conditions by op number. */
const CONDITION_NAMES: readonly (ConditionName | undefined)[] = OP_NAMES.map((name) =>
  isCondition(name) ? name : undefined,
);

function isCondition(name: string): name is ConditionName {
  return Object.hasOwn(CONDITIONS, name);
}

/** Shape of the scalar of which nothing is known, in every table. */
export const UNKNOWN_SHAPE = 0;
/** Shape of the constant 0, in every table. */
export const ZERO_SHAPE = 1;

export class ScalarTable {
  /** Bounds by shape. */
  readonly bounds: Bounds[] = [];
  /** By shape: 1 if the value is known. */
  readonly isConstant: number[] = [];
  /** By shape: 1 if nothing at all is known. */
  readonly isUnbounded: number[] = [];
  /** By shape: how many low bits can be non-zero. */
  readonly width: number[] = [];
  private readonly shapes = new Map<string | bigint, number>();
  private readonly immediates = new Map<number, number>();
  private readonly results = new Memo(1);
  private readonly refinements = new Memo(4);

  constructor() {
    this.intern(UNKNOWN);
    this.intern(constant(0n));
  }

  /** Number of shapes so far. */
  get size(): number {
    return this.bounds.length;
  }

  /** The shape of these bounds. */
  intern(bounds: Bounds): number {
    const { bits, umin, umax, smin, smax, u32min, u32max, s32min, s32max } = bounds;
    const key =
      constantOf(bounds) ??
      `${bits.value},${bits.mask},${umin},${umax},${smin},${smax},${u32min},${u32max},${s32min},${s32max}`;
    const known = this.shapes.get(key);
    if (known !== undefined) return known;
    const shape = this.bounds.length;
    this.shapes.set(key, shape);
    this.bounds.push({ bits, umin, umax, smin, smax, u32min, u32max, s32min, s32max });
    this.isConstant.push(bits.mask === 0n ? 1 : 0);
    this.isUnbounded.push(isUnbounded(bounds) ? 1 : 0);
    this.width.push(umax === 0n ? 0 : umax.toString(2).length);
    return shape;
  }

  /** The shape of a sign-extended 32-bit immediate. */
  immediate(imm: number): number {
    let shape = this.immediates.get(imm);
    if (shape === undefined) {
      shape = this.intern(constant(BigInt(imm)));
      this.immediates.set(imm, shape);
    }
    return shape;
  }

  /** The shape that instruction number `op` makes of two operands; see SCALAR_OPS. */
  apply(op: number, a: number, b: number): number {
    const found = this.results.find(op, a, b);
    if (found !== -1) return this.results.value(found, 0);
    const name = OP_NAMES[op];
    const transfer = name && SCALAR_OPS[name];
    if (transfer === undefined) throw new Error(`${name} is no arithmetic`);
    const shape = this.intern(transfer(this.boundsOf(a), this.boundsOf(b)));
    this.results.add(op, a, b, [shape]);
    return shape;
  }

  /** What conditional jump number `op` teaches about two operands: an entry for `refined`, valid until the next question. */
  compare(op: number, a: number, b: number): number {
    const found = this.refinements.find(op, a, b);
    if (found !== -1) return found;
    const name = CONDITION_NAMES[op];
    if (name === undefined) throw new Error(`${OP_NAMES[op]} is no condition`);
    const sides = [false, true].flatMap((taken) => {
      const refined = refine(name, this.boundsOf(a), this.boundsOf(b), taken);
      return refined === undefined ? [-1, -1] : [this.intern(refined[0]), this.intern(refined[1])];
    });
    return this.refinements.add(op, a, b, sides);
  }

  /** Shape of the destination (`operand` 0) or source (1) on a side; -1 if no values go there. */
  refined(entry: number, taken: boolean, operand: 0 | 1): number {
    return this.refinements.value(entry, (taken ? 2 : 0) + operand);
  }

  boundsOf(shape: number): Bounds {
    return this.bounds[shape] ?? UNKNOWN;
  }
}
