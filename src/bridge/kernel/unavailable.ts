/** Why the running kernel cannot be asked: a closed list, because what follows differs by reason. */

export type UnavailableReason =
  | 'not-linux'
  /** A processor whose system call number is not known here. */
  | 'architecture'
  /** The optional package is not installed or does not load. */
  | 'no-koffi'
  /** The kernel was built without bpf(2). */
  | 'no-bpf'
  | 'no-permission'
  /** The kernel does not say which kfuncs it has. */
  | 'no-btf'
  /** A warning of the kernel's verifier would take the machine down. */
  | 'would-panic';

export interface Unavailable {
  readonly reason: UnavailableReason;
  /** For people: what is missing and, where there is a way, how to get it. */
  readonly message: string;
}

/** Something that needs the kernel, or why there is none. */
export type Available<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly unavailable: Unavailable };

/** An answer that there is none. */
export function unavailable(reason: UnavailableReason, message: string): { ok: false; unavailable: Unavailable } {
  return { ok: false, unavailable: { reason, message } };
}
