/**
 * What a prepared program claims is held where it throws, taken from outside: its unwinder is given a stopped view in which
 * every word has a value of its own, so that a release's address says which word was truly used, whatever location the
 * release names. So it works for any subject whose claims do not depend on values, NULL apart.
 */

import type { StoppedFrame, StoppedView } from '../../src/contract/unwind.js';
import { CALLABLES, type CallableName, callableByName, stackResource } from '../../src/isa/callables.js';
import type { Program } from '../../src/isa/program.js';
import type { Prepared } from '../../src/subjects/subject.js';
import type { Analysis, ThrowVisit } from '../../src/verify/analysis.js';

/** Where a claimed resource is, in a frame: a word there is its address, or (`slot`) it lives there itself. */
export type ClaimedPlace =
  | { readonly in: 'register'; readonly register: number }
  | { readonly in: 'stack'; readonly offset: number }
  | { readonly in: 'slot'; readonly offset: number };

/** What is run on a resource. */
export interface Destructor {
  readonly destructor: CallableName;
  /** Number of the struct type that it is for; -1 for other kinds. */
  readonly type: number;
}

/** One entry: the destructor gets the value of the place minus `offset`; a value of 0 is skipped. */
export interface PlaceClaim extends Destructor {
  readonly place: ClaimedPlace;
  readonly offset: number;
}

/**
 * One entry of a table: the destructor that its type word selects gets its pointer word, or the address of slots of the frame
 * that has the entry. Offsets from the frame pointer.
 */
export interface TableClaim {
  readonly entry: { readonly pointer: number; readonly type: number };
  readonly rows: readonly (Destructor & { readonly word: number; readonly slot?: number })[];
}

export type Claim = PlaceClaim | TableClaim;

/** The claims of one call chain that ends in a throw. pcs are those of the prepared program. */
export interface ChainClaims {
  /** Of each frame, main first: the call in it that is active, at last the throw. */
  readonly pcs: readonly number[];
  /** By frame, in the order in which they are released. */
  readonly claims: readonly (readonly Claim[])[];
}

/** Why what a subject claims cannot be said as (place, destructor) per frame. */
export type UnclaimableReason =
  /** It runs code of the program. */
  | 'landing-pad'
  /** It goes on in another program. */
  | 'continuation'
  /** What it releases depends on words that a runtime keeps. */
  | 'table'
  /** It releases what no word of the stopped program is. */
  | 'foreign-value'
  /**
   * A word is the address of a dynptr or iterator. The kernel does not know that addresses of its stack are not NULL
   * (reg_not_null), so it would miss the release on a path that does not exist.
   */
  | 'slot-address'
  /** No callable has the name of its destructor. */
  | 'unknown-destructor';

export type Claims =
  | { readonly ok: true; readonly chains: readonly ChainClaims[] }
  | { readonly ok: false; readonly reason: UnclaimableReason; readonly detail: string };

/** What a subject claims for each call chain in which the walk throws. */
export function claimsOf(analysis: Analysis, prepared: Prepared): Claims {
  const chains: ChainClaims[] = [];
  for (const chain of throwingChains(analysis)) {
    const pcs = chain.pcs.map((pc) => prepared.pcMap.toPrepared[pc] ?? -1);
    const claimed = claimsOfChain(prepared, chain.subprograms, pcs);
    if (!claimed.ok) return claimed;
    chains.push({ pcs, claims: claimed.claims });
  }
  return { ok: true, chains };
}

/** A chain of calls: of each frame, main first, its subprogram and the call in it that is active, at last the throw. */
export interface Chain {
  readonly subprograms: readonly number[];
  readonly pcs: readonly number[];
}

/** The call chains in which a walk throws, each once. */
export function throwingChains(analysis: Analysis): readonly Chain[] {
  const chains = new Map<string, Chain>();
  for (const visit of analysis.throws) {
    const chain = chainOf(visit);
    chains.set(chain.pcs.join(), chain);
  }
  return [...chains.values()];
}

/** The call chain of an arrival at a throw. */
export function chainOf({ pc, state }: ThrowVisit): Chain {
  const frames = Array.from({ length: state.depth }, (_, index) => state.frame(index));
  return {
    subprograms: frames.map(({ subprogram }) => subprogram),
    pcs: frames.map((_, index) => frames[index + 1]?.callsite ?? pc),
  };
}

type FrameClaims =
  | { readonly ok: true; readonly claims: readonly (readonly PlaceClaim[])[] }
  | { readonly ok: false; readonly reason: UnclaimableReason; readonly detail: string };

function claimsOfChain(prepared: Prepared, subprograms: readonly number[], pcs: readonly number[]): FrameClaims {
  const { program } = prepared;
  const view = new SymbolicView(program, subprograms, pcs);
  const claims = subprograms.map((): PlaceClaim[] => []);
  const no = (reason: UnclaimableReason, detail: string): FrameClaims => ({ ok: false, reason, detail });
  for (const step of prepared.unwind(view)) {
    if (step.do === 'run') return no('landing-pad', `pc ${step.pc}`);
    if (step.do === 'resume') return no('continuation', `${step.program.length} slots`);
    if (step.from.in === 'table') return no('table', step.destructor);
    const value = view.valueAt(step.address);
    if (value === undefined) return no('foreign-value', `${step.destructor} of 0x${step.address.toString(16)}`);
    const destructor = destructorOf(program, step.destructor);
    if (destructor === undefined) return no('unknown-destructor', step.destructor);
    if (value.place.in !== 'slot' && stackResource(CALLABLES[destructor.destructor]) !== undefined)
      return no('slot-address', step.destructor);
    claims[value.frame]?.push({ place: value.place, offset: value.offset, ...destructor });
  }
  return { ok: true, claims };
}

/** `bpf_obj_drop_impl(node)` names a callable and one of the program's struct types. */
export function destructorOf(program: Program, text: string): Destructor | undefined {
  const [, name = '', struct] = /^(\w+)(?:\((\w+)\))?$/.exec(text) ?? [];
  const destructor = callableByName(name);
  const type = struct === undefined ? -1 : program.types.findIndex((each) => each.name === struct);
  if (destructor === undefined || (struct !== undefined && type === -1)) return undefined;
  return { destructor, type };
}

/** A word of the stopped program, and what was subtracted from it. */
interface Found {
  readonly frame: number;
  readonly place: ClaimedPlace;
  readonly offset: number;
}

/** Words are this far apart, so that what is near one is that word with an offset. */
const GAP_BITS = 24n;
const WORDS = 0x5000n << 48n;
const FRAMES = 0x6000n << 48n;
const HALF = 1n << (GAP_BITS - 1n);
const FRAME_BYTES = 512;

class SymbolicView implements StoppedView {
  readonly frames: readonly StoppedFrame[];
  readonly trampoline: readonly [bigint, bigint, bigint, bigint];
  /** By number of a word: where it truly is. */
  readonly #words: { readonly frame: number; readonly place: ClaimedPlace }[] = [];
  readonly #stack = new Map<string, bigint>();

  constructor(program: Program, subprograms: readonly number[], pcs: readonly number[]) {
    // The value that a callee-saved register has on entering each frame: that of the innermost frame further out that uses it.
    let entered = [6, 7, 8, 9].map((register) => this.#word(-1, { in: 'register', register }));
    this.frames = subprograms.map((subprogram, frame) => {
      const used = usedBy(program, subprogram);
      const pushed = [9, 8, 7, 6]
        .filter((register) => used.has(register))
        .map((register) => entered[register - 6] ?? 0n);
      entered = [6, 7, 8, 9].map((register) =>
        used.has(register) ? this.#word(frame, { in: 'register', register }) : (entered[register - 6] ?? 0n),
      );
      return { subprogram, pc: pcs[frame] ?? -1, fp: frameAddress(frame), pushed };
    });
    const [r6 = 0n, r7 = 0n, r8 = 0n, r9 = 0n] = entered;
    this.trampoline = [r6, r7, r8, r9];
  }

  load(address: bigint): bigint {
    const at = this.#inFrame(address);
    if (at === undefined || at.offset % 8 !== 0) return 0n;
    const key = `${at.frame} ${at.offset}`;
    const known = this.#stack.get(key) ?? this.#word(at.frame, { in: 'stack', offset: at.offset });
    this.#stack.set(key, known);
    return known;
  }

  /** The word that an address was made of; `undefined` if it is none, or one from outside of the program. */
  valueAt(address: bigint): Found | undefined {
    const slot = this.#inFrame(address);
    if (slot !== undefined) return { frame: slot.frame, place: { in: 'slot', offset: slot.offset }, offset: 0 };
    const number = (address - WORDS + HALF) >> GAP_BITS;
    const word = number < 0n ? undefined : this.#words[Number(number)];
    if (word === undefined || word.frame < 0) return undefined;
    return { ...word, offset: Number(WORDS + (number << GAP_BITS) - address) };
  }

  #word(frame: number, place: ClaimedPlace): bigint {
    this.#words.push({ frame, place });
    return WORDS + (BigInt(this.#words.length - 1) << GAP_BITS);
  }

  #inFrame(address: bigint): { readonly frame: number; readonly offset: number } | undefined {
    const frame = Number((address - FRAMES + HALF) >> GAP_BITS);
    if (frame < 0 || frame >= this.frames.length) return undefined;
    const offset = Number(address - frameAddress(frame));
    return offset >= -FRAME_BYTES && offset < 0 ? { frame, offset } : undefined;
  }
}

const frameAddress = (frame: number): bigint => FRAMES + (BigInt(frame) << GAP_BITS);

/** The callee-saved registers that appear in the instructions of a subprogram: what its prologue pushes. */
function usedBy(program: Program, subprogram: number): ReadonlySet<number> {
  const used = new Set<number>();
  const { start = 0, end = 0 } = program.subprograms[subprogram] ?? {};
  for (let pc = start; pc < end; pc++) {
    for (const register of [program.dst[pc] ?? 0, program.src[pc] ?? 0]) {
      if (register >= 6 && register <= 9) used.add(register);
    }
  }
  return used;
}
