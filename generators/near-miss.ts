/**
 * Near misses: a legal program in which exactly one rule is broken, at one place. One row per kind of break. Generators do
 * not verify, so a break may come out harmless, such as a test for NULL that was not needed; whoever compares two
 * verifiers on the result loses nothing by that.
 */
import {
  type ArgType,
  CALLABLE_NAMES,
  CALLABLES,
  type CallableName,
  type CallableRow,
  helperById,
  kfuncById,
  stackResource,
} from '../src/isa/callables.js';
import { call, type Insn, insn, type Operand } from '../src/isa/insn.js';
import type { OpName } from '../src/isa/op.js';
import { opAt, type Program, rowAt, slotAt, slotsOf, targetAt, widthAt } from '../src/isa/program.js';
import type { Choices } from './choices.js';
import { type Edit, editProgram } from './edit.js';

export interface NearMiss {
  readonly program: Program;
  readonly row: NearMissName;
  /** pc of the instruction at which the program was edited, before that. */
  readonly pc: number;
}

interface Row {
  /** Whether the rule can be broken at a pc. */
  readonly at: (site: Site) => boolean;
  /** The edit that breaks it. */
  readonly edit: (site: Site, choices: Choices) => Edit;
}

/** An instruction of a program, with what rows ask about it. */
class Site {
  readonly op: OpName | undefined;
  readonly slot: Insn;
  /** Name of the helper or kfunc called here. */
  readonly callee: CallableName | undefined;

  constructor(
    readonly program: Program,
    readonly pc: number,
    private readonly targets: ReadonlySet<number>,
  ) {
    this.op = opAt(program, pc);
    this.slot = slotAt(program, pc);
    this.callee =
      this.op === 'call_helper'
        ? helperById(this.slot.imm)
        : this.op === 'call_kfunc'
          ? kfuncById(this.slot.imm)
          : undefined;
  }

  /** Row of the callable that is called here. */
  get calls(): CallableRow | undefined {
    return this.callee === undefined ? undefined : CALLABLES[this.callee];
  }

  get shape() {
    return rowAt(this.program, this.pc)?.shape;
  }

  /** Bytes that a memory instruction accesses. */
  get size(): number {
    return (rowAt(this.program, this.pc)?.width ?? 64) / 8;
  }

  get inMain(): boolean {
    return this.program.subprogramOf[this.pc] === 0;
  }

  /** A jump leads here. */
  get isTarget(): boolean {
    return this.targets.has(this.pc);
  }

  /** The instruction before this one in the text, if it takes one slot. */
  get previous(): Site | undefined {
    const before = this.pc - 1;
    if (before < 0 || opAt(this.program, before) === undefined) return undefined;
    return new Site(this.program, before, this.targets);
  }

  /** The instruction after this one in the text. */
  get next(): Site | undefined {
    const after = this.pc + widthAt(this.program, this.pc);
    return after < this.program.length ? new Site(this.program, after, this.targets) : undefined;
  }

  /** The base register of a memory instruction. */
  get base(): number | undefined {
    switch (this.shape) {
      case 'load':
      case 'load-acquire':
        return this.slot.src;
      case 'store':
      case 'store-imm':
      case 'atomic':
      case 'fetch':
      case 'xchg':
      case 'cmpxchg':
      case 'store-release':
        return this.slot.dst;
      default:
        return undefined;
    }
  }

  /** The slots right before this call that set its arguments R1 to R5, ending where a jump arrives. */
  setup(): readonly Insn[] {
    const slots = slotsOf(this.program);
    let first = this.pc;
    while (first > 0 && !this.targets.has(first)) {
      const before = opAt(this.program, first - 1) === undefined ? first - 2 : first - 1;
      if (!SETUP.has(rowAt(this.program, before)?.shape ?? '')) break;
      const { dst } = slotAt(this.program, before);
      if (dst < 1 || dst > 5) break;
      first = before;
    }
    return slots.slice(first, this.pc);
  }
}

const SETUP: ReadonlySet<string> = new Set(['alu', 'load', 'imm64']);

const set = (dst: number, imm: number) => insn('mov64', { dst, operand: { imm } });
const move = (dst: number, reg: number) => insn('mov64', { dst, operand: { reg } });
const alu = (op: OpName, dst: number, operand: Operand) => insn(op, { dst, operand });
const NOTHING = insn('ja', { off: 0 });

const releases = ({ calls }: Site) => calls?.releases !== undefined;
const releasesPointer = (site: Site) =>
  releases(site) && site.calls !== undefined && stackResource(site.calls) === undefined;
const isCall = ({ callee, shape }: Site) => callee !== undefined || shape === 'call-local';
/** The address in R1 was set right before, as `r1 = r10; r1 += imm`. */
const ofStack = ({ callee, calls }: Site) =>
  callee !== undefined && calls !== undefined && stackResource(calls) !== undefined;
const isPointer = ({ is }: ArgType) =>
  is !== 'scalar' && is !== 'constant' && is !== 'local-type' && is !== 'ignored' && is !== 'null';
const mayReturnNull = ({ returns }: CallableRow) =>
  returns.is === 'object' ? returns.mayBeNull : returns.is !== 'void' && returns.is !== 'scalar';
const RELEASERS = CALLABLE_NAMES.filter((name) => CALLABLES[name].releases !== undefined);
const DIVISIONS: readonly OpName[] = ['div64', 'mod64', 'div32', 'mod32', 'sdiv64', 'smod32'];
const SHIFTS: readonly OpName[] = ['lsh64', 'rsh64', 'arsh64'];

/** Offset of the resource whose address the arguments of a call give: that of `rN = r10; rN += imm`. */
function stackOffset(site: Site): number | undefined {
  const resource = site.calls === undefined ? undefined : stackResource(site.calls);
  if (resource === undefined) return undefined;
  const add = site.setup().findLast(({ code, dst }) => code === ADD && dst === resource.arg + 1);
  return add?.imm;
}

const ADD = insn('add64', { operand: { imm: 0 } }).code;

const rows = {
  /** A reference is never given back: what releases it does nothing. */
  'no-release': { at: releases, edit: () => ({ instead: [set(0, 0)] }) },
  /** The same pointer, or the same slots, are released again. */
  'release-twice': {
    at: (site) => releases(site) && site.setup().length > 0,
    edit: (site) => ({ after: [...site.setup(), site.slot] }),
  },
  /** Memory is read through a pointer that was released. */
  'use-after-release': {
    at: (site) => releasesPointer(site) && site.setup().some(({ dst }) => dst === 1),
    edit: (site, choices) => ({
      after: [
        ...site.setup(),
        choices.chance(50) ? insn('ldx64', { dst: 2, src: 1 }) : insn('stx64', { dst: 1, src: 1 }),
      ],
    }),
  },
  /** An iterator goes on after it was destroyed. */
  'next-after-destroy': {
    at: ({ callee }) => callee === 'bpf_iter_num_destroy' || callee === 'bpf_iter_task_destroy',
    edit: (site) => ({
      after: [
        ...site.setup(),
        call(site.callee === 'bpf_iter_num_destroy' ? 'bpf_iter_num_next' : 'bpf_iter_task_next'),
      ],
    }),
  },
  /** Another kind's function releases it. */
  'wrong-kind': {
    at: releases,
    edit: ({ callee }, choices) => ({
      instead: [set(2, 0), call(choices.pick(RELEASERS.filter((name) => name !== callee)))],
    }),
  },
  /** Something that is only borrowed is released. */
  'borrowed-release': {
    at: releases,
    edit: (_site, choices) => ({
      before: [call('bpf_get_current_task_btf'), move(1, 0), set(2, 0)],
      instead: [call(choices.chance(70) ? 'bpf_task_release' : choices.pick(RELEASERS))],
    }),
  },
  /** A release is given a pointer into the middle. */
  'moved-pointer': {
    at: (site) => (site.calls?.args[0] === undefined ? false : isPointer(site.calls.args[0])),
    edit: (_site, choices) => ({ before: [alu('add64', 1, { imm: choices.pick([8, 4, 1, -8]) })] }),
  },
  /** A test for NULL is dropped: the side that is not NULL goes on whatever the value. */
  'no-null-check': {
    at: ({ op, slot, previous }) =>
      (op === 'jeq64' || op === 'jne64') &&
      slot.imm === 0 &&
      (slot.code & 0x08) === 0 &&
      ((previous?.calls !== undefined && mayReturnNull(previous.calls)) ||
        (previous?.op === 'ldx64' && previous.slot.dst === slot.dst && previous.slot.src === 10) ||
        (previous?.op === 'mov64' && previous.slot.src === 0 && previous.slot.dst === slot.dst)),
    edit: ({ op, slot }) => ({ instead: [op === 'jeq64' ? NOTHING : { ...slot, dst: 10 }] }),
  },
  /** A pointer is used before the test for NULL. */
  'use-before-check': {
    at: ({ calls }) => calls !== undefined && mayReturnNull(calls),
    edit: (_site, choices) => ({
      after: [
        choices.pick([
          insn('ldx64', { dst: 1, src: 0 }),
          insn('ldx8', { dst: 1, src: 0, off: 1 }),
          insn('st64', { dst: 0, operand: { imm: 1 } }),
          alu('add64', 0, { imm: 8 }),
        ]),
      ],
    }),
  },
  /** A register is read that nothing was written to. */
  'uninitialised-read': {
    at: (site) => isCall(site) || (site.pc === 0 && site.inMain),
    edit: ({ pc }, choices) => {
      const read = choices.pick([
        move(1, 3 + choices.int(3)),
        alu('add64', 2 + choices.int(4), { imm: 1 }),
        insn('stx64', { dst: 10, src: 2 + choices.int(4), off: -8 }),
        insn('jeq64', { dst: 2 + choices.int(4), operand: { imm: 0 }, off: 0 }),
        insn('ldx32', { dst: 2, src: 2 + choices.int(4) }),
      ]);
      return pc === 0 ? { before: [read] } : { after: [read] };
    },
  },
  /** One of the instructions that set the arguments of a call is dropped. */
  'unset-argument': {
    at: ({ slot, next, shape }) => shape === 'alu' && slot.dst >= 1 && slot.dst <= 5 && leadsToCall(next),
    edit: () => ({ instead: [NOTHING] }),
  },
  /** A scalar where a pointer is wanted, or a pointer where a scalar is. */
  'wrong-argument': {
    at: ({ calls }) => calls?.args.some(({ is }) => is !== 'ignored') === true,
    edit: ({ calls }, choices) => {
      const args = (calls?.args ?? []).flatMap((type, index) => (type.is === 'ignored' ? [] : [{ type, index }]));
      const { type, index } = choices.pick(args);
      return {
        before: [isPointer(type) && choices.chance(60) ? set(index + 1, 7 * choices.int(2)) : move(index + 1, 10)],
      };
    },
  },
  /** An access below or above the frame. */
  'stack-beyond': {
    at: ({ base }) => base === 10,
    edit: ({ slot, size }, choices) => ({
      instead: [{ ...slot, off: choices.pick([0, 8, -512 - size, 1 - size, -520]) }],
    }),
  },
  'stack-misaligned': {
    at: ({ base, size }) => base === 10 && size > 1,
    edit: ({ slot, size }) => ({ instead: [{ ...slot, off: slot.off + size / 2 }] }),
  },
  /** A pointer is stored, or read back, in part. */
  'narrow-spill': {
    at: ({ op, base }) => base === 10 && (op === 'stx64' || op === 'ldx64'),
    edit: ({ slot, op }, choices) => {
      const width = choices.pick([8, 16, 32] as const);
      const narrow = insn(op === 'stx64' ? `stx${width}` : `ldx${width}`, slot);
      return { instead: [{ ...slot, code: narrow.code }] };
    },
  },
  /** Slots of a dynptr or an iterator are written or read like any others. */
  'into-resident': {
    at: (site) => ofStack(site) && !releases(site) && stackOffset(site) !== undefined,
    edit: (site, choices) => {
      const off = stackOffset(site) ?? -8;
      const size = choices.pick([8, 32, 64] as const);
      return {
        after: [
          choices.chance(50)
            ? insn(`st${size}`, { dst: 10, off, operand: { imm: choices.int(2) } })
            : insn(`ldx${size}`, { dst: 1, src: 10, off }),
        ],
      };
    },
  },
  /** Arithmetic that pointers do not have. */
  'pointer-arithmetic': {
    at: isCall,
    edit: (_site, choices) => ({
      after: [
        move(3, 10),
        choices.pick([
          alu('mul64', 3, { imm: 2 }),
          alu('and64', 3, { imm: -8 }),
          alu('lsh64', 3, { imm: 3 }),
          alu('add32', 3, { imm: 8 }),
          alu('sub64', 3, { imm: 8 }),
          alu('add64', 3, { reg: 10 }),
          alu('add64', 3, { imm: 1 << 29 }),
          alu('sdiv64', 3, { imm: 2 }),
          alu('arsh64', 3, { imm: 2 }),
          alu('xor64', 3, { reg: 10 }),
        ]),
      ],
    }),
  },
  /** Division by the constant 0, a shift by as many bits as there are. */
  'bad-immediate': {
    at: ({ shape, slot }) => shape === 'alu' && slot.dst !== 10,
    edit: ({ slot }, choices) => ({
      before: [
        choices.chance(50)
          ? alu(choices.pick(DIVISIONS), slot.dst, { imm: 0 })
          : alu(choices.pick(SHIFTS), slot.dst, { imm: choices.pick([64, -1, 200]) }),
      ],
    }),
  },
  'frame-pointer-write': {
    at: () => true,
    edit: (_site, choices) => ({
      before: [
        choices.pick([
          set(10, 0),
          alu('add64', 10, { imm: 8 }),
          move(10, 10),
          insn('ldx64', { dst: 10, src: 10, off: -8 }),
        ]),
      ],
    }),
  },
  /** An access beyond the ends of the object, the record, the context. */
  'beyond-object': {
    at: ({ base }) => base !== undefined && base !== 10,
    edit: ({ slot }, choices) => ({ instead: [{ ...slot, off: choices.pick([4096, -8, 24, 16, 72, 20]) }] }),
  },
  /** A write to what may only be read. */
  'read-only': {
    at: isCall,
    edit: (_site, choices) => ({
      after: [call('bpf_get_current_task_btf'), insn('st64', { dst: 0, off: 8 * choices.int(4), operand: { imm: 1 } })],
    }),
  },
  /** A reference is acquired right before a return. */
  'leak-at-exit': {
    at: ({ op, slot, next }) => op === 'mov64' && slot.dst === 0 && slot.src === 0 && next?.op === 'exit',
    edit: (_site, choices) => ({
      before: choices.pick([
        [set(1, 1), call('bpf_task_from_pid')],
        [set(1, 1), call('bpf_cgroup_from_id')],
        [move(1, 10), alu('add64', 1, { imm: -8 }), set(2, 0), set(3, 1), call('bpf_iter_num_new')],
      ]),
    }),
  },
  /** The only copy of a pointer is not made. */
  'lost-pointer': {
    at: ({ shape, slot, previous, isTarget }) =>
      (shape === 'store' || shape === 'alu') && slot.src === 0 && !isTarget && previous?.calls?.acquires === true,
    edit: ({ shape, slot }) => ({
      instead: [
        shape === 'store' ? insn('st64', { dst: slot.dst, off: slot.off, operand: { imm: 0 } }) : set(slot.dst, 0),
      ],
    }),
  },
  /** R0 is not set before a return. */
  'no-result': {
    at: ({ shape, slot, next }) => shape === 'alu' && slot.dst === 0 && next?.op === 'exit',
    edit: () => ({ instead: [NOTHING] }),
  },
  /** A subprogram returns the address of its own stack. */
  'stack-returned': {
    at: ({ op, isTarget }) => op === 'exit' && !isTarget,
    edit: () => ({ before: [move(0, 10)] }),
  },
  /** A jump back that is always taken. */
  'endless-loop': {
    at: ({ shape }) => shape !== 'imm64',
    edit: () => ({ before: [insn('jne64', { dst: 10, operand: { imm: 0 }, off: -1 })] }),
  },
  /** An atomic instruction on the context. */
  'atomic-context': {
    at: ({ pc, inMain }) => pc === 0 && inMain,
    edit: (_site, choices) => ({
      before: [set(0, 1), insn('atomic_add64', { dst: 1, src: 0, off: choices.pick([48, 56, 50]) })],
    }),
  },
} as const satisfies Record<string, Row>;

/** Whether arguments are still being set and a call follows. */
function leadsToCall(site: Site | undefined): boolean {
  for (let at = site; at !== undefined; at = at.next) {
    if (at.callee !== undefined) return true;
    if (!SETUP.has(at.shape ?? '') || at.slot.dst < 1 || at.slot.dst > 5) return false;
  }
  return false;
}

export type NearMissName = keyof typeof rows;
const NEAR_MISSES: Readonly<Record<NearMissName, Row>> = rows;
export const NEAR_MISS_NAMES: readonly NearMissName[] = Object.keys(rows) as NearMissName[];

/** Breaks a rule that the choices pick, at a place that they pick; `undefined` where that row does not apply. */
export function nearMiss(program: Program, choices: Choices): NearMiss | undefined {
  return breakRule(program, choices.pick(NEAR_MISS_NAMES), choices);
}

/** Breaks one rule at a place that the choices pick; `undefined` where there is none, or nothing of valid form comes out. */
export function breakRule(program: Program, row: NearMissName, choices: Choices): NearMiss | undefined {
  const targets = jumpTargets(program);
  const { at, edit } = NEAR_MISSES[row];
  const sites: Site[] = [];
  for (let pc = 0; pc < program.length; pc += widthAt(program, pc)) {
    const site = new Site(program, pc, targets);
    if (at(site)) sites.push(site);
  }
  if (sites.length === 0) return undefined;
  const site = choices.pick(sites);
  const edited = editProgram(program, new Map([[site.pc, edit(site, choices)]]));
  return edited === undefined ? undefined : { program: edited, row, pc: site.pc };
}

function jumpTargets(program: Program): ReadonlySet<number> {
  const found = new Set<number>();
  for (let pc = 0; pc < program.length; pc++) {
    const target = rowAt(program, pc)?.shape === 'call-local' ? undefined : targetAt(program, pc);
    if (target !== undefined) found.add(target);
  }
  return found;
}
