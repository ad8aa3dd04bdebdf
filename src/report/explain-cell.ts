/**
 * What the verifier knows of one location in one state, as typed data and in a few words. The one place that looks into
 * values and slots for people: a new kind of value or of slot stops the compiler here.
 */
import type { Program } from '../isa/program.js';
import type { StateView } from '../verify/analysis.js';
import { constantOf } from '../verify/scalar.js';
import type { ByteKind, Pointer, PointerType, Reference, Resident, Slot, Value } from '../verify/value.js';

/** Content of a register or slot. Offsets in bytes, pcs original. */
export type Cell =
  /** A resource: a pointer that carries its reference, or the first slot of a dynptr or iterator. */
  | {
      readonly is: 'owned';
      readonly kind: string;
      /** See `resourceName`. */
      readonly resource: string;
      /** Struct type of a local object, pointer type of a socket. */
      readonly type?: string;
      readonly offset: number;
      /** `held`: the pointer may be NULL although the resource is held, as after a cast. */
      readonly mayBeNull: boolean | 'held';
      readonly acquiredAt: number;
    }
  /** A pointer that owns nothing; `of`: the resource in which it points. */
  | {
      readonly is: 'pointer';
      readonly to: string;
      readonly of?: string;
      readonly offset: number;
      readonly mayBeNull: boolean;
    }
  /** A slot of a dynptr or iterator that is not its first, or of one that owns nothing. */
  | { readonly is: 'part'; readonly kind: string }
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
export function cellOfSlot(program: Program, state: StateView, slot: Slot): Cell {
  const { bytes, spilled, resident } = slot;
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
    case 'dynptr':
    case 'iter':
      return cellOfResident(state, first, resident);
    default:
      return first satisfies never;
  }
}

/** The kernel's letters for the bytes of a slot. */
const BYTE_LETTERS: Readonly<Record<ByteKind, string>> = {
  invalid: '?',
  misc: 'm',
  zero: '0',
  spill: 'r',
  dynptr: 'd',
  iter: 'i',
};

function cellOfResident(state: StateView, byte: 'dynptr' | 'iter', resident: Resident | undefined): Cell {
  const reference = resident?.first === true ? referenceOf(state, resident.ref) : undefined;
  if (reference === undefined) return { is: 'part', kind: resident?.kind ?? byte };
  const { kind, acquiredAt } = reference;
  return { is: 'owned', kind, resource: resourceName(state, reference), offset: 0, mayBeNull: false, acquiredAt };
}

function cellOfPointer(program: Program, state: StateView, pointer: Pointer): Cell {
  const { type, off: offset, mayBeNull, id } = pointer;
  const reference = referenceOf(state, pointer.ref);
  const to = pointee(program, state, type);
  if (reference === undefined) return { is: 'pointer', to, offset, mayBeNull };
  const resource = resourceName(state, reference);
  if (type.to === 'data' || type.to === 'element') return { is: 'pointer', to, of: resource, offset, mayBeNull };
  const { kind, acquiredAt } = reference;
  const more = type.to === 'local' ? program.types[type.type]?.name : type.to === 'socket' ? type.form : undefined;
  return {
    is: 'owned',
    kind,
    resource,
    ...(more === undefined ? {} : { type: more }),
    offset,
    // NULL of a pointer with an id of its own says nothing about the reference.
    mayBeNull: mayBeNull && id > 0 ? 'held' : mayBeNull,
    acquiredAt,
  };
}

/** What a place has that holds a reference, by the reference alone: 0 for none. */
export function cellOfReference(program: Program, state: StateView, ref: number): Cell {
  const reference = referenceOf(state, ref);
  if (reference === undefined) return { is: 'constant', value: 0n };
  const { kind, acquiredAt } = reference;
  const struct = program.types[reference.type]?.name;
  const resource = resourceName(state, reference);
  const type = struct === undefined ? {} : { type: struct };
  return { is: 'owned', kind, resource, ...type, offset: 0, mayBeNull: false, acquiredAt };
}

function referenceOf(state: StateView, ref: number): Reference | undefined {
  return ref === 0 ? undefined : state.references.find(({ id }) => id === ref);
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

/** What a pointer points to, if it owns nothing. */
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
    case 'socket':
      return `${type.form}, not owned`;
    case 'data':
      return type.readonly ? 'slice' : 'data';
    case 'element':
      return 'element';
    default:
      return type satisfies never;
  }
}

/** `task@7?`: a task acquired by the call at pc 7, or NULL. */
export function cellText(cell: Cell): string {
  switch (cell.is) {
    case 'owned': {
      const type = cell.type === undefined ? '' : ` ${cell.type}`;
      const nullness = cell.mayBeNull === 'held' ? ' or 0' : cell.mayBeNull ? '?' : '';
      return `${cell.resource}${type}${offsetText(cell.offset)}${nullness}`;
    }
    case 'pointer': {
      const of = cell.of === undefined ? '' : ` of ${cell.of}`;
      return `${cell.to}${of}${offsetText(cell.offset)}${cell.mayBeNull ? '?' : ''}`;
    }
    case 'part':
      return `part of ${cell.kind}`;
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

/** Whether what a location holds matters to a cleanup: a resource, or a pointer that lives as long as one. */
export function isAtStake(cell: Cell): boolean {
  return cell.is === 'owned' || (cell.is === 'pointer' && cell.of !== undefined);
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
  if (cell.is === 'owned' && cell.mayBeNull !== 'held') return `${cell.kind} ${structOf(cell)} ${cell.offset}`;
  return cell.is === 'constant' && cell.value === 0n ? 'null' : 'other';
}

/** The struct type, on which the destructor of a local object depends; pointer types of a socket share theirs. */
function structOf({ kind, type = '' }: { readonly kind: string; readonly type?: string }): string {
  return kind === 'object' ? type : '';
}

/** Whether the destructor of an entry is right for what a state has there: for its NULL as well, but for nothing else. */
export function isFit(
  cell: Cell | undefined,
  entry: { readonly what: string; readonly type?: string; readonly offset: number },
): boolean {
  if (cell?.is === 'constant' && cell.value === 0n) return true;
  if (cell?.is !== 'owned' || cell.mayBeNull === 'held') return false;
  const claimed = structOf({ kind: entry.what, ...(entry.type === undefined ? {} : { type: entry.type }) });
  return cell.kind === entry.what && structOf(cell) === claimed && cell.offset === entry.offset;
}
