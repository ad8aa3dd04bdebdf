/** What generated programs contain: how often each menu row was emitted in each context. Tables merge by addition. */
import { MENU_ROW_NAMES, type MenuRowName } from './menu.js';
import type { Emission } from './program.js';

const DEPTHS = ['0', '1', '2+'] as const;

/** A context of emission: frame depth, something held in some frame or not, inside a loop or not. */
export interface Context {
  readonly depth: (typeof DEPTHS)[number];
  readonly holding: boolean;
  readonly inLoop: boolean;
}

export const CONTEXTS: readonly Context[] = DEPTHS.flatMap((depth) =>
  [false, true].flatMap((holding) => [false, true].map((inLoop) => ({ depth, holding, inLoop }))),
);

/** Emissions by row, and within a row by context in the order of `CONTEXTS`. Plain numbers, so it travels as JSON. */
export type Coverage = readonly number[];

const ROW_NUMBERS = new Map<MenuRowName, number>(MENU_ROW_NAMES.map((name, number) => [name, number]));

export function emptyCoverage(): number[] {
  return new Array<number>(MENU_ROW_NAMES.length * CONTEXTS.length).fill(0);
}

/** Adds the emissions of one program to a table. */
export function recordEmissions(into: number[], emitted: readonly Emission[]): void {
  for (const { row, depth, holding, inLoop } of emitted) {
    const context = Math.min(depth, DEPTHS.length - 1) * 4 + (holding ? 2 : 0) + (inLoop ? 1 : 0);
    const cell = (ROW_NUMBERS.get(row) ?? 0) * CONTEXTS.length + context;
    into[cell] = (into[cell] ?? 0) + 1;
  }
}

export function mergeCoverage(a: Coverage, b: Coverage): number[] {
  return a.map((count, cell) => count + (b[cell] ?? 0));
}

export interface CoverageCell {
  readonly row: MenuRowName;
  readonly context: Context;
  readonly count: number;
  /** Why the row can never be emitted there; `undefined` if it can. */
  readonly impossible: string | undefined;
}

/** All cells of a table, row by row. */
export function coverageCells(coverage: Coverage): readonly CoverageCell[] {
  return MENU_ROW_NAMES.flatMap((row, number) =>
    CONTEXTS.map((context, column) => ({
      row,
      context,
      count: coverage[number * CONTEXTS.length + column] ?? 0,
      impossible: impossible(row, context),
    })),
  );
}

/** Rows that cannot be where nothing is held, and why. */
const NEED_HOLDING: Partial<Readonly<Record<MenuRowName, string>>> = {
  refill: 'acts on something held',
  drain: 'acts on something held',
  release: 'acts on something held',
  rehome: 'acts on something held',
  'call-drop': 'gives up something held',
  'touch-object': 'only what somebody owns has memory to touch',
};

function impossible(row: MenuRowName, { holding }: Context): string | undefined {
  return holding ? undefined : NEED_HOLDING[row];
}
