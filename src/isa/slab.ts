/**
 * Columns carved from large buffers. A typed array of its own costs an allocation outside the heap, about as long as
 * walking five instructions; a program has seven columns, and each of its rewrites and patched forms has as many again. A
 * slab stays in memory for as long as anything carved from it does.
 */

/** Bytes of one slab; what is larger than an eighth of it gets a buffer of its own. */
const SLAB = 1 << 18;

let slab = new ArrayBuffer(SLAB);
let used = 0;

/** That many 32-bit integers, all zero. */
export function zeroInts(length: number): Int32Array {
  const at = take(4 * length);
  return at < 0 ? new Int32Array(length) : new Int32Array(slab, at, length);
}

/** That many bytes, all zero. */
export function zeroBytes(length: number): Uint8Array {
  const at = take(length);
  return at < 0 ? new Uint8Array(length) : new Uint8Array(slab, at, length);
}

/** Where in the slab so many bytes are free, on a boundary of 4; negative if it is too many for one. */
function take(bytes: number): number {
  if (bytes > SLAB / 8) return -1;
  if (used + bytes > SLAB) {
    slab = new ArrayBuffer(SLAB);
    used = 0;
  }
  const at = used;
  used = (used + bytes + 3) & ~3;
  return at;
}
