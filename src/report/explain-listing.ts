/** The program of a case with its comments kept: which instructions acquire, release and throw, and what is refused where. */
import { listing } from '../asm/print.js';
import type { Case } from '../case/case.js';
import type { MergeSide, Refusal } from '../contract/refusal.js';
import { CALLABLES, helperById, kfuncById } from '../isa/callables.js';
import { type Program, rowAt } from '../isa/program.js';
import { locationText } from './finding-text.js';

/** Why an instruction matters to a refusal. */
export interface ListingNote {
  /** Who refuses: subjects, or `verifier`. */
  readonly by: readonly string[];
  /** The refusal itself, or the instruction that acquired one side of a failed merge. */
  readonly is: 'refusal' | 'left' | 'right';
  readonly text: string;
}

/** One line. Comments are without their semicolon. */
export type ListedLine =
  | { readonly is: 'comment' | 'blank'; readonly comment: string }
  | { readonly is: 'label'; readonly pc: number; readonly text: string; readonly comment?: string }
  | {
      readonly is: 'instruction';
      readonly pc: number;
      readonly text: string;
      readonly comment?: string;
      readonly does?: Deed;
      readonly notes: readonly ListingNote[];
    };

/** What a call does to resources; `clone`: one more place for a dynptr. */
type Deed = 'acquire' | 'release' | 'clone' | 'throw';

export interface RefusedBy {
  readonly by: string;
  readonly refusal: Refusal;
}

/** The lines of a case's program; what is refused stands as notes on the instructions it is about. */
export function listCase({ program, layout }: Case, refusals: readonly RefusedBy[]): readonly ListedLine[] {
  const notes = notesByPc(program, refusals);
  return listing(program).flatMap(({ is, pc, text }): ListedLine[] => {
    const item = `${is} ${pc}`;
    const before = (layout?.before.get(item) ?? []).map((line): ListedLine => {
      const comment = line.trim().replace(/^;/, '').trim();
      return { is: comment === '' ? 'blank' : 'comment', comment };
    });
    const trailing = layout?.trailing.get(item)?.comment?.trim();
    const comment = trailing === undefined || trailing === '' ? {} : { comment: trailing };
    if (is === 'label') return [...before, { is, pc, text, ...comment }];
    const does = whatItDoes(program, pc);
    const more = does === undefined ? comment : { ...comment, does };
    return [...before, { is, pc, text, ...more, notes: notes.get(pc) ?? [] }];
  });
}

/** What a call does to resources. */
function whatItDoes(program: Program, pc: number): Deed | undefined {
  const shape = rowAt(program, pc)?.shape;
  const id = program.imm[pc] ?? 0;
  const name = shape === 'call-helper' ? helperById(id) : shape === 'call-kfunc' ? kfuncById(id) : undefined;
  if (name === undefined) return undefined;
  const { acquires, releases, throws, clones } = CALLABLES[name];
  if (throws === true) return 'throw';
  if (clones === true) return 'clone';
  return acquires ? 'acquire' : releases === undefined ? undefined : 'release';
}

function notesByPc(program: Program, refusals: readonly RefusedBy[]): ReadonlyMap<number, readonly ListingNote[]> {
  const notes = new Map<number, (ListingNote & { readonly by: string[] })[]>();
  const add = (pc: number, by: string, is: ListingNote['is'], text: string): void => {
    const here = notes.get(pc) ?? [];
    notes.set(pc, here);
    const same = here.find((note) => note.text === text);
    if (same === undefined) here.push({ by: [by], is, text });
    else same.by.push(by);
  };
  for (const { by, refusal } of refusals) {
    const { code, pc, message, location, left, right, subprogram } = refusal;
    if (left === undefined || right === undefined || location === undefined) {
      add(pc, by, 'refusal', `${code}: ${message}`);
      continue;
    }
    const name = program.subprograms[subprogram ?? program.subprogramOf[pc] ?? 0]?.name ?? '?';
    const place = `${locationText(location)} of ${name}`;
    add(pc, by, 'refusal', `${code} in ${place}: ${sideText(left)} against ${sideText(right)}`);
    for (const [is, side] of [['left', left] as const, ['right', right] as const]) {
      if (side.acquiredAt === undefined) continue;
      add(side.acquiredAt, by, is, `${is} side of the merge that fails at ${pc}: ${side.what} in ${place}`);
    }
  }
  return notes;
}

/** `task@7`, `uninitialised`. */
export function sideText({ what, acquiredAt }: MergeSide): string {
  return acquiredAt === undefined ? what : `${what}@${acquiredAt}`;
}
