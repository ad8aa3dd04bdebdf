/** Programs for the tests of the verifier: pseudo-C with a record type, a ring buffer and nothing else around it. */
import { parseProgram } from '../../../src/asm/parse.js';
import type { Program } from '../../../src/isa/program.js';
import type { Analysis, Pruning } from '../../../src/verify/analysis.js';
import { analyse } from '../../../src/verify/walk.js';

/** A program of these lines; a label ends in a colon. Declares the types `node` (16 bytes), `pair` (8) and the map `rb`. */
export function programOf(text: string): Program {
  const parsed = parseProgram(text, {
    types: [
      { name: 'node', size: 16 },
      { name: 'pair', size: 8 },
    ],
    maps: [{ name: 'rb', type: 'ringbuf', size: 4096 }],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.program;
}

export function walkText(text: string, pruning: Pruning = 'exact'): Analysis {
  return analyse(programOf(text), { pruning });
}

/** `code pc message` of the refusal, or `accepted`. */
export function verdictOf(text: string, pruning: Pruning = 'exact'): string {
  const { refusal } = walkText(text, pruning);
  return refusal === undefined ? 'accepted' : `${refusal.code} ${refusal.pc} ${refusal.message}`;
}
