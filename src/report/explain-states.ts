/**
 * The abstract states that meet at each throw, as tables: states that no reader could tell apart are one state with a
 * count, and a location is a row only if it owns something in some state that reaches its frame.
 */
import type { Location } from '../contract/location.js';
import type { Program } from '../isa/program.js';
import type { Analysis, StateView } from '../verify/analysis.js';
import {
  type Cell,
  cellOfReference,
  cellOfSlot,
  cellOfValue,
  cellText,
  isAtStake,
  isConflict,
  resourceName,
} from './explain-cell.js';

/** A frame of a state: its subprogram and the pc at which it stands. */
export interface FrameAt {
  readonly subprogram: string;
  readonly pc: number;
}

/** States that look the same, under one name. */
export interface StateGroup {
  /** `A`, `B`, … in the order in which the walk met them. */
  readonly name: string;
  /** pc of the throw. */
  readonly pc: number;
  /** Positions in `Analysis.throws`. */
  readonly visits: readonly number[];
  /** Main first. */
  readonly frames: readonly FrameAt[];
  readonly holds: readonly { readonly resource: string; readonly acquiredAt: number; readonly owner: string }[];
}

/** A location and what each state of the table has there; `undefined`: the state has no such frame. */
export interface LocationRow {
  readonly location: Location;
  /** No one entry can stand for all states with this frame, those of other throws included. */
  readonly conflict: boolean;
  readonly cells: readonly (Cell | undefined)[];
}

export interface FrameBlock extends FrameAt {
  readonly role: 'throw' | 'call';
  readonly rows: readonly LocationRow[];
  /** pcs of other throws that come by this frame, so that a descriptor of its pc must serve their states as well. */
  readonly also: readonly number[];
}

/** What arrives at one throw. */
export interface ThrowTable extends FrameAt {
  readonly paths: number;
  /** Names; the columns of all rows. */
  readonly states: readonly string[];
  /** Innermost first. */
  readonly frames: readonly FrameBlock[];
}

export interface States {
  readonly groups: readonly StateGroup[];
  /** By pc, ascending. */
  readonly throws: readonly ThrowTable[];
  /** The group of a visit. */
  groupOf(visit: number): StateGroup | undefined;
  /** What a reference is called in a visit; see explain-cell.ts. */
  nameOf(visit: number, reference: number): string;
  /** What a visit has at a location of the frame that stands at a pc; `undefined` if it has no such frame. */
  cellAt(visit: number, pc: number, location: Location): Cell | undefined;
  /** What a place that holds this reference of a visit has. */
  cellOfReference(visit: number, reference: number): Cell | undefined;
}

/** A frame of one visit, with its index. */
interface VisitFrame extends FrameAt {
  readonly index: number;
}

/** Groups the throw states of a walk. */
export function groupStates(program: Program, analysis: Analysis): States {
  const chains = analysis.throws.map(({ pc, state }) => chainOf(program, state, pc));
  const cellIn = (visit: number, pc: number, location: Location): Cell | undefined => {
    const frame = chains[visit]?.find((each) => each.pc === pc);
    const state = analysis.throws[visit]?.state;
    return frame === undefined || state === undefined ? undefined : cellOf(program, state, frame.index, location);
  };
  const rows = rowsByPc(program, analysis, chains);
  const byKey = new Map<string, { readonly visits: number[]; readonly group: Omit<StateGroup, 'name' | 'visits'> }>();
  for (const [visit, { pc, state }] of analysis.throws.entries()) {
    const chain = chains[visit] ?? [];
    const holds = state.references
      .map((reference) => ({
        resource: resourceName(state, reference),
        acquiredAt: reference.acquiredAt,
        owner: chain[reference.frame]?.subprogram ?? '?',
      }))
      .sort((a, b) => a.acquiredAt - b.acquiredAt);
    const cells = chain.flatMap((frame) =>
      (rows.get(frame.pc)?.locations ?? []).map((location) => textOf(cellOf(program, state, frame.index, location))),
    );
    const key = JSON.stringify([pc, chain.map((frame) => frame.pc), holds, cells]);
    const known = byKey.get(key);
    if (known !== undefined) known.visits.push(visit);
    else {
      const frames = chain.map((frame) => ({ subprogram: frame.subprogram, pc: frame.pc }));
      byKey.set(key, { visits: [visit], group: { pc, frames, holds } });
    }
  }
  const groups = [...byKey.values()].map(({ visits, group }, index) => ({ name: stateName(index), visits, ...group }));
  const ofVisit: StateGroup[] = [];
  for (const group of groups) for (const visit of group.visits) ofVisit[visit] = group;
  const pcs = [...new Set(groups.map(({ pc }) => pc))].sort((a, b) => a - b);
  return {
    groups,
    throws: pcs.map((pc) => throwTable(program, pc, groups, rows, cellIn)),
    groupOf: (visit) => ofVisit[visit],
    nameOf: (visit, id) => {
      const state = analysis.throws[visit]?.state;
      const reference = state?.references.find((each) => each.id === id);
      return state === undefined || reference === undefined ? '?' : resourceName(state, reference);
    },
    cellAt: cellIn,
    cellOfReference: (visit, reference) => {
      const state = analysis.throws[visit]?.state;
      return state === undefined ? undefined : cellOfReference(program, state, reference);
    },
  };
}

/** `A` … `Z`, `AA`, … */
export function stateName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : stateName(Math.floor(index / 26) - 1) + letter;
}

/** The frames of a throw state, main first. */
function chainOf(program: Program, state: StateView, pc: number): readonly VisitFrame[] {
  return Array.from({ length: state.depth }, (_, index) => ({
    index,
    subprogram: program.subprograms[state.frame(index).subprogram]?.name ?? '?',
    pc: index === state.depth - 1 ? pc : state.frame(index + 1).callsite,
  }));
}

function cellOf(program: Program, state: StateView, frame: number, location: Location): Cell | undefined {
  switch (location.in) {
    case 'register':
      return cellOfValue(program, state, state.register(frame, location.register));
    case 'stack': {
      if (-location.offset > state.frame(frame).allocated) return { is: 'not-allocated' };
      return cellOfSlot(program, state, state.slot(frame, -location.offset / 8 - 1));
    }
    case 'table':
      return undefined;
    default:
      return location satisfies never;
  }
}

const textOf = (cell: Cell | undefined) => (cell === undefined ? '' : cellText(cell));

const REGISTERS: readonly Location[] = [6, 7, 8, 9].map((register) => ({ in: 'register', register }));

/** The rows of the frames that stand at one pc: locations that own something in some state, and those in conflict. */
interface PcRows {
  readonly locations: readonly Location[];
  readonly conflicts: ReadonlySet<Location>;
}

function rowsByPc(
  program: Program,
  analysis: Analysis,
  chains: readonly (readonly VisitFrame[])[],
): ReadonlyMap<number, PcRows> {
  const byPc = new Map<number, { readonly state: StateView; readonly frame: number }[]>();
  for (const [visit, chain] of chains.entries()) {
    const state = analysis.throws[visit]?.state;
    if (state === undefined) continue;
    for (const { pc, index } of chain) {
      const seen = byPc.get(pc);
      if (seen === undefined) byPc.set(pc, [{ state, frame: index }]);
      else seen.push({ state, frame: index });
    }
  }
  const rows = new Map<number, PcRows>();
  for (const [pc, seen] of byPc) {
    const deepest = Math.max(0, ...seen.map(({ state, frame }) => state.frame(frame).allocated));
    const slots = Array.from(
      { length: deepest / 8 },
      (_, slot): Location => ({ in: 'stack', offset: -8 * (slot + 1) }),
    );
    const locations: Location[] = [];
    const conflicts = new Set<Location>();
    for (const location of [...slots, ...REGISTERS]) {
      const cells = seen.flatMap(({ state, frame }) => cellOf(program, state, frame, location) ?? []);
      if (!cells.some(isAtStake)) continue;
      locations.push(location);
      if (isConflict(cells)) conflicts.add(location);
    }
    rows.set(pc, { locations, conflicts });
  }
  return rows;
}

function throwTable(
  program: Program,
  pc: number,
  groups: readonly StateGroup[],
  rows: ReadonlyMap<number, PcRows>,
  cellAt: States['cellAt'],
): ThrowTable {
  const columns = groups.filter((group) => group.pc === pc);
  // Innermost frame first, and of frames equally deep inside the one met first.
  const frames = new Map<number, FrameAt & { readonly inside: number }>();
  for (const { frames: chain } of columns) {
    for (const [index, frame] of chain.entries()) {
      if (!frames.has(frame.pc)) frames.set(frame.pc, { ...frame, inside: chain.length - 1 - index });
    }
  }
  const blocks = [...frames.values()].sort((a, b) => a.inside - b.inside);
  return {
    subprogram: program.subprograms[program.subprogramOf[pc] ?? 0]?.name ?? '?',
    pc,
    paths: columns.reduce((sum, { visits }) => sum + visits.length, 0),
    states: columns.map(({ name }) => name),
    frames: blocks.map(({ subprogram, pc: at }) => ({
      subprogram,
      pc: at,
      role: at === pc ? 'throw' : 'call',
      rows: (rows.get(at)?.locations ?? []).map((location) => ({
        location,
        conflict: rows.get(at)?.conflicts.has(location) ?? false,
        cells: columns.map(({ visits }) => cellAt(visits[0] ?? -1, at, location)),
      })),
      also: [
        ...new Set(
          groups.filter(({ frames: other }) => other.some((frame) => frame.pc === at)).map((group) => group.pc),
        ),
      ]
        .filter((other) => other !== pc)
        .sort((a, b) => a - b),
    })),
  };
}
