/** Which callables can serve what, derived from the rows of src/isa/callables.ts: a new row there is used here at once. */
import {
  type ArgType,
  CALLABLE_NAMES,
  CALLABLES,
  type CallableName,
  type CallableRow,
  stackResource,
} from '../src/isa/callables.js';
import { KIND_NAMES, type Kind, livesOnStack, type StackKind } from '../src/isa/kinds.js';

/** A callable that returns or releases an object of a kind. */
export interface Source {
  readonly name: CallableName;
  readonly kind: Kind;
  readonly args: readonly ArgType[];
  /** The result may be NULL. */
  readonly nullable: boolean;
  /** Kind of the object that it needs as an argument. */
  readonly needs: Kind | undefined;
}

type SourcesByKind = ReadonlyMap<Kind, readonly Source[]>;

function byKind(
  select: (row: CallableRow) => { readonly kind: Kind; readonly nullable: boolean } | undefined,
): SourcesByKind {
  const found = new Map<Kind, Source[]>(KIND_NAMES.map((kind) => [kind, []]));
  for (const name of CALLABLE_NAMES) {
    const row = CALLABLES[name];
    const selected = select(row);
    if (selected === undefined) continue;
    const object = row.args.find((arg) => arg.is === 'object' && !arg.owned);
    found.get(selected.kind)?.push({
      name,
      ...selected,
      args: row.args,
      needs: object?.is === 'object' ? object.kind : undefined,
    });
  }
  return found;
}

/** The sources of a table for one kind. */
export function serves(table: SourcesByKind, kind: Kind): readonly Source[] {
  return table.get(kind) ?? [];
}

const returned = (row: CallableRow) => {
  if (row.returns.is === 'object') return { kind: row.returns.kind, nullable: row.returns.mayBeNull };
  return row.returns.is === 'socket' && row.returns.castOf === undefined
    ? ({ kind: 'socket', nullable: true } as const)
    : undefined;
};

/** Calls whose result must be released. */
export const ACQUIRERS = byKind((row) => (row.acquires ? returned(row) : undefined));

/** Calls whose result is never NULL and owned by nobody here. */
export const LENDERS = byKind((row) => (row.acquires || returned(row)?.nullable !== false ? undefined : returned(row)));

/** Calls that release their argument. */
export const RELEASERS = byKind((row) => {
  const arg = row.releases === undefined ? undefined : row.args[row.releases];
  if (arg?.is === 'object') return { kind: arg.kind, nullable: false };
  if (arg?.is === 'socket') return { kind: 'socket', nullable: false };
  const resource = row.releases === undefined ? undefined : stackResource(row);
  return resource === undefined ? undefined : { kind: resource.kind, nullable: false };
});

/** Calls that make a dynptr or iterator. */
export const MAKERS = byKind((row) => {
  const resource = row.acquires && returned(row) === undefined ? stackResource(row) : undefined;
  return resource === undefined ? undefined : { kind: resource.kind, nullable: false };
});

/** Calls that step an iterator. */
export const STEPPERS = byKind((row) =>
  row.returns.is === 'element' ? { kind: row.returns.kind, nullable: true } : undefined,
);

/** Calls that give a pointer of another type to the socket in R1. */
export const CASTS: readonly CallableName[] = CALLABLE_NAMES.filter((name) => {
  const { returns }: CallableRow = CALLABLES[name];
  return returns.is === 'socket' && returns.castOf !== undefined;
});

/** Calls that give a pointer into the memory of the dynptr in R1. */
export const DATA: readonly CallableName[] = CALLABLE_NAMES.filter((name) => CALLABLES[name].returns.is === 'data');

/** Calls that make R2 a clone of the dynptr in R1. */
export const CLONERS: readonly CallableName[] = CALLABLE_NAMES.filter((name) => CALLABLES[name].clones === true);

/** Kinds that live on the stack, to be made and released there. */
export const STACKABLE: readonly StackKind[] = KIND_NAMES.filter(livesOnStack).filter(
  (kind) => serves(MAKERS, kind).length > 0 && serves(RELEASERS, kind).length > 0,
);

/** Iterators, to be made, stepped and destroyed. */
export const ITERABLE: readonly StackKind[] = STACKABLE.filter((kind) => serves(STEPPERS, kind).length > 0);

/** Kinds that can be acquired and released. */
export const OWNABLE: readonly Kind[] = KIND_NAMES.filter(
  (kind) => serves(ACQUIRERS, kind).length > 0 && serves(RELEASERS, kind).length > 0,
);

/** Kinds of which there is always one to borrow. */
export const LENDABLE: readonly Kind[] = KIND_NAMES.filter((kind) => serves(LENDERS, kind).length > 0);

/** Calls that take nothing and return a scalar of which nothing is known. */
export const DRAWS: readonly CallableName[] = CALLABLE_NAMES.filter(
  (name) => CALLABLES[name].args.length === 0 && CALLABLES[name].returns.is === 'scalar',
);

/** The call that throws. */
export const THROWERS: readonly CallableName[] = CALLABLE_NAMES.filter((name) => CALLABLES[name].throws === true);
