/**
 * What the kernel declares about each callable, asked of the running one by tiny programs: one that is legal, and for each
 * property of the row one that breaks it. A row of `src/isa/callables.ts` is confirmed if the kernel accepts the first and
 * refuses the others at the call in question.
 */
import { parseProgram } from '../../src/asm/parse.js';
import type { KernelLoader, RunningKernel } from '../../src/bridge/kernel/load.js';
import {
  type ArgType,
  CALLABLE_NAMES,
  CALLABLES,
  type CallableName,
  type CallableRow,
} from '../../src/isa/callables.js';
import type { Kind } from '../../src/isa/kinds.js';
import { type Program, rowAt } from '../../src/isa/program.js';

/** One property of a row, as a program that shows it. */
export interface Probe {
  /** `may be called`, `R1 must be owned task`, `result may be NULL`, `acquires`, `releases`. */
  readonly property: string;
  /** Where the kernel has to refuse the program: at the call itself, or behind it; `undefined`: it has to accept it. */
  readonly refusedAt: 'call' | 'behind' | undefined;
  /** What it then has to say. */
  readonly saying?: RegExp;
  readonly text: string;
}

export interface Confirmation {
  readonly callable: CallableName;
  readonly property: string;
  readonly result: 'confirmed' | 'differs' | 'not-confirmable';
  /** The kernel's words where it differs, or why it cannot be asked. */
  readonly detail: string;
}

const DECLARED = {
  types: [{ name: 'node', size: 16 }],
  maps: [{ name: 'events', type: 'ringbuf', size: 4096 }],
} as const;

/** Asks the kernel about every row. */
export function confirmCallables(loader: KernelLoader): readonly Confirmation[] {
  return CALLABLE_NAMES.flatMap((callable) =>
    probesOf(callable).map((probe): Confirmation => {
      const { property, text } = probe;
      const program = programOf(callable, text);
      const translated = loader.translate(program);
      if (!translated.ok) return { callable, property, result: 'not-confirmable', detail: translated.detail };
      const answer = loader.load(translated.image, true);
      if (answer.verdict === 'no-verdict') {
        return { callable, property, result: 'not-confirmable', detail: answer.errno };
      }
      const problem = problemOf(answer.verdict === 'accepted' ? undefined : answer.log, program, callable, probe);
      return { callable, property, result: problem === undefined ? 'confirmed' : 'differs', detail: problem ?? '' };
    }),
  );
}

/** What is not as the probe wants it; `log` is that of a refusal. */
function problemOf(
  log: string | undefined,
  program: Program,
  callable: CallableName,
  { refusedAt, saying }: Probe,
): string | undefined {
  if (log === undefined) return refusedAt === undefined ? undefined : 'it is accepted';
  const words = lastWords(log);
  if (refusedAt === undefined) return words;
  const refused = Number([...log.matchAll(/^(\d+): \(/gm)].at(-1)?.[1] ?? -1);
  const call = callsOf(program, callable)[0] ?? -1;
  const there = refusedAt === 'call' ? refused === call : refused > call;
  if (!there) return `refused at ${refused}, the call is at ${call}: ${words}`;
  return saying === undefined || saying.test(log) ? undefined : words;
}

/** pcs at which a callable is called, ascending. */
function callsOf(program: Program, callable: CallableName): readonly number[] {
  const { as, id } = CALLABLES[callable].call;
  const pcs: number[] = [];
  for (let pc = 0; pc < program.length; pc++) {
    if (rowAt(program, pc)?.shape === `call-${as}` && program.imm[pc] === id) pcs.push(pc);
  }
  return pcs;
}

function programOf(callable: CallableName, text: string): Program {
  const parsed = parseProgram(text, DECLARED);
  if (parsed.ok) return parsed.program;
  throw new Error(
    `${callable}: ${parsed.errors.map(({ line, message }) => `${line}: ${message}`).join('; ')}\n${text}`,
  );
}

/** What acquiring comes to in a test run of the running kernel. */
export interface Acquisition {
  readonly callable: CallableName;
  readonly kind: Kind;
  /** `refused`: the program does not load; `not made`: what the call needs first is not there. */
  readonly result: 'succeeds' | 'fails' | 'not made' | 'refused';
  readonly detail: string;
}

/** Runs every acquiring callable once. */
export function tryAcquisitions(kernel: RunningKernel): readonly Acquisition[] {
  return CALLABLE_NAMES.flatMap((callable): Acquisition[] => {
    const kind = acquiredKind(CALLABLES[callable]);
    if (kind === undefined) return [];
    const program = programOf(callable, callText(callable, { tells: true }));
    const translated = kernel.translate(program);
    if (!translated.ok) return [{ callable, kind, result: 'refused', detail: translated.detail }];
    const answer = kernel.run(program, [[]])?.[0];
    if (answer === undefined) {
      const loaded = kernel.load(translated.image, true);
      return [
        { callable, kind, result: 'refused', detail: loaded.verdict === 'accepted' ? '' : lastWords(loaded.log) },
      ];
    }
    if (!answer.ok) return [{ callable, kind, result: 'refused', detail: `test run: ${answer.errno}` }];
    return [{ callable, kind, result: RESULTS[answer.retval] ?? 'not made', detail: '' }];
  });
}

const RESULTS = ['fails', 'succeeds', 'not made'] as const;

/** What a callable acquires; `undefined`: nothing. */
function acquiredKind(row: CallableRow): Kind | undefined {
  if (!row.acquires) return undefined;
  if (row.returns.is === 'object') return row.returns.kind;
  if (row.returns.is === 'socket') return 'socket';
  const made = row.args.find((arg) => (arg.is === 'dynptr' || arg.is === 'iterator') && arg.state === 'uninit');
  return made?.is === 'iterator' ? made.kind : 'dynptr';
}

/** The last line before the statistics. */
function lastWords(log: string): string {
  const lines = log
    .split('\n')
    .filter((line) => line !== '' && !/^(processed|max_states|verification time) /.test(line));
  return lines.at(-1) ?? '';
}

const LEAK = /Unreleased reference/;

/** All probes of a callable. */
export function probesOf(callable: CallableName): readonly Probe[] {
  const row: CallableRow = CALLABLES[callable];
  const probes: Probe[] = [{ property: 'may be called', refusedAt: undefined, text: legalCall(callable) }];
  row.args.forEach((arg, index) => {
    const wrong = wrongArgument(arg, index + 1);
    if (wrong === undefined) return;
    const text = callText(callable, { replaced: { index, lines: wrong } });
    probes.push({ property: `R${index + 1} must be ${argumentInWords(arg)}`, refusedAt: 'call', text });
  });
  if (row.throws === true) {
    // What follows is never reached: it may be wrong.
    const text = `main:\n    r1 = 7\n    call ${callable}\n    r0 = r9\n    exit\n`;
    return [...probes, { property: 'does not return', refusedAt: undefined, text }];
  }
  if (mayBeNull(row)) {
    probes.push({ property: 'result may be NULL', refusedAt: 'behind', text: callText(callable, { unchecked: true }) });
  }
  if (row.acquires)
    probes.push({ property: 'acquires', refusedAt: 'behind', saying: LEAK, text: callText(callable, { kept: true }) });
  if (row.releases !== undefined) {
    probes.push({ property: 'releases', refusedAt: 'behind', text: callText(callable, { twice: true }) });
  }
  if (row.clones === true) {
    // One release is enough for both places: the other is gone.
    probes.push({ property: 'clones', refusedAt: 'behind', text: callText(callable, { twice: true }) });
  }
  return probes;
}

function legalCall(callable: CallableName): string {
  return callText(callable, {});
}

function mayBeNull({ returns }: CallableRow): boolean {
  switch (returns.is) {
    case 'object':
      return returns.mayBeNull;
    case 'socket':
    case 'data':
    case 'element':
      return true;
    default:
      return false;
  }
}

function argumentInWords(arg: ArgType): string {
  switch (arg.is) {
    case 'object':
      return `${arg.owned ? 'an owned' : 'a'} ${arg.kind}`;
    case 'socket':
      return arg.owned ? 'an owned socket' : 'a socket';
    case 'dynptr':
      return arg.state === 'init' ? 'a dynptr' : '16 bytes without one';
    case 'iterator':
      return arg.state === 'init' ? `an ${arg.kind}` : `slots without an ${arg.kind}`;
    case 'map':
      return `a ${arg.map}`;
    case 'null':
      return 'NULL';
    case 'ctx':
      return 'the context';
    case 'local-type':
      return 'the id of a struct type';
    case 'memory':
      return 'a pointer to memory';
    case 'constant':
      return 'a constant';
    case 'scalar':
      return 'initialised';
    case 'ignored':
      return 'anything';
  }
}

/** Lines that put into a register what the argument must not be; `undefined` if there is nothing wrong for it. */
function wrongArgument(arg: ArgType, register: number): readonly string[] | undefined {
  const to = `r${register}`;
  switch (arg.is) {
    case 'scalar':
      // Not initialised: a call before has clobbered it.
      return ['call bpf_ktime_get_ns'];
    case 'ignored':
    case 'null':
      return undefined;
    case 'constant':
      return [`${to} = r8`];
    case 'local-type':
      return [`${to} = 4095`];
    case 'dynptr':
      return arg.state === 'init' ? [`${to} = r10`, `${to} += -256`] : [`${to} = 0`];
    case 'iterator':
      return arg.state === 'init' ? [`${to} = r10`, `${to} += -256`] : [`${to} = 0`];
    case 'ctx':
      return [`${to} = 0`];
    default:
      return [`${to} = r8`];
  }
}

interface Variant {
  /** This argument is something else. */
  readonly replaced?: { readonly index: number; readonly lines: readonly string[] };
  /** The result is used as if it were never NULL. */
  readonly unchecked?: true;
  /** What the call acquires is not released. */
  readonly kept?: true;
  /** What is released is released once more. */
  readonly twice?: true;
  /** R0 at the end: 1 if the call has acquired something, 0 if not, 2 if it came to no call. */
  readonly tells?: true;
}

/** How a resource that an argument needs is made and given up; it is in r7, or at its place on the stack. */
interface Supply {
  readonly make: readonly string[];
  readonly give: readonly string[];
}

const checked = (register: string): readonly string[] => ['if r0 == 0 goto out', `${register} = r0`];
const DROP: Readonly<Record<Kind, (register: string) => readonly string[]>> = {
  ring: (register) => [`r1 = ${register}`, 'r2 = 0', 'call bpf_ringbuf_discard'],
  task: (register) => [`r1 = ${register}`, 'call bpf_task_release'],
  cgroup: (register) => [`r1 = ${register}`, 'call bpf_cgroup_release'],
  object: (register) => [`r1 = ${register}`, 'call bpf_obj_drop_impl'],
  socket: (register) => [`r1 = ${register}`, 'call bpf_sk_release'],
  dynptr: () => ['r1 = r10', 'r1 += -16', 'r2 = 0', 'call bpf_ringbuf_discard_dynptr'],
  iter_num: () => ['r1 = r10', 'r1 += -48', 'call bpf_iter_num_destroy'],
  iter_task: () => ['r1 = r10', 'r1 += -48', 'call bpf_iter_task_destroy'],
};
const LOOKED_UP = [
  '*(u64 *)(r10 - 64) = 0',
  '*(u32 *)(r10 - 68) = 0',
  'r1 = r6',
  'r2 = r10',
  'r2 += -68',
  'r3 = 12',
  'r4 = -1',
  'r5 = 0',
];
const MAKE: Readonly<Record<Kind, readonly string[]>> = {
  ring: ['r1 = map[events] ll', 'r2 = 8', 'r3 = 0', 'call bpf_ringbuf_reserve', ...checked('r7')],
  task: ['r1 = 1', 'call bpf_task_from_pid', ...checked('r7')],
  cgroup: ['r1 = 1', 'call bpf_cgroup_from_id', ...checked('r7')],
  object: ['r1 = type[node] ll', 'call bpf_obj_new_impl', ...checked('r7')],
  socket: [...LOOKED_UP, 'call bpf_sk_lookup_tcp', ...checked('r7')],
  dynptr: ['r1 = map[events] ll', 'r2 = 8', 'r3 = 0', 'r4 = r10', 'r4 += -16', 'call bpf_ringbuf_reserve_dynptr'],
  iter_num: ['r1 = r10', 'r1 += -48', 'r2 = 0', 'r3 = 4', 'call bpf_iter_num_new'],
  iter_task: ['r1 = r10', 'r1 += -48', 'r2 = 0', 'r3 = 0', 'call bpf_iter_task_new'],
};

/** What has to be there before the call, by its arguments. */
function supplyOf(row: CallableRow): Supply {
  for (const arg of row.args) {
    if (arg.is === 'object' || arg.is === 'socket') {
      const kind: Kind = arg.is === 'object' ? arg.kind : 'socket';
      return { make: MAKE[kind], give: DROP[kind]('r7') };
    }
    if (arg.is === 'dynptr' && arg.state === 'init') return { make: MAKE.dynptr, give: DROP.dynptr('') };
    if (arg.is === 'iterator' && arg.state === 'init') return { make: MAKE[arg.kind], give: DROP[arg.kind]('') };
  }
  return { make: [], give: [] };
}

/** Lines that put a right argument into its register. */
function rightArgument(arg: ArgType, register: number): readonly string[] {
  const to = `r${register}`;
  switch (arg.is) {
    case 'scalar':
      return [`${to} = 0`];
    case 'constant':
      return [`${to} = 8`];
    case 'local-type':
      return [`${to} = type[node] ll`];
    case 'ignored':
      return [];
    case 'map':
      return [`${to} = map[events] ll`];
    case 'ctx':
      return [`${to} = r6`];
    case 'memory':
      return ['*(u64 *)(r10 - 64) = 0', '*(u64 *)(r10 - 72) = 0', `${to} = r10`, `${to} += -72`];
    case 'null':
      return [`${to} = 0`];
    case 'object':
    case 'socket':
      return [`${to} = r7`];
    case 'dynptr':
      // A clone goes beside the original.
      return [`${to} = r10`, `${to} += ${arg.state === 'init' || register !== 2 ? -16 : -32}`];
    case 'iterator':
      return [`${to} = r10`, `${to} += -48`];
  }
}

function callText(callable: CallableName, variant: Variant): string {
  const row: CallableRow = CALLABLES[callable];
  const supply = supplyOf(row);
  const lines = ['r6 = r1', 'call bpf_ktime_get_ns', variant.tells === true ? 'r8 = 2' : 'r8 = r0', ...supply.make];
  // The wrong one last: it may need a call.
  const order = row.args.map((_, index) => index);
  for (const index of order) {
    const arg = row.args[index];
    if (arg !== undefined && variant.replaced?.index !== index) lines.push(...rightArgument(arg, index + 1));
  }
  lines.push(...(variant.replaced?.lines ?? []), `call ${callable}`);
  if (row.throws === true) return textOf(lines);
  if (variant.tells === true) lines.push('r8 = 0');
  lines.push(...afterCall(row, variant));
  if (row.releases === undefined) lines.push(...supply.give);
  else if (variant.twice === true) lines.push(...supply.give);
  if (row.clones === true && variant.twice === true) lines.push(...supply.give);
  return textOf(lines, variant.tells === true ? 'r8' : '0');
}

/** What becomes of the result, and of what the call has made. */
function afterCall(row: CallableRow, { unchecked, kept, tells }: Variant): readonly string[] {
  const { returns } = row;
  const made = row.args.find((arg) => (arg.is === 'dynptr' || arg.is === 'iterator') && arg.state === 'uninit');
  if (made !== undefined && row.acquires) {
    if (kept === true) return [];
    const told = tells === true ? ['if r0 != 0 goto failed', 'r8 = 1', 'failed:'] : [];
    return [...told, ...(made.is === 'iterator' ? DROP[made.kind]('') : DROP.dynptr(''))];
  }
  const kind: Kind | undefined =
    returns.is === 'object' ? returns.kind : returns.is === 'socket' ? 'socket' : undefined;
  if (!row.acquires) return unchecked === true ? useOf(returns) : [];
  if (kind === undefined) return [];
  const drop = kept === true ? [] : DROP[kind]('r9');
  return unchecked === true
    ? ['r9 = r0', ...drop]
    : ['if r0 == 0 goto over', 'r9 = r0', ...drop, ...(tells === true ? ['r8 = 1'] : []), 'over:', 'r1 = 0'];
}

/** A use of the result that needs it not to be NULL. */
function useOf(returns: CallableRow['returns']): readonly string[] {
  switch (returns.is) {
    case 'socket':
      return ['r1 = r0', 'r1 = *(u32 *)(r1 + 0)'];
    case 'data':
      return ['r1 = *(u8 *)(r0 + 0)'];
    case 'element':
      return ['r1 = *(u32 *)(r0 + 0)'];
    default:
      return [];
  }
}

function textOf(lines: readonly string[], result = '0'): string {
  const body = lines.map((line) => (line.endsWith(':') ? line : `    ${line}`)).join('\n');
  return `main:\n${body}\nout:\n    r0 = ${result}\n    exit\n`;
}
