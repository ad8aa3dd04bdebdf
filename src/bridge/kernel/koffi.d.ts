/**
 * The part of koffi that bpf.ts calls. Written here because koffi is optional, so that its own types may be missing where
 * this package is built, and because they are `any` throughout.
 */
declare module 'koffi' {
  /** A piece of native memory. */
  type Memory = object;
  type Foreign = (...args: readonly (number | Memory)[]) => unknown;

  /** A shared library by path; `null` is the process itself, libc included. */
  export function load(path: string | null): { func(prototype: string): Foreign };
  /** Zeroed memory that never moves. */
  export function alloc(type: 'uint8_t', length: number): Memory;
  export function free(memory: Memory): void;
  export function view(memory: Memory, length: number): ArrayBuffer;
  export function address(memory: Memory): bigint;
  /** That of the last foreign call. */
  export function errno(): number;
}
