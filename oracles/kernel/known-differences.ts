/**
 * Classes of disagreement with the running kernel that are understood: how each is recognised, and why it is there. A known
 * disagreement is still one, and is counted as one.
 */
import type { Disagreement } from './parity.js';

type Differing = Pick<Disagreement, 'what' | 'ours' | 'kernel'>;

export interface KnownDifference {
  readonly name: string;
  readonly why: string;
  readonly has: (differing: Differing) => boolean;
}

const weSay =
  (words: RegExp) =>
  ({ ours }: Differing): boolean =>
    ours !== undefined && words.test(ours.message);

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    name: 'context-fields',
    why: 'of the context only cb[0..4] is modelled; the kernel lets a program read, and write, more of it',
    has: weSay(/^invalid bpf_context access/),
  },
  {
    name: 'socket-fields',
    why: 'no field of a socket is modelled; the kernel lets a program read some',
    has: weSay(/^R\d+ invalid (sock|sock_common|tcp_sock) access/),
  },
  {
    name: 'resident-offset',
    why: 'where no dynptr or iterator can lie we say so first; the kernel says what is wrong with the slots, or takes them',
    has: weSay(/^cannot pass in (iter|dynptr) at an offset/),
  },
  {
    name: 'null-argument',
    why: 'buffers and tasks that may be left out have to be left out here; the kernel looks at what is passed',
    has: weSay(/^arg#\d+ is expected to be NULL/),
  },
];

/** The known difference that a disagreement is an instance of. */
export function knownDifference(differing: Differing): KnownDifference | undefined {
  return KNOWN_DIFFERENCES.find(({ has }) => has(differing));
}
