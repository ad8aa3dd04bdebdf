/** Refusals of the walk: the one place that makes them, and the words the kernel has for values. */
import type { Refusal, WalkRefusal } from '../contract/refusal.js';
import { KIND_NAMES, KINDS, SOCKET_FORMS, type SocketForm } from '../isa/kinds.js';
import type { Program } from '../isa/program.js';
import { type InternTable, TAG } from './intern.js';

/** A refusal of the instruction at an original pc. */
export function refuse(code: WalkRefusal, pc: number, message: string): Refusal {
  return { code, pc, message };
}

/** What the kernel's messages call the type of a word (reg_type_str). */
export function typeName(table: InternTable, word: number): string {
  const nullable = table.mayBeNull(word);
  switch (table.tag(word)) {
    case TAG.notInit:
      return '?';
    case TAG.scalar:
      return 'scalar';
    case TAG.ctx:
      return 'ctx';
    case TAG.stack:
      return 'fp';
    case TAG.map:
      return 'map_ptr';
    case TAG.memory:
      return nullable ? 'ringbuf_mem_or_null' : 'ringbuf_mem';
    case TAG.data:
      return nullable ? 'mem_or_null' : 'mem';
    case TAG.slice:
      return nullable ? 'rdonly_mem_or_null' : 'rdonly_mem';
    case TAG.element:
      return 'rdonly_mem';
    case TAG.socket:
      return `${SOCKET_NAMES[SOCKET_FORMS[table.parameter(word)] ?? 'sock']}${nullable ? '_or_null' : ''}`;
    default:
      if (nullable) return 'ptr_or_null_';
      return table.ref(word) === 0 ? 'trusted_ptr_' : 'ptr_';
  }
}

const SOCKET_NAMES: Readonly<Record<SocketForm, string>> = {
  sock: 'sock',
  sock_common: 'sock_common',
  tcp_sock: 'tcp_sock',
  btf: 'ptr_',
};

/** Name of the struct that a map, kernel or local object pointer points to. */
export function structName(program: Program, table: InternTable, word: number): string {
  if (table.tag(word) === TAG.map) return 'bpf_map';
  if (table.tag(word) === TAG.local) return program.types[table.parameter(word)]?.name ?? '?';
  if (table.tag(word) === TAG.socket) return 'sock';
  const kind = KIND_NAMES[table.parameter(word)];
  return kind === undefined ? '?' : KINDS[kind].pointee;
}
