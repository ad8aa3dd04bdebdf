/** A program as bytes for people: one slot a line in hexadecimal, alone or beside the canonical listing. */
import { listing } from '../asm/print.js';
import { encodeProgram } from '../isa/encode.js';
import { type Program, widthAt } from '../isa/program.js';

const SLOT_BYTES = 8;

/** The 8-byte slots as the kernel loads them, each as 16 hexadecimal digits, in the order of the bytes. */
export function hexSlots(program: Program): readonly string[] {
  const bytes = encodeProgram(program);
  return Array.from({ length: program.length }, (_, pc) =>
    Buffer.from(bytes.subarray(pc * SLOT_BYTES, (pc + 1) * SLOT_BYTES)).toString('hex'),
  );
}

/** One line of a listing with bytes. A 64-bit immediate has two slots. */
export interface ByteLine {
  readonly pc: number;
  readonly bytes: readonly string[];
  readonly text: string;
  /** The label that stands before it. */
  readonly label?: string;
}

/** The canonical listing with pcs and encoded slots. */
export function byteLines(program: Program): readonly ByteLine[] {
  const hex = hexSlots(program);
  const lines: ByteLine[] = [];
  let label: string | undefined;
  for (const { is, pc, text } of listing(program)) {
    if (is === 'label') {
      label = text.slice(0, -1);
      continue;
    }
    const bytes = hex.slice(pc, pc + widthAt(program, pc));
    lines.push(label === undefined ? { pc, bytes, text } : { pc, bytes, text, label });
    label = undefined;
  }
  return lines;
}

/** The same as text: labels in column one, pc, bytes, instruction; the second slot of an immediate on a line of its own. */
export function byteListing(program: Program): string {
  const spaced = (slot: string) => slot.match(/../g)?.join(' ') ?? '';
  return byteLines(program)
    .flatMap(({ pc, bytes, text, label }) => [
      ...(label === undefined ? [] : [`${label}:`]),
      ...bytes.map((slot, at) => `${String(pc + at).padStart(6)}:  ${spaced(slot)}${at === 0 ? `  ${text}` : ''}`),
    ])
    .map((line) => `${line}\n`)
    .join('');
}
