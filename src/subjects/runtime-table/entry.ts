/**
 * How an entry of a table is written: what is known of a resource, and the words that say it.
 *
 * A resource has an address and a type; of a dynptr or iterator the address is that of its slots. A clone of a dynptr is one
 * more entry, because the resource may outlive the slots it was made in: entries of one dynptr share a key, taken from the
 * address of one of them, which is the one that is released at a throw. What is not on the stack has no key (0).
 *
 * The wide entry is the proposal's pair: a pointer word, a type word (with the key in its upper half).
 *
 * The packed entry is the smallest that is right, one word. Its argument. (1) Slots of a frame are 8 bytes, so no entry takes
 * less. (2) The address must be in it: the same call acquires another object in every pass of a loop, and what a
 * release is given is an address and nothing else. (3) The type must be in it, or be known from the place of the entry. By
 * place: an entry for each acquiring call, or for each type, with room for the most that is held of *it*; these
 * maxima sum up to more words than are ever used at once. So it goes into bits that say nothing in an address: a kernel address
 * has 57 bits (five levels of page tables), those above are all 1, and what is acquired lies at a multiple of 8. That
 * makes 10 bits, of which one tells resources on the stack from others: 512 destructors, else the program is refused.
 * (4) The key costs nothing: all frames of a program are on one kernel stack, which is aligned to its size and far smaller
 * than 1 GiB. 27 bits name a slot, two slots leave room for the 10 bits, and R10 of any frame gives the upper bits back.
 * (5) 0 still marks a free entry: no object begins in the page at 0 or the lowest slot of a 1 GiB window.
 * A per-cpu object is no such address; this design would have to shift it, as the kernel's own per-cpu allocator does.
 */

/** What an entry says. */
export interface Entry {
  readonly pointer: bigint;
  /** A row number of the program's list of destructors. */
  readonly type: number;
  /** Of a dynptr or iterator: key of the place that stands for it. Else 0. */
  readonly key: bigint;
}

export interface EntryFormat {
  readonly bytes: 8 | 16;
  /** Destructors that can be told apart. */
  readonly types: number;
  /** Key of a dynptr or iterator at an address; never 0. */
  keyOf(pointer: bigint): bigint;
  /** The words from the lowest-addressed one on; the first is never 0. */
  words(entry: Entry): readonly bigint[];
  /** What words say; `second` is asked for where there is one. `stack` is an address on the program's stack. */
  read(first: bigint, second: () => bigint, stack: bigint): Entry;
}

/** Whether an entry is a further place of a dynptr that another entry stands for. */
export function isAlias({ keyOf }: EntryFormat, { pointer, key }: Entry): boolean {
  return key !== 0n && key !== keyOf(pointer);
}

const LOW = 0xffff_ffffn;

/** Pointer word, type word. */
export const WIDE: EntryFormat = {
  bytes: 16,
  types: 2 ** 31,
  keyOf: (pointer) => pointer & LOW,
  words: ({ pointer, type, key }) => [pointer, (key << 32n) | BigInt(type)],
  read(first, second) {
    const word = second();
    return { pointer: first, type: Number(word & LOW), key: word >> 32n };
  },
};

/** Bits 57 to 63 are 1 in every kernel address, bits 0 to 2 are 0 in the address of a resource. */
const SIGN = 57n;
const ADDRESS = (1n << SIGN) - 8n;
const CANONICAL = 0x7fn << SIGN;
const ON_STACK = 1n;
/** Bits of a slot's number, which is its address in a window of 2^30 bytes, divided by 8. */
const SLOT = 27n;
const SLOT_MASK = (1n << SLOT) - 1n;
const WINDOW = (1n << (SLOT + 3n)) - 1n;

const slotOf = (pointer: bigint): bigint => (pointer >> 3n) & SLOT_MASK;

/**
 * One word. Bit 0: on the stack; bits 1, 2 and 57 to 63: the type; the rest: the address, or the number of the slot
 * (bits 3 to 29) and that of the slot that stands for the resource (bits 30 to 56).
 */
export const PACKED: EntryFormat = {
  bytes: 8,
  types: 512,
  keyOf: slotOf,
  words({ pointer, type, key }) {
    const number = BigInt(type);
    const bits = ((number & 3n) << 1n) | ((number >> 2n) << SIGN);
    if (key === 0n) return [bits | (pointer & ADDRESS)];
    return [bits | ON_STACK | (slotOf(pointer) << 3n) | (key << (SLOT + 3n))];
  },
  read(first, _second, stack) {
    const type = Number(((first >> SIGN) << 2n) | ((first >> 1n) & 3n));
    if ((first & ON_STACK) === 0n) return { pointer: CANONICAL | (first & ADDRESS), type, key: 0n };
    const pointer = (stack & ~WINDOW) | (((first >> 3n) & SLOT_MASK) << 3n);
    return { pointer, type, key: (first >> (SLOT + 3n)) & SLOT_MASK };
  },
};
