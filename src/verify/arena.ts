/** Integers appended one after another, in one array that doubles: where whole states are kept without an object each. */
export class Arena {
  data = new Int32Array(1 << 8);
  length = 0;

  /** Room for `count` integers; returns where they start. They are not cleared. */
  take(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.data.length) {
      let capacity = this.data.length;
      while (capacity < this.length) capacity *= 2;
      const larger = new Int32Array(capacity);
      larger.set(this.data.subarray(0, at));
      this.data = larger;
    }
    return at;
  }

  /** Forgets everything, and gives memory back if there was much. */
  clear(): void {
    this.length = 0;
    if (this.data.length > 1 << 20) this.data = new Int32Array(1 << 10);
  }
}
