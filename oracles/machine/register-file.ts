/**
 * Eleven 64-bit registers and, behind them, the constants of the loaded program: an immediate operand is read like a
 * register, so that every instruction has one form. Positions count 64-bit words; `ints` holds low and high halves.
 */

/** Positions 0..10 are R0..R10; constants follow. */
export const REGISTERS = 11;

export class RegisterFile {
  ints: Int32Array;
  unsigned: BigUint64Array;
  signed: BigInt64Array;
  #constants = 0;

  constructor() {
    const buffer = new ArrayBuffer(64 * 8);
    this.ints = new Int32Array(buffer);
    this.unsigned = new BigUint64Array(buffer);
    this.signed = new BigInt64Array(buffer);
  }

  /** How many constants there are. */
  get constants(): number {
    return this.#constants;
  }

  /** Forgets all constants but the first ones. */
  keepConstants(count: number): void {
    this.#constants = count;
  }

  /** Position of a new constant with these halves. */
  addConstant(low: number, high: number): number {
    const position = REGISTERS + this.#constants++;
    if (position >= this.unsigned.length) this.#grow();
    this.setHalves(position, low, high);
    return position;
  }

  low(position: number): number {
    return this.ints[position << 1] ?? 0;
  }

  high(position: number): number {
    return this.ints[(position << 1) | 1] ?? 0;
  }

  setHalves(position: number, low: number, high: number): void {
    this.ints[position << 1] = low;
    this.ints[(position << 1) | 1] = high;
  }

  /** Unsigned 64-bit value. */
  value(position: number): bigint {
    return this.unsigned[position] ?? 0n;
  }

  #grow(): void {
    const old = this.ints;
    const buffer = new ArrayBuffer(old.byteLength * 2);
    this.ints = new Int32Array(buffer);
    this.ints.set(old);
    this.unsigned = new BigUint64Array(buffer);
    this.signed = new BigInt64Array(buffer);
  }
}
