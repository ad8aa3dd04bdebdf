/**
 * Landing pads, as a compiler would emit them: for each throw and each call of a subprogram, code that releases what the frame
 * owns there by the scopes that the builder knows. No choices are drawn, so programs are what they would be without.
 */
import { CALLABLES } from '../src/isa/callables.js';
import { call, type Insn, insn } from '../src/isa/insn.js';
import { type Kind, livesOnStack } from '../src/isa/kinds.js';
import type { LandingPad } from '../src/isa/program.js';
import { RELEASERS, serves } from './sources.js';
import {
  type Content,
  FIRST_SLOT,
  type FrameState,
  findHolding,
  type Holding,
  joinStates,
  NOTHING,
  offsetOf,
  type Place,
  type Species,
} from './state.js';

/** A throw or call, by its slot in a routine, and the pad that serves it; no code: the frame owns nothing there. */
export interface PadSite {
  readonly at: number;
  readonly code: readonly Insn[];
}

const set = (dst: number, imm: number): Insn => insn('mov64', { dst, operand: { imm } });

/** Loads what a place holds. */
function load(dst: number, place: Place): Insn {
  return place < FIRST_SLOT
    ? insn('mov64', { dst, operand: { reg: place } })
    : insn('ldx64', { dst, src: 10, off: offsetOf(place) });
}

/** A jump over some slots if a register is 0. */
const skip = (register: number, slots: number): Insn =>
  insn('jeq64', { dst: register, operand: { imm: 0 }, off: slots });

/** By kind and what else code depends on; pads of all programs share it. */
const releases = new Map<Kind, (readonly Insn[] | undefined)[]>();

/** Releases what is at a place; of what can be submitted or discarded, the latter. */
function releaseCode({ kind }: Species, home: Place, remote: boolean, nullable: boolean): readonly Insn[] {
  let known = releases.get(kind);
  if (known === undefined) {
    known = [];
    releases.set(kind, known);
  }
  const at = 4 * home + (remote ? 2 : 0) + (nullable ? 1 : 0);
  let code = known[at];
  if (code === undefined) {
    code = makeReleaseCode(kind, home, remote, nullable);
    known[at] = code;
  }
  return code;
}

function makeReleaseCode(kind: Kind, home: Place, remote: boolean, nullable: boolean): readonly Insn[] {
  const source = serves(RELEASERS, kind).at(-1);
  if (source === undefined) return [];
  const isAddress = livesOnStack(kind) && !remote;
  const pointer = isAddress
    ? [insn('mov64', { dst: 1, operand: { reg: 10 } }), insn('add64', { dst: 1, operand: { imm: offsetOf(home) } })]
    : [load(1, home)];
  const others = CALLABLES[source.name].args.flatMap(({ is }, index) => (is === 'scalar' ? [set(index + 1, 0)] : []));
  const released = [...others, call(source.name)];
  return [...pointer, ...(nullable && !isAddress ? [skip(1, released.length)] : []), ...released];
}

function holdingCode({ kind, type, home, nullable, guard, remote }: Holding): readonly Insn[] {
  const owned = releaseCode({ kind, type }, home, remote === true, nullable);
  if (guard === undefined) return owned;
  const { flag, otherwise } = guard;
  const other = otherwise === undefined ? [] : releaseCode(otherwise, home, false, nullable);
  const end = other.length === 0 ? [] : [insn('ja', { off: other.length })];
  return [load(1, flag), skip(1, owned.length + end.length), ...owned, ...end, ...other];
}

/** The pad for a frame in this state, which comes to own `incoming` while it is in a call. The latest is released first. */
export function padCode({ holdings }: FrameState, incoming?: Holding): readonly Insn[] {
  const all = incoming === undefined ? holdings : [...holdings, incoming];
  if (all.length === 0) return [];
  return [...all.toReversed().flatMap(holdingCode), set(0, 0), insn('exit')];
}

/**
 * The pad of a throw that several places jump to, or `undefined`: they own different things there, which a compiler would not
 * have made one throw of.
 */
export function sharedPadCode(states: readonly FrameState[]): readonly Insn[] | undefined {
  const [first, ...others] = states;
  if (first === undefined) return [];
  const joined = others.reduce((all, state) => joinStates(all, state, 0), first);
  const content = (state: FrameState, place: Place): Content => state.contents[place] ?? NOTHING;
  const isAt = (state: FrameState, { id, home, guard }: Holding): boolean => {
    const at = content(state, home);
    if ((at.is !== 'held' && at.is !== 'guarded' && at.is !== 'resident') || at.holding !== id) return false;
    const flag = guard === undefined ? undefined : content(state, guard.flag);
    return flag === undefined || (flag.is === 'flag' && flag.holding === id);
  };
  const fits = joined.holdings.every(
    (holding) =>
      isAt(joined, holding) &&
      // What may be missing on some path must read as 0 there.
      (!livesOnStack(holding.kind) ||
        holding.remote === true ||
        states.every((state) => findHolding(state, holding.id))),
  );
  return fits ? padCode(joined) : undefined;
}

/** The section of one program: code that several sites share is there once. */
export class PadTable {
  readonly slots: Insn[] = [];
  readonly pads: LandingPad[] = [];
  readonly labels = new Map<number, string>();
  /** Pads by a hash of subprogram and code. */
  readonly #known = new Map<
    number,
    { readonly name: string; readonly code: readonly Insn[]; readonly pad: number }[]
  >();

  /** Adds the sites of a routine that begins at a pc. Neighbours with the same pad are one range. */
  add(name: string, start: number, sites: readonly PadSite[]): void {
    let before: LandingPad | undefined;
    for (const { at, code } of [...sites].sort((a, b) => a.at - b.at)) {
      if (code.length === 0) {
        before = undefined;
        continue;
      }
      const pad = this.#place(name, code);
      const merged = before?.pad === pad ? this.pads.pop() : undefined;
      before = { begin: merged?.begin ?? start + at, end: start + at + 1, pad };
      this.pads.push(before);
    }
  }

  #place(name: string, code: readonly Insn[]): number {
    // A pad belongs to one subprogram.
    const hash = hashOf(code);
    const alike = this.#known.get(hash) ?? [];
    const known = alike.find((each) => each.name === name && isSame(each.code, code));
    if (known !== undefined) return known.pad;
    const pad = this.slots.length;
    this.#known.set(hash, [...alike, { name, code, pad }]);
    this.labels.set(pad, `pad${this.labels.size + 1}`);
    this.slots.push(...code);
    return pad;
  }
}

function hashOf(code: readonly Insn[]): number {
  let hash = code.length;
  for (const { code: op, dst, src, off, imm } of code) {
    hash = (Math.imul(hash, 31) + (op | (dst << 8) | (src << 12) | (off << 16)) + imm) | 0;
  }
  return hash;
}

function isSame(a: readonly Insn[], b: readonly Insn[]): boolean {
  return (
    a.length === b.length &&
    a.every((insn, index) => {
      const other = b[index];
      if (insn === other) return true;
      if (other === undefined) return false;
      const { code, dst, src, off, imm } = insn;
      return code === other.code && dst === other.dst && src === other.src && off === other.off && imm === other.imm;
    })
  );
}
