/** Generates one program: main with its body, and every subprogram that body comes to call. */
import type { Program } from '../src/isa/program.js';
import { Builder } from './builder.js';
import type { Choices } from './choices.js';
import { MAPS, TYPES } from './declarations.js';
import { acquire } from './emit/acquire.js';
import { canCall, deepenStack, emitCallGuard, finishRoutine } from './emit/calls.js';
import { emitConstant } from './emit/scalars.js';
import { guardThrow } from './emit/throws.js';
import { MENU, MENU_ROW_NAMES, type MenuRowName } from './menu.js';
import type { Profile } from './profile.js';
import { linkRoutines } from './routine.js';
import { CTX } from './state.js';

/** One statement that was emitted, and where. */
export interface Emission {
  readonly row: MenuRowName;
  /** Depth of the frame it is in at the first call of its subprogram; main is 0. */
  readonly depth: number;
  /** Some frame held something, or might. */
  readonly holding: boolean;
  /** A loop of some active frame was around it. */
  readonly inLoop: boolean;
}

export interface Generated {
  readonly program: Program;
  /** In the order of emission. */
  readonly emitted: readonly Emission[];
}

/** Attempts to find a legal row before a statement falls back on the first of the menu. */
const ATTEMPTS = 8;
/** Statements in a row that may turn out empty before a block ends. */
const IDLE = 4;
/** How much larger than usual the large programs are. */
const LARGE = 3;
/** Slots of main before its last return, at least. */
const LEAST = 12;
/** Percent of draws of a row that wants something held which are taken while nothing is. */
const WITHOUT_HOLDING = 40;

const cachedWeights = new WeakMap<Profile, readonly number[]>();

/** Weights in the order of the menu; computed once a profile. */
function weightsOf(profile: Profile): readonly number[] {
  let weights = cachedWeights.get(profile);
  if (weights === undefined) {
    weights = MENU_ROW_NAMES.map((name) => profile.rows[name]);
    cachedWeights.set(profile, weights);
  }
  return weights;
}

/** Generates the program that the choices and the profile make; the same choices make the same program. */
export function generate(choices: Choices, profile: Profile): Generated {
  const emitted: Emission[] = [];
  const weights = weightsOf(profile);

  const chooseRow = (b: Builder): MenuRowName => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const name = MENU_ROW_NAMES[choices.weighted(weights)] ?? 'scalar-const';
      const row = MENU[name];
      if (!row.legal(b)) continue;
      if (row.wantsHolding && !b.holding && !choices.chance(WITHOUT_HOLDING)) continue;
      return name;
    }
    return 'scalar-const';
  };

  const block = (budget: number): void => {
    const end = b.size + budget;
    let idle = 0;
    while (b.size < end && !b.full && idle < IDLE) {
      b.weigh();
      const row = chooseRow(b);
      const before = b.size;
      emitted.push({ row, depth: b.depth, holding: b.holding, inLoop: b.loops > 0 });
      MENU[row].emit(b);
      idle = b.size === before ? idle + 1 : 0;
    }
  };

  const b = new Builder(choices, profile, block);
  writeMain(b);
  const program = linkRoutines(b.routines, { types: TYPES, maps: MAPS });
  return { program, emitted };
}

function writeMain(b: Builder): void {
  const { choices, profile } = b;
  if (choices.chance(profile.size.large)) b.scale = LARGE;
  b.open('main', profile.slots[0] ?? 0, profile.held[0] ?? 1, undefined);
  b.put(choices.chance(80) ? 6 : (b.spare('any') ?? 6), 1, CTX);
  if (choices.chance(50)) deepenStack(b);
  if (choices.chance(40)) b.block(1 + choices.int(6));
  if (choices.chance(65)) acquire(b);
  b.block((profile.size.least + choices.int(profile.size.spread)) * b.scale);
  b.weigh();
  if (!b.threwHolding && choices.chance(85)) {
    if (!b.holding && b.hasRoom()) acquire(b);
    if (canCall(b) && choices.chance(50)) emitCallGuard(b);
    else guardThrow(b);
  }
  for (let i = b.size; i < LEAST; i++) emitConstant(b);
  finishRoutine(b);
}
