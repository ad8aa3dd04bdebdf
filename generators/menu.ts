/** The menu: one row per thing that can be emitted as a statement, with when it is legal and what emits it. */
import type { Builder } from './builder.js';
import * as branches from './emit/branches.js';
import * as calls from './emit/calls.js';
import * as memory from './emit/memory.js';
import * as resources from './emit/resources.js';
import * as scalars from './emit/scalars.js';
import * as stack from './emit/stack-resources.js';
import * as throws from './emit/throws.js';

export interface MenuRow {
  /** Whether `emit` can do its work at this point. */
  readonly legal: (b: Builder) => boolean;
  readonly emit: (b: Builder) => void;
  /** Seldom taken while nothing is held: there it would show nothing. */
  readonly wantsHolding?: true;
}

const always = (): boolean => true;
const spare = (b: Builder): boolean => b.hasSpare;
const room = (b: Builder): boolean => b.hasRoom();
const guardedRoom = (b: Builder): boolean => b.hasRoom() && resources.hasTwoSpares(b);

const rows = {
  'scalar-const': { legal: always, emit: scalars.emitConstant },
  'scalar-read': { legal: spare, emit: scalars.emitRead },
  'scalar-arith': { legal: scalars.hasScalar, emit: scalars.emitArithmetic },
  'scalar-unary': { legal: scalars.hasScalar, emit: scalars.emitUnary },
  'wide-const': { legal: spare, emit: scalars.emitWideConstant },
  'zero-registers': { legal: scalars.canZeroRegisters, emit: throws.emitBlankRegisters },
  spill: { legal: memory.canSpill, emit: memory.emitSpill },
  fill: { legal: memory.canFill, emit: memory.emitFill },
  copy: { legal: memory.canSpill, emit: memory.emitCopy },
  'narrow-store': { legal: memory.canStoreNarrow, emit: memory.emitNarrowStore },
  atomic: { legal: memory.canAtomic, emit: memory.emitAtomic },
  'ctx-access': { legal: scalars.hasContext, emit: scalars.emitContextAccess },
  'touch-object': { legal: memory.canTouch, emit: memory.emitTouch },
  'store-zeroes': { legal: memory.canStoreZeroes, emit: memory.emitStoreZeroes },
  if: { legal: always, emit: branches.emitIf },
  'if-else': { legal: always, emit: branches.emitIfElse },
  'if-null': { legal: branches.canTestNull, emit: branches.emitIfNull },
  loop: { legal: branches.canLoop, emit: branches.emitLoop },
  'early-exit': { legal: always, emit: branches.emitEarlyExit },
  acquire: { legal: room, emit: resources.emitAcquire },
  'acquire-scope': { legal: room, emit: resources.emitAcquireScope },
  'conditional-acquire': { legal: room, emit: resources.emitConditionalAcquire },
  'either-kind': { legal: guardedRoom, emit: resources.emitEitherKind },
  'guarded-acquire': { legal: guardedRoom, emit: resources.emitGuardedAcquire },
  'gather-loop': {
    legal: (b) => b.hasRoom(2) && branches.canLoop(b) && resources.hasTwoSpares(b),
    emit: resources.emitGatherLoop,
  },
  refill: { legal: resources.canRefill, emit: resources.emitRefill },
  drain: { legal: resources.canDrain, emit: resources.emitDrain },
  release: { legal: resources.canReleaseAny, emit: resources.emitRelease },
  rehome: { legal: resources.canRehome, emit: resources.emitRehome },
  borrow: { legal: resources.canBorrow, emit: resources.emitBorrow },
  'make-on-stack': { legal: stack.canMakeOnStack, emit: stack.emitMakeOnStack },
  'guarded-on-stack': {
    legal: (b) => stack.canMakeOnStack(b) && resources.hasTwoSpares(b),
    emit: stack.emitGuardedOnStack,
  },
  iterate: { legal: stack.canIterate, emit: stack.emitIterate },
  'dynptr-data': { legal: stack.canUseDynptr, emit: stack.emitDynptrData },
  'dynptr-clone': { legal: stack.canClone, emit: stack.emitClone },
  cast: { legal: stack.canCast, emit: stack.emitCast },
  'guard-throw': { legal: always, emit: throws.guardThrow, wantsHolding: true },
  'arm-throw': { legal: always, emit: branches.emitArmThrow, wantsHolding: true },
  'shared-throw': { legal: always, emit: throws.sharedThrow, wantsHolding: true },
  'call-guard': { legal: calls.canCall, emit: calls.emitCallGuard, wantsHolding: true },
  'call-work': { legal: calls.canCall, emit: calls.emitCallWork },
  'call-make': { legal: calls.canMake, emit: calls.emitCallMake },
  'call-drop': { legal: calls.canDrop, emit: calls.emitCallDrop },
  'call-fill': { legal: calls.canFillCell, emit: calls.emitCallFill },
} as const satisfies Record<string, MenuRow>;

export type MenuRowName = keyof typeof rows;
export const MENU: Readonly<Record<MenuRowName, MenuRow>> = rows;

const isRowName = (name: string): name is MenuRowName => name in rows;
export const MENU_ROW_NAMES: readonly MenuRowName[] = Object.keys(rows).filter(isRowName);
