/** Our programs as the running kernel takes them, and what it says: accepted or refused by its own verifier. */
import { CALLABLE_NAMES, CALLABLES, type CallableName, type CallableRow, kfuncById } from '../../isa/callables.js';
import { encodeProgram } from '../../isa/encode.js';
import { opAt, type Program, widthAt } from '../../isa/program.js';
import { type Bpf, type BpfAnswer, type Loaded, openBpf, type ProgramImage, type RunAnswer } from './bpf.js';
import { kernelFunctions, type ProgramBtf, programBtf } from './btf.js';
import type { Available } from './unavailable.js';

/** Why a program cannot be put to this kernel: that says nothing about the program. */
export type NotLoadableReason =
  /** It calls a kfunc that this kernel does not have. */
  | 'unknown-kfunc'
  /** It has a subprogram that is verified on its own, for which BTF would have to declare arguments. */
  | 'global-subprogram'
  /** The kernel does not make its map or its types. */
  | 'declarations'
  /** Larger than what is given to bpf(2) at once. */
  | 'too-large';

export type Translated =
  | { readonly ok: true; readonly image: ProgramImage }
  | { readonly ok: false; readonly reason: NotLoadableReason; readonly detail: string };

/** `no-verdict`: the kernel failed for a reason of its own, a bug in its verifier or a lack of memory. */
export type KernelVerdict =
  | { readonly verdict: 'accepted' }
  | { readonly verdict: 'refused'; readonly errno: string; readonly log: string }
  | { readonly verdict: 'no-verdict'; readonly errno: string; readonly log: string };

export interface KernelLoader {
  /** The slots with the ids of this kernel in them. Makes the maps and types they need, which stay until `close`. */
  translate(program: Program): Translated;
  /** Loads a program and lets it go at once. With `log` a refusal carries the verifier's words; slow. */
  load(image: ProgramImage, log?: boolean): KernelVerdict;
  close(): void;
}

/** A loader of the kernel that runs here, which can also run what it has loaded. */
export interface RunningKernel extends KernelLoader {
  /**
   * Loads a program, runs it once for each context (five words) and lets it go. Its ring buffers are made for each run: what
   * another has left in one could fill it. `undefined`: it cannot be translated or is not accepted.
   */
  run(program: Program, contexts: readonly (readonly number[])[]): readonly RunAnswer[] | undefined;
  /** What the kernel has loaded, of all processes. */
  count(): Loaded;
}

const SLOT_BYTES = 8;
const IMM_AT = 4;
const REGISTERS_AT = 1;
/** Slots of one load at most; the memory that bpf.ts gives to the kernel holds more. */
const LONGEST = 1 << 15;
/** Subprograms of a program at most (BPF_MAX_SUBPROGS). */
const MOST = 256;
/** Errors that are not a judgement of the program. EFAULT is how the verifier reports a bug of its own. */
const NO_VERDICT: ReadonlySet<string> = new Set(['EFAULT', 'ENOMEM', 'EAGAIN', 'EINTR', 'EMFILE', 'ENFILE', 'ENOSPC']);

/** A loader for the running kernel, or why there is none. */
export async function openLoader(): Promise<Available<RunningKernel>> {
  const bpf = await openBpf();
  if (!bpf.ok) return bpf;
  const functions = kernelFunctions(KFUNC_NAMES.keys());
  if (functions.ok) return { ok: true, value: loaderOf(bpf.value, functions.value) };
  bpf.value.dispose();
  return functions;
}

/** Every name under which a kernel may have one of our kfuncs. */
const KFUNC_NAMES: ReadonlyMap<string, CallableName> = new Map(
  CALLABLE_NAMES.flatMap((name) => {
    const { call, aliases = [] }: CallableRow = CALLABLES[name];
    return call.as === 'kfunc' ? [name, ...aliases].map((known): [string, CallableName] => [known, name]) : [];
  }),
);

/** A loader by a bpf(2) and the BTF ids of the kernel's functions. */
export function loaderOf(bpf: Bpf, functions: ReadonlyMap<string, number>): RunningKernel {
  const rings = new Map<number, BpfAnswer>();
  const types = new Map<string, BpfAnswer & { readonly btf: ProgramBtf }>();
  const kfuncs = new Map<CallableName, number>();
  for (const [known, name] of KFUNC_NAMES) {
    const id = functions.get(known);
    if (id !== undefined && !kfuncs.has(name)) kfuncs.set(name, id);
  }
  const ringOf = (bytes: number): BpfAnswer => remembered(rings, bytes, () => bpf.createRing(bytes));
  const typesOf = (program: Program) =>
    remembered(types, JSON.stringify(program.types), () => {
      const btf = programBtf(program.types);
      return { ...bpf.loadBtf(btf.bytes), btf };
    });
  const translate = (program: Program, ringFor: (bytes: number) => BpfAnswer): Translated => {
    const cannot = (reason: NotLoadableReason, detail: string): Translated => ({ ok: false, reason, detail });
    const slots = encodeProgram(program);
    const view = new DataView(slots.buffer);
    if (program.length > LONGEST) return cannot('too-large', `${program.length} slots`);
    if (program.subprograms.length > MOST) return cannot('too-large', `${program.subprograms.length} subprograms`);
    const global = program.subprograms.find((each) => each.global);
    if (global !== undefined) return cannot('global-subprogram', global.name);
    let needsTypes = false;
    for (let pc = 0; pc < program.length; pc += widthAt(program, pc)) {
      const imm = program.imm[pc] ?? 0;
      const set = (value: number) => view.setInt32(pc * SLOT_BYTES + IMM_AT, value, true);
      switch (opAt(program, pc)) {
        case 'call_kfunc': {
          const name = kfuncById(imm);
          const id = name === undefined ? undefined : kfuncs.get(name);
          if (id === undefined) return cannot('unknown-kfunc', name ?? `kfunc#${imm}`);
          if (name === 'bpf_obj_new_impl') needsTypes = true;
          set(id);
          break;
        }
        case 'imm64_map': {
          const ring = ringFor(program.maps[imm]?.size ?? 0);
          if (!ring.ok) return cannot('declarations', `${program.maps[imm]?.name ?? 'a map'}: ${ring.errno}`);
          set(ring.fd);
          break;
        }
        case 'imm64_type':
          // A plain constant for the kernel: the id of the type in the program's own BTF.
          view.setUint8(pc * SLOT_BYTES + REGISTERS_AT, program.dst[pc] ?? 0);
          break;
      }
    }
    if (!needsTypes) return { ok: true, image: { slots } };
    const made = typesOf(program);
    if (!made.ok) return cannot('declarations', `types: ${made.errno}`);
    const functions = program.subprograms.map(({ start }, index) => ({
      slot: start,
      type: index === 0 ? made.btf.mainFunction : made.btf.staticFunction,
    }));
    return { ok: true, image: { slots, btf: { fd: made.fd, functions } } };
  };
  /** `fd` of a program with ring buffers of its own; `own`: all that is to be closed afterwards. */
  const loadToRun = (program: Program) => {
    const made = new Map<number, BpfAnswer>();
    const translated = translate(program, (bytes) => remembered(made, bytes, () => bpf.createRing(bytes)));
    const loaded = translated.ok ? bpf.loadProgram(translated.image) : undefined;
    const fd = loaded?.ok === true ? loaded.fd : undefined;
    const own = [...made.values()].flatMap((ring) => (ring.ok ? [ring.fd] : []));
    return { fd, rings: own.length, own: fd === undefined ? own : [...own, fd] };
  };
  return {
    translate: (program) => translate(program, ringOf),
    run(program, contexts) {
      const answers: RunAnswer[] = [];
      while (answers.length < contexts.length) {
        const { own, fd, rings } = loadToRun(program);
        try {
          if (fd === undefined) return undefined;
          const now = contexts.slice(answers.length, rings === 0 ? contexts.length : answers.length + 1);
          answers.push(...now.map((cb) => bpf.testRun(fd, cb)));
        } finally {
          for (const each of own) bpf.close(each);
        }
      }
      return answers;
    },
    count: () => bpf.count(),
    load(image, log = false) {
      const answer = bpf.loadProgram(image, log);
      if (answer.ok) {
        bpf.close(answer.fd);
        return { verdict: 'accepted' };
      }
      const { errno } = answer;
      return { verdict: NO_VERDICT.has(errno) ? 'no-verdict' : 'refused', errno, log: answer.log };
    },
    close: () => bpf.dispose(),
  };
}

function remembered<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}
