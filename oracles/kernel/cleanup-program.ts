/**
 * A prepared program in which every throw is replaced by the cleanup that is claimed there, so that a verifier can judge the
 * claims: a correct one leaves nothing held and touches nothing else.
 *
 * The frame that throws releases its own entries, writes which throw it was into a flag, and returns 0. Each caller tests the
 * flag behind the call, when it has its callee-saved registers back, releases its own entries and returns in turn; main exits.
 * The one flag is a slot of main, beneath what main uses; its address is handed down from frame to frame in an argument
 * register that the callee does not read, and kept in a slot beneath what the callee uses.
 */
import { callGraphOf, reachesThrow, throwPcsOf } from '../../src/cfg/calls.js';
import { CALLABLES } from '../../src/isa/callables.js';
import { call, type Insn, insn } from '../../src/isa/insn.js';
import type { Program, StructType } from '../../src/isa/program.js';
import { type Edit, type Inserted, patch } from '../../src/patch/patch.js';
import { scratchLiveness } from '../../src/verify/liveness.js';
import type { ChainClaims, Claim, Destructor, PlaceClaim, TableClaim } from './claims.js';
import { type SlotFlags, slotFlags } from './slot-flags.js';

/** Why a program with its claims cannot be written as one that cleans up by itself. */
export type UntransformableReason =
  /** The claims of one frame at one pc differ with what called it. */
  | 'differs-by-caller'
  /** A subprogram that may throw reads all five argument registers. */
  | 'no-free-argument'
  /** No room for the slots that the transformation needs. */
  | 'stack'
  /** Slots that are zero on some paths are written by an instruction that writes elsewhere, or something else, on others. */
  | 'slot-varies'
  /** The patcher could not do it: a jump got too far. */
  | 'patch';

export type CleanupPrograms =
  | {
      readonly ok: true;
      /** All have to be accepted: they differ only in the sizes of struct types. */
      readonly programs: readonly Program[];
    }
  | { readonly ok: false; readonly reason: UntransformableReason; readonly detail: string };

const FRAME_BYTES = 512;
const SLOT = 8;

/** Writes the claims of all call chains into a program. `stackDepth`: bytes that each of its subprograms uses. */
export function cleanupPrograms(
  program: Program,
  stackDepth: readonly number[],
  chains: readonly ChainClaims[],
): CleanupPrograms {
  const no = (reason: UntransformableReason, detail: string): CleanupPrograms => ({ ok: false, reason, detail });
  const pads = padsOf(chains);
  if (typeof pads === 'string') return no('differs-by-caller', pads);
  const graph = callGraphOf(program);
  const throwing = reachesThrow(program, graph);
  const throws = throwPcsOf(program);
  const live = scratchLiveness(program);
  /** Offset of the flag (main) or of its address (others). */
  const link = program.subprograms.map((_, index) => -(SLOT * Math.ceil((stackDepth[index] ?? 0) / SLOT) + SLOT));
  const passed = program.subprograms.map(({ start }) =>
    [5, 4, 3, 2, 1].find((r) => ((live[start] ?? 0) & (1 << r)) === 0),
  );
  const linked: readonly boolean[] = throwing.map(
    (may, index) => may && (index > 0 || throwing.some((other, i) => i > 0 && other)),
  );
  for (const [index, may] of linked.entries()) {
    if (!may) continue;
    const { name } = program.subprograms[index] ?? { name: '?' };
    if (index > 0 && passed[index] === undefined) return no('no-free-argument', name);
  }
  const flags = slotFlags(
    program,
    chains,
    program.subprograms.map((_, index) => -(link[index] ?? 0)),
  );
  if (!flags.ok) return no('slot-varies', flags.detail);
  const deepest = program.subprograms.map((_, index) => (linked[index] ? SLOT : 0) + (flags.bytes[index] ?? 0));
  if (deepest.some((more, index) => more > 0 && (flags.bytes[index] ?? 0) - (link[index] ?? 0) > FRAME_BYTES)) {
    return no('stack', 'one frame');
  }
  const types = sizesThatTell(program, chains);
  const programs: Program[] = [];
  for (const sized of types) {
    const edits: Edit[] = [...flags.edits];
    for (const [subprogram, may] of linked.entries()) {
      const off = link[subprogram] ?? 0;
      if (!may) continue;
      const keep =
        subprogram === 0
          ? insn('st64', { dst: 10, off, operand: { imm: 0 } })
          : insn('stx64', { dst: 10, off, src: passed[subprogram] ?? 5 });
      edits.push({ do: 'entry', subprogram, insns: [keep] });
    }
    for (const [index, pc] of throws.entries()) {
      const subprogram = program.subprogramOf[pc] ?? 0;
      const cleanup = releases(pads.get(pc)?.get(pc) ?? [], { types: sized, flags, subprogram });
      const tell: readonly Insn[] =
        subprogram === 0
          ? []
          : [
              insn('ldx64', { dst: 1, src: 10, off: link[subprogram] ?? 0 }),
              insn('st64', { dst: 1, off: 0, operand: { imm: index + 1 } }),
            ];
      edits.push({ do: 'replace', pc, insns: [...cleanup, ...tell, ...leave(pc + 1)] });
    }
    for (const { pc, caller, callee } of graph.calls) {
      if (throwing[callee] !== true) continue;
      const register = passed[callee] ?? 5;
      const off = link[caller] ?? 0;
      const pass: readonly Insn[] =
        caller === 0
          ? [
              insn('mov64', { dst: register, operand: { reg: 10 } }),
              insn('add64', { dst: register, operand: { imm: off } }),
            ]
          : [insn('ldx64', { dst: register, src: 10, off })];
      edits.push({ do: 'before', pc, insns: pass });
      edits.push({
        do: 'after',
        pc,
        insns: padCode(pads.get(pc) ?? new Map(), throws, caller === 0, off, {
          types: sized,
          flags,
          subprogram: caller,
        }),
      });
    }
    const patched = patch({ ...program, types: sized }, edits);
    if (!patched.ok) return no('patch', patched.refusal.message);
    programs.push(patched.program);
  }
  return { ok: true, programs };
}

/** By pc of a frame, then by the pc that threw: what is released. */
type Pads = ReadonlyMap<number, ReadonlyMap<number, readonly Claim[]>>;

/** Claims by pc and by what threw; or, in words, where chains differ that a frame cannot tell apart. */
function padsOf(chains: readonly ChainClaims[]): Pads | string {
  const pads = new Map<number, Map<number, readonly Claim[]>>();
  for (const { pcs, claims } of chains) {
    const thrown = pcs.at(-1) ?? -1;
    for (const [frame, pc] of pcs.entries()) {
      const own = claims[frame] ?? [];
      const byThrow = pads.get(pc) ?? new Map<number, readonly Claim[]>();
      pads.set(pc, byThrow);
      const known = byThrow.get(thrown);
      if (known !== undefined && !same(known, own)) return `pc ${pc} below ${pcs.slice(0, frame).join(' ')}`;
      byThrow.set(thrown, own);
    }
  }
  return pads;
}

function same(a: readonly Claim[], b: readonly Claim[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Behind a call: if something threw, releases what is claimed then and returns. R1–R5 are dead, R0 is not. */
function padCode(
  byThrow: ReadonlyMap<number, readonly Claim[]>,
  throws: readonly number[],
  main: boolean,
  link: number,
  surroundings: Surroundings,
): readonly Insn[] {
  const load = main
    ? [insn('ldx64', { dst: 1, src: 10, off: link })]
    : [insn('ldx64', { dst: 1, src: 10, off: link }), insn('ldx64', { dst: 1, src: 1, off: 0 })];
  const groups: { readonly claims: readonly Claim[]; readonly numbers: number[] }[] = [];
  for (const [pc, claims] of byThrow) {
    const number = throws.indexOf(pc) + 1;
    const known = groups.find((group) => same(group.claims, claims));
    if (known === undefined) groups.push({ claims, numbers: [number] });
    else known.numbers.push(number);
  }
  const out = [insn('mov64', { dst: 0, operand: { imm: 0 } }), insn('exit')];
  const bodies = groups.map(({ claims }) => [...releases(claims, surroundings), ...out]);
  // The last group needs no test: nothing else can have thrown.
  const chosen: Insn[] = [];
  groups.forEach(({ numbers }, index) => {
    const body = bodies[index] ?? [];
    if (index === groups.length - 1) chosen.push(...body);
    else {
      numbers.forEach((number, at) => {
        chosen.push(insn('jeq64', { dst: 1, operand: { imm: number }, off: numbers.length - at }));
      });
      chosen.push(insn('ja', { off: body.length }), ...body);
    }
  });
  if (groups.length === 0) chosen.push(...out);
  return [...load, insn('jeq64', { dst: 1, operand: { imm: 0 }, off: chosen.length }), ...chosen];
}

/** Returns 0. The jump is never taken; it is there because what stands behind a throw may be reached from nowhere else. */
function leave(next: number): readonly Inserted[] {
  return [
    insn('mov64', { dst: 0, operand: { imm: 0 } }),
    { insn: insn('jne64', { dst: 0, operand: { imm: 0 } }), target: next },
    insn('exit'),
  ];
}

/** What a release has to know of the program that it is written into. */
interface Surroundings {
  readonly types: readonly StructType[];
  readonly flags: Extract<SlotFlags, { readonly ok: true }>;
  readonly subprogram: number;
}

function releases(claims: readonly Claim[], surroundings: Surroundings): readonly Insn[] {
  return claims.flatMap((claim) =>
    'entry' in claim ? releaseEntry(claim, surroundings) : releasePlace(claim, surroundings),
  );
}

function releasePlace(claim: PlaceClaim, { types, flags, subprogram }: Surroundings): readonly Insn[] {
  const { place, offset } = claim;
  const back = offset === 0 ? [] : [insn('add64', { dst: 1, operand: { imm: -offset } })];
  const rest = [...back, ...destroy(claim, types)];
  switch (place.in) {
    case 'slot': {
      const address = [
        insn('mov64', { dst: 1, operand: { reg: 10 } }),
        insn('add64', { dst: 1, operand: { imm: place.offset } }),
      ];
      const flag = flags.flagOf(subprogram, place.offset);
      if (flag === undefined) return [...address, ...rest];
      const test = insn('ldx64', { dst: 1, src: 10, off: flag });
      return [test, skipNull(address.length + rest.length), ...address, ...rest];
    }
    case 'stack':
      return [insn('ldx64', { dst: 1, src: 10, off: place.offset }), skipNull(rest.length), ...rest];
    case 'register':
      return [insn('mov64', { dst: 1, operand: { reg: place.register } }), skipNull(rest.length), ...rest];
  }
}

/** One test of the type word after the other, each with its destructor; a word that no row has is left alone. */
function releaseEntry({ entry, rows }: TableClaim, { types }: Surroundings): readonly Insn[] {
  let code: readonly Insn[] = [];
  for (const row of rows.toReversed()) {
    const address =
      row.slot === undefined
        ? [insn('ldx64', { dst: 1, src: 10, off: entry.pointer })]
        : [insn('mov64', { dst: 1, operand: { reg: 10 } }), insn('add64', { dst: 1, operand: { imm: row.slot } })];
    const body = [...address, ...destroy(row, types)];
    code = [
      insn('jne64', { dst: 2, operand: { imm: row.word }, off: body.length + 1 }),
      ...body,
      insn('ja', { off: code.length }),
      ...code,
    ];
  }
  return [insn('ldx64', { dst: 2, src: 10, off: entry.type }), ...code];
}

/** Runs a destructor on R1. */
function destroy({ destructor, type }: Destructor, types: readonly StructType[]): readonly Insn[] {
  const code: Insn[] = [];
  const size = types[type]?.size;
  // Its last byte: a smaller struct does not have it.
  if (size !== undefined) code.push(insn('ldx8', { dst: 2, src: 1, off: size - 1 }));
  CALLABLES[destructor].args.forEach((arg, index) => {
    if (index > 0 && arg.is === 'scalar') code.push(insn('mov64', { dst: index + 1, operand: { imm: 0 } }));
  });
  return [...code, call(destructor)];
}

const skipNull = (slots: number) => insn('jeq64', { dst: 1, operand: { imm: 0 }, off: slots });

/**
 * bpf_obj_drop takes objects of any struct type, so a claim of one type is checked by reading the last byte of its struct. That
 * refuses what is smaller. With a second program in which the sizes are in the opposite order nothing else is left. All sizes
 * are at least those declared: what the program itself does remains within them.
 */
function sizesThatTell(program: Program, chains: readonly ChainClaims[]): readonly (readonly StructType[])[] {
  const { types } = program;
  const isTyped = (claim: Claim) => ('rows' in claim ? claim.rows : [claim]).some(({ type }) => type >= 0);
  const drops = chains.some(({ claims }) => claims.some((own) => own.some(isTyped)));
  if (!drops || types.length < 2) return [types];
  const largest = Math.max(...types.map(({ size }) => size));
  return [
    types.map((type, index) => ({ ...type, size: largest + 8 * index })),
    types.map((type, index) => ({ ...type, size: largest + 8 * (types.length - 1 - index) })),
  ];
}
