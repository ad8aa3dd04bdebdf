/** One row per profile: how large, how deep, how much is held at once, and how likely each menu row is. */
import type { MenuRowName } from './menu.js';

export interface Profile {
  /**
   * Instructions the body of main aims for: smallest, and by how much more at most. In `large` of 100 programs the body, its
   * limits and what a verifier may walk are three times as large.
   */
  readonly size: { readonly least: number; readonly spread: number; readonly large: number };
  /** No statement is begun above this many slots in the whole program. */
  readonly limit: number;
  /** No statement is begun above this estimate of the instructions a verifier walks. */
  readonly walk: number;
  /** Stack slots of a frame by depth; the last entry serves all deeper ones. */
  readonly slots: readonly number[];
  /** Resources one frame may own at once, by depth; the last entry serves all deeper ones. */
  readonly held: readonly number[];
  /** Deepest frame, main being 0; at most 7. */
  readonly depth: number;
  /** Instructions a subprogram's body aims for at most. */
  readonly routine: number;
  /** Percent of calls that use an existing subprogram where one fits. */
  readonly reuse: number;
  /** Percent of places that are overwritten by a constant after paths met that left them different. */
  readonly tidy: number;
  /** Percent of guarded acquisitions after which a program throws while the paths still differ. */
  readonly clash: number;
  /** Weight of each menu row; 0 leaves it out. */
  readonly rows: Readonly<Record<MenuRowName, number>>;
}

const DEFAULT_ROWS = {
  'scalar-const': 6,
  'scalar-read': 6,
  'scalar-arith': 10,
  'scalar-unary': 4,
  'wide-const': 2,
  'zero-registers': 2,
  spill: 6,
  fill: 4,
  copy: 4,
  'narrow-store': 5,
  atomic: 4,
  'ctx-access': 4,
  'touch-object': 4,
  'store-zeroes': 2,
  if: 5,
  'if-else': 4,
  'if-null': 7,
  loop: 4,
  'early-exit': 2,
  acquire: 9,
  'acquire-scope': 3,
  'conditional-acquire': 4,
  'either-kind': 1,
  'guarded-acquire': 1,
  'gather-loop': 2,
  refill: 2,
  drain: 2,
  release: 3,
  rehome: 2,
  borrow: 3,
  'make-on-stack': 3,
  'guarded-on-stack': 1,
  iterate: 3,
  'dynptr-data': 3,
  'dynptr-clone': 2,
  cast: 3,
  'guard-throw': 9,
  'arm-throw': 3,
  'shared-throw': 2,
  'call-guard': 8,
  'call-work': 8,
  'call-make': 3,
  'call-drop': 3,
  'call-fill': 3,
} as const satisfies Record<MenuRowName, number>;

const DEFAULT: Profile = {
  size: { least: 5, spread: 30, large: 3 },
  limit: 96,
  walk: 600,
  slots: [8, 5, 4, 3, 2],
  held: [4, 3, 2, 1],
  depth: 7,
  routine: 17,
  reuse: 40,
  tidy: 65,
  clash: 50,
  rows: DEFAULT_ROWS,
};

const rows = {
  default: DEFAULT,
  /** Different things meet in one place before a throw. */
  'merge-heavy': {
    ...DEFAULT,
    tidy: 35,
    clash: 90,
    rows: {
      ...DEFAULT_ROWS,
      'if-else': 6,
      'conditional-acquire': 6,
      'either-kind': 6,
      'guarded-acquire': 6,
      'guarded-on-stack': 6,
      'shared-throw': 8,
    },
  },
  /** Long chains of small frames, resources in many of them. */
  'deep-calls': {
    ...DEFAULT,
    size: { least: 5, spread: 22, large: 3 },
    slots: [4, 3, 2],
    held: [2, 2, 1],
    routine: 19,
    reuse: 15,
    rows: {
      ...DEFAULT_ROWS,
      'scalar-arith': 5,
      if: 3,
      'if-else': 2,
      'call-guard': 10,
      'call-work': 16,
      'call-make': 6,
      'call-drop': 6,
      'call-fill': 6,
    },
  },
  /** Loops with resources in them: over iterators, counted, one inside another. */
  loops: {
    ...DEFAULT,
    rows: {
      ...DEFAULT_ROWS,
      'scalar-arith': 6,
      loop: 9,
      iterate: 16,
      'gather-loop': 8,
      refill: 5,
      drain: 5,
      'make-on-stack': 5,
    },
  },
  /** More values than registers: much lives in slots, is moved and copied, and slots are used again. */
  'spill-pressure': {
    ...DEFAULT,
    slots: [14, 9, 6, 4, 2],
    held: [6, 4, 2, 1],
    tidy: 50,
    rows: {
      ...DEFAULT_ROWS,
      spill: 18,
      fill: 14,
      copy: 7,
      'narrow-store': 9,
      'store-zeroes': 4,
      rehome: 8,
      'make-on-stack': 5,
    },
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof rows;
export const PROFILES: Readonly<Record<ProfileName, Profile>> = rows;
export const PROFILE_NAMES: readonly ProfileName[] = [
  'default',
  'merge-heavy',
  'deep-calls',
  'loops',
  'spill-pressure',
];
