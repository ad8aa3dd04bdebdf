/**
 * Enumerates the worlds of a program: every choice a run asks for is a branch of a tree that is walked depth-first for
 * half of the bound and sampled for the rest. Branches that are exhausted are not entered again, so no world comes twice.
 */
import { OP_ROWS, SOURCE_X } from '../src/isa/op.js';
import type { Program } from '../src/isa/program.js';
import type { World, WorldSource } from './world.js';

/** A choice that was asked for at one point of one history, and what has been seen of its options. */
interface Choice {
  readonly options: number;
  readonly children: (Choice | undefined)[];
  /** Options whose worlds have all been run. */
  readonly exhausted: boolean[];
  left: number;
  /** The value that the last option, the random one, stands for here. */
  readonly random: bigint;
}

/** Chances in sampling: that a value is one of the constants; that an acquire succeeds. */
const TAKE_CONSTANT = 0.85;
const SUCCEED = 0.8;

export class WorldExplorer {
  readonly #random: () => number;
  readonly #bound: number;
  readonly #fuel: number;
  readonly #values: { readonly 32: readonly bigint[]; readonly 64: readonly bigint[] };
  #root: Choice | undefined;
  #runs = 0;
  #complete = false;
  #path: { readonly choice: Choice; readonly option: number }[] = [];
  #cb: number[] = [0, 0, 0, 0, 0];
  #draw: bigint[] = [];
  #fail: number[] = [];

  /**
   * `random` gives numbers in [0, 1) and alone decides the order; at most `bound` worlds, each with `fuel` original
   * instructions.
   */
  constructor(program: Program, random: () => number, bound: number, fuel: number) {
    this.#random = random;
    this.#bound = bound;
    this.#fuel = fuel;
    const constants = comparisonConstants(program);
    this.#values = { 32: valuesOf(constants, 32), 64: valuesOf(constants, 64) };
  }

  /** The source of the next run, or `undefined`: all worlds were run, or as many as the bound allows. */
  next(): WorldSource | undefined {
    this.#close();
    if (this.#complete || this.#runs >= this.#bound) return undefined;
    this.#runs++;
    this.#path = [];
    this.#cb = [0, 0, 0, 0, 0];
    this.#draw = [];
    this.#fail = [];
    return {
      context: (word) => {
        const value = Number(this.#chooseValue(32));
        this.#cb[word] = value;
        return value;
      },
      draw: (bits) => {
        const value = this.#chooseValue(bits);
        this.#draw.push(value);
        return value;
      },
      acquireFails: (attempt) => {
        const fails = this.#choose(2, (choice) => this.#pickAcquire(choice)) === 1;
        if (fails) this.#fail.push(attempt);
        return fails;
      },
    };
  }

  /** The world of the run just finished, concrete: `fixedWorld` replays it. */
  resolved(): World {
    return { cb: [...this.#cb], draw: [...this.#draw], fail: [...this.#fail], fuel: this.#fuel };
  }

  /** Whether every world (over the values considered) has been run. Settled by `next` answering `undefined`. */
  get complete(): boolean {
    return this.#complete;
  }

  #chooseValue(bits: 32 | 64): bigint {
    const values = this.#values[bits];
    const option = this.#choose(values.length + 1, (choice) => this.#pickValue(choice));
    const random = this.#path.at(-1)?.choice.random ?? 0n;
    return values[option] ?? BigInt.asUintN(bits, random);
  }

  #choose(options: number, pick: (choice: Choice) => number): number {
    const parent = this.#path.at(-1);
    const known = parent === undefined ? this.#root : parent.choice.children[parent.option];
    const choice = known ?? this.#open(options);
    if (parent === undefined) this.#root = choice;
    else parent.choice.children[parent.option] = choice;
    const systematic = this.#runs * 2 <= this.#bound;
    const option = systematic ? choice.exhausted.indexOf(false) : pick(choice);
    this.#path.push({ choice, option });
    return option;
  }

  #open(options: number): Choice {
    const half = () => BigInt(Math.floor(this.#random() * 2 ** 32));
    const random = options > 2 ? (half() << 32n) | half() : 0n;
    return { options, children: [], exhausted: Array.from({ length: options }, () => false), left: options, random };
  }

  #pickValue(choice: Choice): number {
    const last = choice.options - 1;
    const wanted = this.#random() < TAKE_CONSTANT ? Math.floor(this.#random() * last) : last;
    return nextOpen(choice, wanted);
  }

  #pickAcquire(choice: Choice): number {
    return nextOpen(choice, this.#random() < SUCCEED ? 0 : 1);
  }

  /** The run is over: its world is exhausted, and so is every choice all of whose options are. */
  #close(): void {
    if (this.#runs === 0 || this.#complete) return;
    for (let step = this.#path.pop(); step !== undefined; step = this.#path.pop()) {
      const { choice, option } = step;
      if (choice.exhausted[option] === false) {
        choice.exhausted[option] = true;
        choice.children[option] = undefined;
        choice.left--;
      }
      if (choice.left > 0) return;
    }
    this.#complete = true;
  }
}

/** The wanted option, or the next one (cyclically) that is not exhausted. */
function nextOpen(choice: Choice, wanted: number): number {
  for (let step = 0; step < choice.options; step++) {
    const option = (wanted + step) % choice.options;
    if (choice.exhausted[option] === false) return option;
  }
  return wanted;
}

/** Immediates of the program's conditional jumps, in order of appearance. */
function comparisonConstants(program: Program): ReadonlySet<number> {
  const constants = new Set<number>();
  for (let pc = 0; pc < program.length; pc++) {
    const row = OP_ROWS[program.op[pc] ?? -1];
    if (row?.shape === 'jump' && ((program.code[pc] ?? 0) & SOURCE_X) === 0) constants.add(program.imm[pc] ?? 0);
  }
  return constants;
}

/** 0, 1 and c - 1, c, c + 1 of every constant, modulo the width. */
function valuesOf(constants: ReadonlySet<number>, bits: 32 | 64): readonly bigint[] {
  const values = new Set([0n, 1n]);
  for (const constant of constants) {
    for (const near of [constant, constant - 1, constant + 1]) values.add(BigInt.asUintN(bits, BigInt(near)));
  }
  return [...values];
}
