/** Abstract states and analyses made by hand, for subjects to judge without a walk. */
import { parseProgram } from '../../../src/asm/parse.js';
import { KINDS, type Kind, type RegisterKind, type StackKind } from '../../../src/isa/kinds.js';
import type { Program } from '../../../src/isa/program.js';
import type { Analysis, OwnershipMark, StateView, ThrowVisit } from '../../../src/verify/analysis.js';
import type { Scalar } from '../../../src/verify/scalar.js';
import type { ByteKind, Pointer, PointerType, Reference, Slot, Value } from '../../../src/verify/value.js';

const U64 = 2n ** 64n - 1n;

/** The program of a text, with two struct types and a ring buffer. */
export function programOf(text: string): Program {
  const parsed = parseProgram(text, {
    types: [
      { name: 'node', size: 24 },
      { name: 'leaf', size: 16 },
    ],
    maps: [{ name: 'events', type: 'ringbuf', size: 4096 }],
  });
  if (!parsed.ok) throw new Error(parsed.errors.map(({ line, message }) => `${line}: ${message}`).join('; '));
  return parsed.program;
}

/** Two subprograms; main calls `guard` at pc 1, which throws at pc 5. */
export const CALLER_AND_GUARD = `
main:
    r6 = r1
    call guard
    r0 = 0
    exit
guard:
    r1 = 7
    call bpf_throw
    r0 = 0
    exit
`;

export const NOT_INIT: Value = { is: 'not-init' };
export const UNKNOWN: Scalar = {
  is: 'scalar',
  bits: { value: 0n, mask: U64 },
  umin: 0n,
  umax: U64,
  smin: -(2n ** 63n),
  smax: 2n ** 63n - 1n,
  u32min: 0n,
  u32max: 2n ** 32n - 1n,
  s32min: -(2n ** 31n),
  s32max: 2n ** 31n - 1n,
  id: 0,
};

/** A scalar constant, small and not negative. */
export function constant(value: bigint): Scalar {
  return {
    is: 'scalar',
    bits: { value, mask: 0n },
    umin: value,
    umax: value,
    smin: value,
    smax: value,
    u32min: value,
    u32max: value,
    s32min: value,
    s32max: value,
    id: 0,
  };
}

export const ZERO = constant(0n);
export const CTX: Pointer = { is: 'pointer', type: { to: 'ctx' }, off: 0, mayBeNull: false, id: 0, ref: 0 };

/** A pointer to a resource; `type` is a struct type number for objects. */
export function pointer(
  kind: RegisterKind,
  ref: number,
  more: Partial<Pointer> & { readonly struct?: number } = {},
): Pointer {
  const { struct = 0, ...rest } = more;
  const types: Readonly<Record<RegisterKind, PointerType>> = {
    ring: { to: 'memory', size: 16 },
    task: { to: 'kernel', kind: 'task' },
    cgroup: { to: 'kernel', kind: 'cgroup' },
    object: { to: 'local', type: struct },
    socket: { to: 'socket', form: 'sock' },
  };
  return { is: 'pointer', type: types[kind], off: 0, mayBeNull: false, id: 0, ref, ...rest };
}

/** A slot whose 8 bytes are all of one kind, or all a spilled value. */
export function slot(content: Value | Exclude<ByteKind, 'spill'>): Slot {
  if (typeof content === 'string')
    return { bytes: Array<ByteKind>(8).fill(content), spilled: undefined, resident: undefined };
  return { bytes: Array<ByteKind>(8).fill('spill'), spilled: content, resident: undefined };
}

/** The slots of a dynptr or iterator, in the order of their numbers: its first slot, the lowest-addressed one, is the last. */
export function resident(kind: StackKind, ref: number, drained = false): readonly Slot[] {
  const { slots, slot: bytes } = KINDS[kind];
  return Array.from({ length: slots }, (_, number) => {
    const first = number === slots - 1;
    return {
      bytes: Array<ByteKind>(8).fill(bytes),
      spilled: undefined,
      resident: { kind, first, ref: first || bytes === 'dynptr' ? ref : 0, drained },
    };
  });
}

export interface FrameSpec {
  readonly subprogram: number;
  readonly callsite?: number;
  /** R6..R9; missing ones are not initialised. */
  readonly registers?: readonly Value[];
  /** fp-8, fp-16, …; what is not listed lies below the allocated stack. */
  readonly slots?: readonly Slot[];
}

/** References numbered from 1 in the order given, all owned by frame 0 unless said otherwise. */
export function holding(...kinds: readonly (Kind | Partial<Reference>)[]): Reference[] {
  return kinds.map((item, index) => {
    const partial = typeof item === 'string' ? { kind: item } : item;
    const kind = partial.kind ?? 'task';
    const type = kind === 'object' ? 0 : -1;
    return { id: index + 1, kind, type, frame: 0, acquiredAt: 100 + index, ordinal: index + 1, ...partial };
  });
}

/** An abstract state; the last frame is the current one. */
function stateOf(frames: readonly FrameSpec[], references: readonly Reference[] = []): StateView {
  return {
    depth: frames.length,
    references,
    frame: (index) => ({
      subprogram: frames[index]?.subprogram ?? 0,
      callsite: frames[index]?.callsite ?? -1,
      allocated: 8 * (frames[index]?.slots?.length ?? 0),
    }),
    register: (frame, register) => frames[frame]?.registers?.[register - 6] ?? NOT_INIT,
    slot: (frame, index) => frames[frame]?.slots?.[index] ?? slot('invalid'),
  };
}

/** A state in which main alone throws. */
export function inMain(
  registers: readonly Value[],
  references: readonly Reference[],
  slots: readonly Slot[] = [],
): StateView {
  return stateOf([{ subprogram: 0, registers, slots }], references);
}

/** A state of CALLER_AND_GUARD: `guard` throws with these registers and slots in main. */
export function inGuard(
  registers: readonly Value[],
  references: readonly Reference[],
  slots: readonly Slot[] = [],
  guard: Omit<FrameSpec, 'subprogram' | 'callsite'> = {},
): StateView {
  return stateOf(
    [
      { subprogram: 0, registers, slots },
      { subprogram: 1, callsite: 1, ...guard },
    ],
    references,
  );
}

/** An analysis that found these throws. */
export function analysisOf(
  program: Program,
  throws: readonly ThrowVisit[],
  more: {
    readonly ownership?: readonly OwnershipMark[];
    readonly maxOwned?: readonly number[];
    readonly maxClones?: readonly number[];
    readonly maxHeld?: number;
    readonly stackDepth?: readonly number[];
  } = {},
): Analysis {
  return {
    program,
    pruning: 'off',
    refusal: undefined,
    throws,
    ownership: more.ownership ?? [],
    stackDepth: more.stackDepth ?? program.subprograms.map(() => 0),
    maxOwned: more.maxOwned ?? program.subprograms.map(() => 0),
    maxClones: more.maxClones ?? program.subprograms.map(() => 0),
    maxHeld: more.maxHeld ?? 0,
    walked: 0,
    reached: new Uint8Array(program.length).fill(1),
  };
}
