/** Acquiring calls and everything programs do about a result that may be NULL. */
import { type Insn, loadMap, loadType } from '../../src/isa/insn.js';
import type { Kind } from '../../src/isa/kinds.js';
import type { Builder } from '../builder.js';
import { RECORD_SIZE, TUPLE_SIZE, TYPES } from '../declarations.js';
import { ACQUIRERS, LENDABLE, LENDERS, OWNABLE, type Source, serves } from '../sources.js';
import { FIRST_SAVED, FIRST_SLOT, findHolding, NOTHING, type Place, type Species } from '../state.js';
import { leave } from './release.js';
import { scalarPlace } from './scalars.js';
import { throwNow } from './throws.js';

/** A result in R0 that has to be kept or released. */
export interface Acquired extends Species {
  readonly nullable: boolean;
}

/** A place with a pointer to an object of a kind that is certainly not NULL. */
function objectPlace(b: Builder, kind: Kind): Place | undefined {
  return b.find(FIRST_SAVED, (content) => {
    if (content.is === 'borrowed') return content.kind === kind && !content.nullable;
    if (content.is !== 'held') return false;
    const holding = findHolding(b.state, content.holding);
    return holding !== undefined && holding.kind === kind && !holding.nullable;
  });
}

/** 12 bytes of stack that a call may read, by their lowest slot; nothing that lives on the stack is there. */
function tuplePlace(b: Builder): Place | undefined {
  const plain = (place: Place) => !['resident', 'clone', 'guarded'].includes(b.content(place).is);
  return b.find(FIRST_SLOT + 1, (_, place) => plain(place) && plain(place - 1));
}

/** Whether this frame has what the calls that acquire a kind ask for. */
export function canAcquire(b: Builder, kind: Kind): boolean {
  if (ANYWHERE.includes(kind)) return true;
  return b.state.contents.some(({ is }) => is === 'ctx') && tuplePlace(b) !== undefined;
}

/** Kinds with a call that needs nothing of the frame. */
const ANYWHERE = OWNABLE.filter((kind) =>
  serves(ACQUIRERS, kind).some(({ args }) => !args.some(({ is }) => is === 'ctx')),
);

/** A species at random: one that can be acquired in this frame, or (`anywhere`) in any. */
export function someSpecies(b: Builder, anywhere = false): Species {
  const kind = b.choices.pick(OWNABLE.filter((each) => ANYWHERE.includes(each) || (!anywhere && canAcquire(b, each))));
  return { kind, type: kind === 'object' ? b.choices.int(TYPES.length) : -1 };
}

/** Emits an acquiring call; R0 holds the result. */
export function acquireCall(b: Builder, species: Species): Acquired {
  const all = serves(ACQUIRERS, species.kind);
  let source = b.choices.pick(all);
  let object = source.needs === undefined ? undefined : objectPlace(b, source.needs);
  if (source.needs !== undefined && object === undefined) {
    if (LENDABLE.includes(source.needs)) {
      b.call(b.choices.pick(serves(LENDERS, source.needs)).name);
      object = 0;
    } else source = b.choices.pick(all.filter(({ needs }) => needs === undefined));
  }
  emitArguments(b, source, species, object);
  b.call(source.name);
  return { ...species, nullable: source.nullable };
}

function emitArguments(b: Builder, source: Source, species: Species, object: Place | undefined): void {
  source.args.forEach((arg, index) => {
    const register = index + 1;
    switch (arg.is) {
      case 'scalar': {
        const place = b.choices.chance(15) && source.needs === undefined && index === 0 ? scalarPlace(b) : undefined;
        if (place !== undefined) b.load(register, place);
        else b.set(register, index === 0 ? 1 + b.choices.int(4) : 0);
        return;
      }
      case 'constant':
        b.set(register, source.kind === 'socket' ? TUPLE_SIZE : RECORD_SIZE);
        return;
      case 'local-type':
        b.wide(pair(loadType(register, species.type)));
        return;
      case 'map':
        b.wide(pair(loadMap(register, 0)));
        return;
      case 'ctx': {
        const place = b.find(FIRST_SAVED, ({ is }) => is === 'ctx');
        if (place !== undefined) b.load(register, place);
        return;
      }
      case 'memory': {
        const place = tuplePlace(b);
        if (place !== undefined) b.addressOf(register, place);
        return;
      }
      case 'null':
        b.set(register, 0);
        return;
      case 'object':
        if (object !== undefined) b.load(register, object);
        return;
      case 'ignored':
        if (b.choices.chance(30)) b.set(register, 0);
        return;
      case 'socket':
      case 'dynptr':
      case 'iterator':
        throw new Error(`${source.name} acquires no pointer`);
      default:
        arg satisfies never;
    }
  });
}

const pair = (slots: readonly [Insn, Insn]) => slots;

export interface Keep {
  readonly id?: number;
  readonly home?: Place;
  /** Paths on which the result is NULL must end or try again. */
  readonly present?: boolean;
}

/** Takes the result in R0 into possession: stores it in its home and deals with NULL. */
export function keep(b: Builder, got: Acquired, { id = b.newId(), home, present = false }: Keep): void {
  const place = home ?? b.spare('any');
  if (place === undefined) throw new Error('nowhere to keep a resource');
  const owned = { id, home: place, kind: got.kind, type: got.type };
  const own = (nullable: boolean) => b.own({ ...owned, nullable });
  const style = got.nullable ? b.choices.weighted(present ? PRESENT : ANY) : 0;
  const early = b.choices.chance(40);
  const ok = b.label();
  switch (STYLES[style]) {
    case 'return':
    case 'throw':
      if (early) b.put(place, 0, NOTHING);
      b.jumpIfZero(early && b.choices.chance(50) ? b.registerOf(place, 0) : 0, false, ok);
      if (STYLES[style] === 'return') leave(b);
      else throwNow(b);
      b.bind(ok);
      if (!early) b.put(place, 0, NOTHING);
      own(false);
      return;
    case 'again':
      b.jumpIfZero(0, false, ok);
      acquireCall(b, got);
      b.bind(ok);
      b.put(place, 0, NOTHING);
      own(true);
      return;
    default:
      b.put(place, 0, NOTHING);
      own(got.nullable);
  }
}

const STYLES = ['keep', 'return', 'throw', 'again'] as const;
const ANY = [9, 8, 2, 2];
const PRESENT = [0, 8, 3, 0];

/** Acquires something and keeps it. */
export function acquire(b: Builder, options: Keep & { readonly species?: Species } = {}): void {
  const home = options.home ?? b.spare('any');
  if (home === undefined) return;
  keep(b, acquireCall(b, options.species ?? someSpecies(b)), { ...options, home });
}

/** Borrows an object from a call that lends one. */
export function borrow(b: Builder, place: Place): void {
  const kind = b.choices.pick(LENDABLE);
  b.call(b.choices.pick(serves(LENDERS, kind)).name);
  b.put(place, 0, { is: 'borrowed', kind, type: -1, nullable: false });
}
