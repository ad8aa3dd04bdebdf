/** Which callables can serve what, derived from the rows of src/isa/callables.ts: a new row there is used here at once. */
import { type ArgType, CALLABLE_NAMES, CALLABLES, type CallableName, type CallableRow } from '../src/isa/callables.js';
import { KIND_NAMES, type Kind } from '../src/isa/kinds.js';

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

const returned = (row: CallableRow) =>
  row.returns.is === 'object' ? { kind: row.returns.kind, nullable: row.returns.mayBeNull } : undefined;

/** Calls whose result must be released. */
export const ACQUIRERS = byKind((row) => (row.acquires ? returned(row) : undefined));

/** Calls whose result is never NULL and owned by nobody here. */
export const LENDERS = byKind((row) => (row.acquires || returned(row)?.nullable !== false ? undefined : returned(row)));

/** Calls that release their argument. */
export const RELEASERS = byKind((row) => {
  const arg = row.releases === undefined ? undefined : row.args[row.releases];
  return arg?.is === 'object' ? { kind: arg.kind, nullable: false } : undefined;
});

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
