/**
 * Executes what a subject asks for after a stop, step by step, on a copy of the ledger, and says of every release what
 * was truly there and of everything still held afterwards where it is.
 */

import type { Location } from '../../src/contract/location.js';
import type { UnwindStep } from '../../src/contract/unwind.js';
import type { Defect, DefectTruth, ReleaseRecord } from '../judgement.js';
import type { Ledger } from '../ledger.js';
import { classifyValue, FRAME_BYTES, objectHigh, objectLow } from './address.js';
import {
  type CodeFault,
  type CodeLocation,
  goOnIn,
  keep,
  landOn,
  type NoteRelease,
  type Runners,
} from './cleanup-code.js';
import type { Core } from './core.js';
import type { ResidentRow } from './residents.js';
import { SLOT_DESTRUCTORS } from './stack-objects.js';

/** One release: what the subject claimed, what it did, and what was truly there. */
export interface MachineRelease extends ReleaseRecord {
  readonly locationClass: Defect['location'];
  /** The value used is not the true value of the register that the step names. */
  readonly foreign: boolean;
  /** What was truly there; the effect's own word where that is right. */
  readonly truth: DefectTruth | 'released' | 'nothing';
}

/** What came of running a destructor on a value. */
type Came = Pick<MachineRelease, 'resource' | 'effect' | 'truth'>;

/** A resource that is still held after the cleanup. */
export interface Leftover {
  /** `task#1`. */
  readonly resource: string;
  /** `fp-8`, `r7`, or `nowhere`: where its address really is. */
  readonly location: string;
  readonly locationClass: 'register' | 'stack' | 'nowhere';
  /** Frame of the location; for `nowhere` the frame that owns it. */
  readonly frame: number;
}

export interface UnwindResult {
  readonly releases: readonly MachineRelease[];
  readonly left: readonly Leftover[];
  /** Code that cleans up did what no program may do; the unwinding ended there. */
  readonly fault: CodeFault | undefined;
}

/** Executes the steps on the stopped program; afterwards the core is as it was before. */
export function unwindStopped(core: Core, steps: Iterable<UnwindStep>, run: Runners): UnwindResult {
  const truth = core.ledger;
  const ledger = truth.copy();
  const releases: MachineRelease[] = [];
  let fault: UnwindResult['fault'];
  let restore: (() => void) | undefined;
  for (const step of steps) {
    if (step.do === 'release') {
      releases.push(judgeRelease(core, ledger, step, step.from));
      continue;
    }
    restore ??= keep(core);
    const note: NoteRelease = (frame, address, destructor, from) => {
      const asked = { frame, address, destructor, because: from.in };
      releases.push(judgeRelease(core, ledger, asked, from));
    };
    fault = step.do === 'run' ? landOn(core, ledger, step, run, note) : goOnIn(core, ledger, step, run, note);
    if (fault !== undefined) break;
  }
  restore?.();
  return { releases, left: ledger.held().map((entry) => locateLeftover(core, ledger, entry)), fault };
}

function judgeRelease(
  core: Core,
  ledger: Ledger,
  step: Pick<Extract<UnwindStep, { readonly do: 'release' }>, 'frame' | 'address' | 'destructor' | 'because'>,
  from: Location | CodeLocation,
): MachineRelease {
  const { frame, because, destructor } = step;
  const address = BigInt.asUintN(64, step.address);
  const foreign = from.in === 'register' && !isTrueRegister(core, frame, from.register, address);
  const { resource, effect, truth } = cameOf(core, ledger, address, destructor, foreign);
  return {
    frame,
    subprogram: core.names.subprograms[core.frameSubprogram[frame] ?? 0]?.name ?? 'main',
    location: locationText(from),
    locationClass: from.in === 'pad' || from.in === 'clone' ? 'nowhere' : from.in,
    address,
    destructor,
    because,
    foreign,
    resource,
    effect,
    truth,
  };
}

function cameOf(core: Core, ledger: Ledger, address: bigint, destructor: string, foreign: boolean): Came {
  const place = classify(core, address);
  const slots = SLOT_DESTRUCTORS.get(destructor);
  const resident = slots === undefined ? undefined : residentAt(core, place);
  const object = slots === undefined ? objectAt(core, place) : (resident?.object ?? -1);
  if (object < 0 && slots !== undefined && isEmpty(core, place, slots)) {
    return { resource: undefined, effect: 'nothing', truth: 'nothing' };
  }
  const overwritten = resident === undefined ? undefined : overwrittenWord(core, resident);
  if (overwritten !== undefined) {
    const truth = UNOWNED[classify(core, overwritten).is];
    return { resource: undefined, effect: 'garbage', truth };
  }
  const came = object < 0 ? undefined : ledger.destroy(object, destructor);
  if (came === undefined || came.effect === 'never-held') {
    const truth = foreign ? 'foreign-register' : slots === undefined ? UNOWNED[place.is] : unownedSlot(core, place);
    return { resource: undefined, effect: 'garbage', truth };
  }
  const { effect } = came;
  const resource = ledger.name(came.entry);
  if (effect === 'released') return { resource, effect, truth: 'released' };
  const truth = foreign ? 'foreign-register' : effect === 'wrong-destructor' ? 'other-kind' : 'already-released';
  return { resource, effect, truth };
}

type Place = ReturnType<typeof classify>;

/** The object that an address is the first of, or -1. What is held of a dynptr is its slots, not the memory it points to. */
function objectAt(core: Core, place: Place): number {
  if (place.is !== 'object' || place.off !== 0) return -1;
  return core.memory.kindOf(place.object) === 'dynptr' ? -1 : place.object;
}

/** The dynptr or iterator at an address. */
function residentAt(core: Core, place: Place): ResidentRow | undefined {
  return place.is === 'frame' && place.frame < core.depth
    ? core.memory.residents.find(place.frame, place.off)
    : undefined;
}

/** The first word of a dynptr or iterator that the program has overwritten: a destructor would take it for the kernel's. */
function overwrittenWord(core: Core, { frame, offset, words }: ResidentRow): bigint | undefined {
  const at = words.findIndex((word, index) => loadWord(core, frame, offset + 8 * index) !== word);
  return at < 0 ? undefined : loadWord(core, frame, offset + 8 * at);
}

/** Whether the slots at an address are all zero: an empty dynptr or iterator, on which a destructor does nothing. */
function isEmpty(core: Core, place: Place, slots: number): boolean {
  if (place.is !== 'frame') return false;
  const at = core.memory.frameIndex(place.frame, place.off, 8 * slots);
  return at !== undefined && core.memory.bytes.subarray(at, at + 8 * slots).every((byte) => byte === 0);
}

/** What a destructor was given as a dynptr or iterator where there is none: by the first word there. */
function unownedSlot(core: Core, place: Place): DefectTruth {
  return place.is === 'frame' ? UNOWNED[classify(core, loadWord(core, place.frame, place.off)).is] : UNOWNED[place.is];
}

/** What is at an address that no held reference has. */
const UNOWNED = {
  null: 'scalar',
  scalar: 'scalar',
  poison: 'uninitialised',
  ctx: 'non-owned-pointer',
  frame: 'non-owned-pointer',
  map: 'non-owned-pointer',
  object: 'non-owned-pointer',
} as const satisfies Record<Place['is'], DefectTruth>;

function classify(core: Core, address: bigint): ReturnType<typeof classifyValue> {
  const low = Number(BigInt.asIntN(32, address));
  const high = Number(BigInt.asIntN(32, address >> 32n));
  return classifyValue(low, high, core.memory.objects, core.names.maps.length);
}

function isTrueRegister(core: Core, frame: number, register: number, value: bigint): boolean {
  if (frame < 0 || frame >= core.depth || register < 0 || register > 9) return false;
  if (register < 6) return frame === core.depth - 1 && core.file.value(register) === value;
  return core.calleeSaved(frame, register) === value;
}

function locationText(from: Location | CodeLocation): string {
  switch (from.in) {
    case 'register':
      return `r${from.register}`;
    case 'stack':
      return `fp${from.offset}`;
    case 'table':
      return `table[${from.index}]`;
    case 'pad':
    case 'clone':
      return `${from.in}@${from.pc}`;
  }
}

/** Where a held resource's address really is: in its owner's frame first, then from the innermost frame outwards. */
function locateLeftover(core: Core, ledger: Ledger, entry: number): Leftover {
  const object = ledger.objectOf(entry);
  const owner = Math.min(ledger.frameOf(entry), core.depth - 1);
  const resource = ledger.name(entry);
  const address =
    (BigInt.asUintN(32, BigInt(objectHigh(object))) << 32n) | BigInt.asUintN(32, BigInt(objectLow(object)));
  const resident = core.memory.residents.rows.find((row) => row.object === object);
  if (resident !== undefined) {
    return { resource, location: `fp${resident.offset}`, locationClass: 'stack', frame: resident.frame };
  }
  const frames = Array.from({ length: core.depth }, (_, index) => core.depth - 1 - index);
  for (const frame of [owner, ...frames.filter((each) => each !== owner)]) {
    for (let register = 6; register <= 9; register++) {
      if (core.calleeSaved(frame, register) !== address) continue;
      return { resource, location: `r${register}`, locationClass: 'register', frame };
    }
    for (let off = -8; off >= -FRAME_BYTES; off -= 8) {
      if (loadWord(core, frame, off) !== address) continue;
      return { resource, location: `fp${off}`, locationClass: 'stack', frame };
    }
    const scratch = frame === core.depth - 1 && core.outcome?.how === 'stop' ? 6 : 0;
    for (let register = 0; register < scratch; register++) {
      if (core.file.value(register) !== address) continue;
      return { resource, location: `r${register}`, locationClass: 'register', frame };
    }
  }
  return { resource, location: 'nowhere', locationClass: 'nowhere', frame: owner };
}

function loadWord(core: Core, frame: number, off: number): bigint {
  const at = core.memory.frameIndex(frame, off, 8);
  return at === undefined ? 0n : core.memory.view.getBigUint64(at, true);
}
