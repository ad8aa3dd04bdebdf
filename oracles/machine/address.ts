/**
 * The machine's address space and its poison: where everything lives, and what a 64-bit value is. Addresses depend on
 * nothing but what they name, so that a rewrite sees the same ones. See docs/machine.md.
 */

/** What a value is, taken as an address. Frame offsets are relative to that frame's R10; object numbers are of one run. */
export type Place =
  | { readonly is: 'null' }
  | { readonly is: 'poison' }
  | { readonly is: 'ctx'; readonly off: number }
  | { readonly is: 'frame'; readonly frame: number; readonly off: number }
  | { readonly is: 'map'; readonly index: number }
  | { readonly is: 'object'; readonly object: number; readonly off: number }
  | { readonly is: 'scalar' };

/** Frames a program may have active at once (kernel: MAX_CALL_FRAMES). */
export const MAX_FRAMES = 8;
/** Bytes of one frame (kernel: MAX_BPF_STACK). */
export const FRAME_BYTES = 512;
/** Bytes of the context, struct __sk_buff. */
export const CTX_BYTES = 192;

/** Upper 32 bits of addresses, as signed integers. */
export const FRAME_HIGH = 0xffffc900 | 0;
export const CTX_HIGH = 0xffff8881 | 0;
export const MAP_HIGH = 0xffff8882 | 0;
const OBJECT_HIGH = 0xff110000 | 0;

export const CTX_LOW = 0x0001_0000;
/** A frame lies in the middle of a window of 64 KiB, so that an access beside it is recognised. */
const FRAME_WINDOW_BITS = 16;
const FRAME_IN_WINDOW = 0x8000;
const MAP_STRIDE_BITS = 16;
/** Each object has the upper half of its addresses to itself. */
const MAX_OBJECTS = 0x00e0_0000;

/** Lower half of R10 in a frame. */
export function framePointerLow(frame: number): number {
  return ((frame + 1) << FRAME_WINDOW_BITS) + FRAME_IN_WINDOW + FRAME_BYTES;
}

/** Index of the frame whose window holds this lower half; may be out of range. */
export function frameOfLow(low: number): number {
  return (low >>> FRAME_WINDOW_BITS) - 1;
}

/** Byte of the frame, counted from its lowest; may be out of range. */
export function frameByteOfLow(low: number): number {
  return (low & 0xffff) - FRAME_IN_WINDOW;
}

/** Lower half of the address of a map. */
export function mapLow(index: number): number {
  return (index + 1) << MAP_STRIDE_BITS;
}

/** Index of the map with this lower half, or -1. */
export function mapOfLow(low: number): number {
  return (low & 0xffff) === 0 && low !== 0 ? (low >>> MAP_STRIDE_BITS) - 1 : -1;
}

/** Upper half of the addresses of an object. */
export function objectHigh(object: number): number {
  return (OBJECT_HIGH + object) | 0;
}

/** Lower half of the first address of an object: differs between neighbours, so that half an address shows too. */
export function objectLow(object: number): number {
  return 0x1000_0000 + ((object & 0xfff) << 12);
}

/** Number of the object with this upper half, or -1; there may be no such object in this run. */
export function objectOfHigh(high: number): number {
  const object = (high - OBJECT_HIGH) >>> 0;
  return object < MAX_OBJECTS ? object : -1;
}

/** Why a register is poisoned; part of the value, for people who read a dump. */
export const POISONED = { atEntry: 1, byCall: 2, byVoid: 3 } as const;

const POISON_HIGH = 0xdead;
export const POISON_LOW = 0xdead_5eed | 0;
/** Byte that fills unwritten frames and ring records. */
export const FILL_BYTE = 0xbd;
const FILL_WORD = 0xbdbd_bdbd | 0;

/** Upper half of the poison of a register. */
export function poisonHigh(register: number, why: number): number {
  return (POISON_HIGH << 16) | (why << 8) | register;
}

/**
 * Whether a value comes from a poisoned register or from unwritten memory, perhaps truncated to 32 bits, offset, or
 * half overwritten.
 */
function isPoison(low: number, high: number): boolean {
  return high >>> 16 === POISON_HIGH || low === POISON_LOW || low === FILL_WORD || high === FILL_WORD;
}

/** What a value is; `objects` and `maps` are how many there are. */
export function classifyValue(low: number, high: number, objects: number, maps: number): Place {
  if (low === 0 && high === 0) return { is: 'null' };
  if (high === FRAME_HIGH) {
    const frame = frameOfLow(low);
    if (frame >= 0 && frame < MAX_FRAMES) return { is: 'frame', frame, off: frameByteOfLow(low) - FRAME_BYTES };
  }
  if (high === CTX_HIGH && Math.abs(low - CTX_LOW) < 0x8000) return { is: 'ctx', off: low - CTX_LOW };
  if (high === MAP_HIGH) {
    const index = mapOfLow(low);
    if (index >= 0 && index < maps) return { is: 'map', index };
  }
  const object = objectOfHigh(high);
  if (object >= 0 && object < objects) return { is: 'object', object, off: (low - objectLow(object)) | 0 };
  return isPoison(low, high) ? { is: 'poison' } : { is: 'scalar' };
}
