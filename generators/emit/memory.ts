/** Stack and object memory: spills, fills, copies, narrow stores, atomics. */

import { OP_NAMES, OPS, type OpName } from '../../src/isa/op.js';
import type { Builder } from '../builder.js';
import { RECORD_SIZE, TYPES } from '../declarations.js';
import {
  type Content,
  FIRST_SAVED,
  FIRST_SLOT,
  NOTHING,
  offsetOf,
  type Place,
  SCALAR,
  type Species,
} from '../state.js';
import { scalarPlace } from './scalars.js';

const ATOMICS = OP_NAMES.filter((name) => {
  const { shape } = OPS[name];
  return ['atomic', 'fetch', 'xchg', 'cmpxchg', 'load-acquire', 'store-release'].includes(shape);
});
const NARROW = [8, 16, 32] as const;
const NARROW_LOADS: Readonly<Record<(typeof NARROW)[number], readonly OpName[]>> = {
  8: ['ldx8', 'ldxs8'],
  16: ['ldx16', 'ldxs16'],
  32: ['ldx32', 'ldxs32'],
};

const copied = (content: Content): boolean =>
  ['held', 'borrowed', 'derived', 'scalar', 'ctx', 'foreign'].includes(content.is);

/** A place worth copying, resources first. */
function copySource(b: Builder, accepts: (place: Place) => boolean): Place | undefined {
  if (b.choices.chance(65)) {
    const held = b.find(FIRST_SAVED, ({ is }, place) => (is === 'held' || is === 'borrowed') && accepts(place));
    if (held !== undefined) return held;
  }
  return b.find(FIRST_SAVED, (content, place) => copied(content) && accepts(place));
}

function copyTo(b: Builder, where: 'register' | 'slot', accepts: (place: Place) => boolean): void {
  const from = copySource(b, accepts);
  if (from === undefined) return;
  const content = b.content(from);
  const to = b.spare(where, content.is === 'scalar');
  if (to === undefined || to === from) return;
  b.put(to, b.registerOf(from, to < FIRST_SLOT ? to : 1), content);
}

export const emitSpill = (b: Builder): void => copyTo(b, 'slot', (place) => place < FIRST_SLOT);
export const emitFill = (b: Builder): void => copyTo(b, 'register', (place) => place >= FIRST_SLOT);
export const emitCopy = (b: Builder): void => copyTo(b, 'register', (place) => place < FIRST_SLOT);

export const canSpill = (b: Builder): boolean =>
  b.state.contents.some((content, place) => place < FIRST_SLOT && copied(content));
export const canFill = (b: Builder): boolean =>
  b.state.contents.some((content, place) => place >= FIRST_SLOT && copied(content));

function narrowTarget(b: Builder): Place | undefined {
  return b.find(
    FIRST_SLOT,
    ({ is }, place) => (is === 'nothing' || is === 'scalar' || is === 'held') && b.writable(place, is === 'scalar'),
  );
}

export const canStoreNarrow = (b: Builder): boolean =>
  b.state.contents.some(
    ({ is }, place) =>
      place >= FIRST_SLOT &&
      (is === 'nothing' || is === 'scalar' || is === 'held') &&
      b.writable(place, is === 'scalar'),
  );

/** Overwrites a part of a slot and, sometimes, reads that part back. */
export function emitNarrowStore(b: Builder): void {
  const place = narrowTarget(b);
  if (place === undefined) return;
  const size = b.choices.pick(NARROW);
  const off = offsetOf(place) + (size / 8) * b.choices.int(64 / size);
  if (b.choices.chance(50)) b.op(`st${size}`, { dst: 10, off, imm: b.choices.int(3) });
  else {
    const from = scalarPlace(b);
    if (from === undefined) b.set(1, b.choices.int(3));
    else b.load(1, from);
    b.op(`stx${size}`, { dst: 10, src: 1, off });
  }
  b.mark(place, b.content(place).is === 'scalar' ? SCALAR : NOTHING);
  if (!b.choices.chance(40)) return;
  const to = b.spare('register', true) ?? 2;
  b.op(b.choices.pick(NARROW_LOADS[size]), { dst: to, src: 10, off });
  if (to >= FIRST_SAVED) b.mark(to, SCALAR);
}

/** Zeroes a few slots, as a compiler does for an aggregate. */
export function emitStoreZeroes(b: Builder): void {
  const count = 1 + b.choices.int(3);
  for (let i = 0; i < count; i++) {
    const place = b.spare('slot', true);
    if (place !== undefined) b.putConstant(place, 0);
  }
}

export const canStoreZeroes = (b: Builder): boolean =>
  b.state.contents.some((_, place) => place >= FIRST_SLOT && b.writable(place, true));

export const canAtomic = (b: Builder): boolean =>
  b.state.contents.some(({ is }, place) => place >= FIRST_SLOT && is === 'scalar' && b.writable(place, true));

/** One atomic operation on a scalar in a slot, or on half of it. */
export function emitAtomic(b: Builder): void {
  const place = b.find(FIRST_SLOT, ({ is }, at) => is === 'scalar' && b.writable(at, true));
  if (place === undefined) return;
  const op = b.choices.pick(ATOMICS);
  const { shape, width } = OPS[op];
  const off = offsetOf(place) + (width / 8) * b.choices.int(64 / width);
  if (shape === 'load-acquire') {
    const to = b.spare('register', true) ?? 2;
    b.op(op, { dst: to, src: 10, off });
    if (to >= FIRST_SAVED) b.mark(to, SCALAR);
    return;
  }
  const from = scalarPlace(b);
  if (from === undefined) b.set(2, b.choices.int(3));
  else b.load(2, from);
  if (shape === 'cmpxchg') b.set(0, b.choices.int(3));
  b.op(op, { dst: 10, src: 2, off });
  b.mark(place, SCALAR);
  const result = shape === 'cmpxchg' ? 0 : shape === 'fetch' || shape === 'xchg' ? 2 : undefined;
  if (result === undefined || !b.choices.chance(50)) return;
  const to = b.spare('any', true);
  if (to !== undefined) b.put(to, result, SCALAR);
}

const touchable = (species: Species & { readonly nullable: boolean }): boolean =>
  !species.nullable && (species.kind === 'ring' || species.kind === 'object');

function touchTargets(b: Builder): { readonly place: Place; readonly species: Species }[] {
  const found: { readonly place: Place; readonly species: Species }[] = [];
  b.state.contents.forEach((content, place) => {
    if (content.is === 'borrowed' && touchable(content)) found.push({ place, species: content });
    if (content.is !== 'held') return;
    const holding = b.state.holdings.find(({ id }) => id === content.holding);
    if (holding !== undefined && touchable(holding)) found.push({ place, species: holding });
  });
  return found;
}

export const canTouch = (b: Builder): boolean => touchTargets(b).length > 0;

/** Reads or writes a word inside a ring record or local object. */
export function emitTouch(b: Builder): void {
  const { place, species } = b.choices.pick(touchTargets(b));
  const bytes = species.kind === 'ring' ? RECORD_SIZE : (TYPES[species.type]?.size ?? 8);
  const size = b.choices.pick([64, 32, 16, 8] as const);
  const off = (size / 8) * b.choices.int(bytes / (size / 8));
  const base = b.registerOf(place, 2);
  if (b.choices.chance(50)) {
    b.op(`st${size}`, { dst: base, off, imm: b.choices.int(100) });
    return;
  }
  b.op(`ldx${size}`, { dst: 1, src: base, off });
  const to = b.spare('any', true);
  if (to !== undefined && b.choices.chance(60)) b.put(to, 1, SCALAR);
}
