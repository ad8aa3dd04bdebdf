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
    name: 'context-pointers',
    why: 'packet pointers and sockets that are read from the context are not modelled, nor what may be done with them',
    has: weSay(/ is a pointer that is not modelled$/),
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

/**
 * No words tell this one: our walk gives up every scalar that changes from pass to pass of a loop over an iterator; the kernel
 * keeps those that it has marked precise. It is decided by a walk that gives up none.
 */
export const ITERATOR_WIDENING = 'iterator-widening';

/**
 * Nor this one: the program is refused by both, for one of several things that are wrong with it. Ours, not stopped by what it
 * meets first, meets what the kernel says, too; which comes first depends on the states that are dropped before.
 */
export const ORDER_OF_PATHS = 'order-of-paths';

/** The known difference that a disagreement is an instance of. */
export function knownDifference(differing: Differing): KnownDifference | undefined {
  return KNOWN_DIFFERENCES.find(({ has }) => has(differing));
}
