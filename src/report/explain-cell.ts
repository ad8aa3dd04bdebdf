/**
 * What the verifier knows of one location in one state, as typed data and in a few words. The one place that looks into
 * values and slots for people: a new kind of value or of slot stops the compiler here.
 */
import type { Program } from '../isa/program.js';
import type { StateView } from '../verify/analysis.js';
import { constantOf } from '../verify/scalar.js';
import type { ByteKind, Pointer, PointerType, Reference, Slot, Value } from '../verify/value.js';

/** Content of a register or slot. Offsets in bytes, pcs original. */
export type Cell =
  /** A pointer that carries a reference. */
  | {
      readonly is: 'owned';
      readonly kind: string;
      /** See `resourceName`. */
      readonly resource: string;
      /** Struct type of a local object. */
      readonly struct?: string;
      readonly offset: number;
      readonly mayBeNull: boolean;
      readonly acquiredAt: number;
    }
  /** A pointer that owns nothing. */
  | { readonly is: 'pointer'; readonly to: string; readonly offset: number; readonly mayBeNull: boolean }
  | { readonly is: 'constant'; readonly value: bigint }
  | { readonly is: 'scalar'; readonly umin: bigint; readonly umax: bigint }
  | { readonly is: 'uninitialised' }
  /** A slot below what this path has used of the frame. */
  | { readonly is: 'not-allocated' }
  /** A slot of bytes of which nothing is known. */
  | { readonly is: 'misc' }
  /** A slot whose bytes differ in kind, lowest address first; `spilled` is the value of which some are part. */
  | { readonly is: 'mixed'; readonly bytes: string; readonly spilled?: Cell };

/** What a register holds. */
export function cellOfValue(program: Program, state: StateView, value: Value): Cell {
  switch (value.is) {
    case 'not-init':
      return { is: 'uninitialised' };
    case 'scalar': {
      const constant = constantOf(value);
      return constant === undefined
        ? { is: 'scalar', umin: value.umin, umax: value.umax }
        : { is: 'constant', value: constant };
    }
    case 'pointer':
      return cellOfPointer(program, state, value);
    default:
      return value satisfies never;
  }
}

/** What a slot holds; the slot must be allocated. */
export function cellOfSlot(program: Program, state: StateView, { bytes, spilled }: Slot): Cell {
  const first = bytes[0] ?? 'invalid';
  if (!bytes.every((byte) => byte === first)) {
    const word = bytes.map((byte) => BYTE_LETTERS[byte]).join('');
    return spilled === undefined
      ? { is: 'mixed', bytes: word }
      : { is: 'mixed', bytes: word, spilled: cellOfValue(program, state, spilled) };
  }
  switch (first) {
    case 'invalid':
      return { is: 'uninitialised' };
    case 'misc':
      return { is: 'misc' };
    case 'zero':
      return { is: 'constant', value: 0n };
    case 'spill':
      return spilled === undefined ? { is: 'misc' } : cellOfValue(program, state, spilled);
    default:
      return first satisfies never;
  }
}

/** The kernel's letters for the bytes of a slot. */
export const BYTE_LETTERS: Readonly<Record<ByteKind, string>> = { invalid: '?', misc: 'm', zero: '0', spill: 'r' };

function cellOfPointer(program: Program, state: StateView, { type, off, mayBeNull, ref }: Pointer): Cell {
  const reference = ref === 0 ? undefined : state.references.find(({ id }) => id === ref);
  if (reference === undefined) return { is: 'pointer', to: pointee(program, state, type), offset: off, mayBeNull };
  const { kind, acquiredAt } = reference;
  const struct = type.to === 'local' ? program.types[type.type]?.name : undefined;
  return {
    is: 'owned',
    kind,
    resource: resourceName(state, reference),
    ...(struct === undefined ? {} : { struct }),
    offset: off,
    mayBeNull,
    acquiredAt,
  };
}

/**
 * What a reference is called in a state: kind and pc of the acquiring call, `task@7`; several of one call have letters,
 * `task@7a`, `task@7b`. So states that differ in nothing but how much was acquired and released before look alike.
 */
export function resourceName(state: StateView, { id, kind, acquiredAt }: Reference): string {
  const alike = state.references.filter((each) => each.kind === kind && each.acquiredAt === acquiredAt);
  const letter = alike.length < 2 ? '' : String.fromCharCode(97 + (alike.findIndex((each) => each.id === id) % 26));
  return `${kind}@${acquiredAt}${letter}`;
}

function pointee(program: Program, state: StateView, type: PointerType): string {
  switch (type.to) {
    case 'ctx':
      return 'ctx';
    case 'stack':
      return `stack of ${program.subprograms[state.frame(type.frame).subprogram]?.name ?? type.frame}`;
    case 'map':
      return `map ${program.maps[type.map]?.name ?? type.map}`;
    case 'memory':
      return 'record, not owned';
    case 'kernel':
      return `${type.kind}, not owned`;
    case 'local':
      return `${program.types[type.type]?.name ?? 'object'}, not owned`;
    default:
      return type satisfies never;
  }
}

/** `task@7?`: a task acquired by the call at pc 7, or NULL. */
export function cellText(cell: Cell): string {
  if (cell.is !== 'owned') return unownedText(cell);
  const struct = cell.struct === undefined ? '' : ` ${cell.struct}`;
  return `${cell.resource}${struct}${offsetText(cell.offset)}${cell.mayBeNull ? '?' : ''}`;
}

function unownedText(cell: Exclude<Cell, { readonly is: 'owned' }>): string {
  switch (cell.is) {
    case 'pointer':
      return `${cell.to}${offsetText(cell.offset)}${cell.mayBeNull ? '?' : ''}`;
    case 'constant':
      return BigInt.asIntN(64, cell.value).toString();
    case 'scalar':
      return 'scalar';
    case 'uninitialised':
      return 'uninitialised';
    case 'not-allocated':
      return 'not allocated';
    case 'misc':
      return 'misc';
    case 'mixed':
      return cell.spilled === undefined ? `bytes ${cell.bytes}` : `bytes ${cell.bytes} of ${cellText(cell.spilled)}`;
    default:
      return cell satisfies never;
  }
}

/** `+8`, `-8`, or nothing. */
export function offsetText(offset: number): string {
  return offset === 0 ? '' : `${offset > 0 ? '+' : ''}${offset}`;
}

/**
 * Whether one descriptor entry can stand for all these contents of one location: leaving NULL aside, they are one kind of
 * resource, of one struct type, at one offset, or no resource at all.
 */
export function isConflict(cells: readonly Cell[]): boolean {
  const classes = new Set(cells.map(classOf));
  classes.delete('null');
  return classes.size > 1 && [...classes].some((each) => each !== 'other');
}

function classOf(cell: Cell): string {
  if (cell.is === 'owned') return `${cell.kind} ${cell.struct ?? ''} ${cell.offset}`;
  return cell.is === 'constant' && cell.value === 0n ? 'null' : 'other';
}
