/**
 * What the words of the kernel's verifier mean in our terms: one row per message, by the class that a refusal of ours
 * would have. Only the words decide, so a message without a row is `unknown` and equals nothing.
 *
 * Source: kernel/bpf/verifier.c (Linux 6.18).
 */
import type { RefusalCode } from '../../src/contract/refusal.js';

/** One message of the verifier. */
export interface Reason {
  /** Matches the line that carries the message; a group `pc` says where, if that is not the last instruction of the log. */
  readonly words: RegExp;
  readonly code: RefusalCode;
  /** Its class where the refused instruction is a call. */
  readonly inCall?: RefusalCode;
  /** The message is about no instruction. */
  readonly nowhere?: true;
}

/** What the kernel said: the class of its message and where it stopped. */
export interface KernelReason {
  readonly code: RefusalCode | 'unknown';
  /** pc of the instruction that was refused; `undefined` if the message is about none. */
  readonly pc: number | undefined;
  /** The line that carries the message, or the last line where none is known. */
  readonly message: string;
}

/** Said of a pointer that is dereferenced, and of one that is passed. */
const MODIFIED = /^(negative offset|dereference of modified) \w+ ptr R\d+ off=-?\d+ disallowed$/;

const access = (words: RegExp): Reason => ({ words, code: 'invalid-access' });
const store = (words: RegExp): Reason => ({ words, code: 'invalid-store' });
const math = (words: RegExp): Reason => ({ words, code: 'invalid-arithmetic' });
const argument = (words: RegExp): Reason => ({ words, code: 'bad-argument' });

/** The verifier's words. No line matches two rows, so their order does not matter. */
export const REASONS: readonly Reason[] = [
  { words: /^R\d+ !read_ok$/, code: 'uninitialised-register' },
  { words: /^frame pointer is read only$/, code: 'frame-pointer-write' },

  math(/^div by zero$/),
  math(/^invalid shift -?\d+$/),
  math(/^R\d+ pointer \S+ pointer prohibited$/),
  math(/^R\d+ 32-bit pointer arithmetic prohibited$/),
  math(/^R\d+ pointer arithmetic on \w+ prohibited(, null-check it first)?$/),
  math(/^R\d+ pointer arithmetic with \S+ operator prohibited$/),
  math(/^R\d+ bitwise operator \S+ on pointer prohibited$/),
  math(/^R\d+ tried to subtract pointer from scalar$/),
  math(/^R\d+ subtraction from stack pointer prohibited$/),
  math(/^math between \w+ pointer and .+ is not allowed$/),
  math(/^value -?\d+ makes \w+ pointer be out of bounds$/),
  math(/^\w+ pointer offset -?\d+ is not allowed$/),

  access(/^R\d+ invalid mem access '(?!\w*_or_null_?')\w*'$/),
  { words: /^R\d+ invalid mem access '\w*_or_null_?'$/, code: 'null-dereference' },
  access(/^invalid (read from|write to) stack R\d+ off=-?\d+ size=\d+$/),
  access(/^invalid read from stack (R\d+ )?off -?\d+\+-?\d+ size \d+$/),
  access(/^invalid bpf_context access off=-?\d+ size=\d+$/),
  access(/^invalid access to memory, mem_size=\d+ off=-?\d+ size=\d+$/),
  access(/^R\d+ min value is outside of the allowed memory range$/),
  access(/^R\d+ invalid \w+ access off=-?\d+ size=\d+$/),
  access(/^R\d+ is ptr_\w+ invalid negative access: off=-?\d+$/),
  access(/^access beyond struct \w+ at off -?\d+ size \d+$/),
  access(/^access beyond the end of member \w+ \(mend:\d+\) in struct \w+ with off \d+ size \d+$/),
  access(/^R\d+ cannot write into \w+$/),
  access(/^only read is supported$/),
  access(/^BPF_ATOMIC (loads from|stores into) R\d+ \w+ is not allowed$/),
  access(/^invalid size of register fill$/),
  access(/^cannot return stack pointer to the caller$/),
  { words: MODIFIED, code: 'invalid-access', inCall: 'bad-argument' },
  { words: /^variable \S+ access var_off=\S+ \S+ disallowed$/, code: 'invalid-access', inCall: 'bad-argument' },
  { words: /^misaligned (\w+ )?access off .+ size \d+$/, code: 'misaligned-access' },

  store(/^invalid size of register spill$/),
  store(/^cannot spill pointers to stack into stack frame of the caller$/),
  store(/^cannot overwrite referenced dynptr$/),

  argument(/^R\d+ type=\w+ expected=.+$/),
  argument(/^R\d+ is of type \w+ but \w+ is expected$/),
  argument(/^R\d+ is not a scalar$/),
  argument(/^R\d+ must be a known constant$/),
  argument(/^R\d+ is not a known constant'$/),
  argument(/^R\d+ min value is negative, either use unsigned or 'var &= const'$/),
  argument(/^R\d+ invalid zero-sized read: u64=.+$/),
  argument(/^R\d+ must have zero offset when passed to release func or trusted arg to kfunc$/),
  argument(/^R\d+ must be referenced when passed to release function$/),
  argument(/^R\d+ must be referenced or trusted$/),
  argument(/^arg \d+ is an unacquired reference$/),
  argument(/^arg#\d+ expected pointer to allocated object$/),
  argument(/^arg#\d+ expected pointer to an iterator on stack$/),
  argument(/^arg#\d+ expected pointer to stack or const struct bpf_dynptr$/),
  argument(/^arg#\d+ is expected to be NULL$/),
  argument(/^arg#\d+ is \w+ expected \w+ or socket$/),
  argument(/^arg#\d+ pointer type \w+ \w* ?must point to scalar, or struct with scalar$/),
  argument(/^allocated object must be referenced$/),
  argument(/^bpf_obj_new\/bpf_percpu_obj_new type ID argument must be of a struct$/),
  argument(/^Possibly NULL pointer passed to trusted arg\d+$/),
  argument(/^Expected an initialized dynptr as arg #\d+$/),
  argument(/^Dynptr has to be an uninitialized dynptr$/),
  argument(/^expected (an )?(un)?initialized \w+ as arg #\d+$/),
  argument(/^cannot pass in \w+ at an offset=-?\d+$/),
  argument(/^cannot pass map_type \d+ into func \w+#\d+$/),
  argument(/^kernel function \w+ args#\d+ expected pointer to \w+ \w+ but R\d+ has a pointer to \w+ \w+$/),
  argument(/^release kernel function \w+ expects refcounted PTR_TO_BTF_ID$/),

  { words: /^bpf_throw would lead to reference leak$/, code: 'held-reference' },
  { words: /^BPF_EXIT instruction in main prog would lead to reference leak$/, code: 'unreleased-reference' },
  { words: /(^| )infinite loop detected at insn (?<pc>\d+)$/, code: 'infinite-loop' },
  { words: /^the call stack of \d+ frames is too deep$/, code: 'call-depth' },
  { words: /^the call stack of \d+ frames is too deep !$/, code: 'call-depth', nowhere: true },
  { words: /^combined stack size of \d+ calls is \d+. Too large$/, code: 'stack-limit', nowhere: true },
  { words: /^BPF program is too large. Processed \d+ insn$/, code: 'too-complex' },
  { words: /^The sequence of \d+ jumps is too complex.$/, code: 'too-complex' },
];

const INSTRUCTION = /^(\d+): \(([0-9a-f]{2})\) /;
const CALL = '85';
const STATISTICS = /^processed \d+ insns|^verification time|^stack depth/;

/** Reads the log of a refused load (level 1): what was said after the last instruction. */
export function reasonOf(log: string): KernelReason {
  const lines = log.split('\n').filter((line) => line !== '' && !STATISTICS.test(line));
  const last = lines.findLastIndex((line) => INSTRUCTION.test(line));
  const [, found, opcode] = INSTRUCTION.exec(lines[last] ?? '') ?? [];
  const pc = found === undefined ? undefined : Number(found);
  for (const line of lines.slice(Math.max(last, 0)).reverse()) {
    for (const { words, code, inCall, nowhere } of REASONS) {
      const match = words.exec(line);
      if (match === null) continue;
      const { pc: named } = match.groups ?? {};
      return {
        code: opcode === CALL ? (inCall ?? code) : code,
        pc: nowhere ? undefined : named === undefined ? pc : Number(named),
        message: line,
      };
    }
  }
  return { code: 'unknown', pc, message: lines.at(-1) ?? '' };
}
