/** What parser and printer share: ops by what is written, register names, and which words may be labels. */
import { callableByName } from '../isa/callables.js';
import { OP_NAMES, OPS, type OpName, type Shape } from '../isa/op.js';

const bySyntax = new Map<string, OpName>();
for (const name of OP_NAMES) {
  const { shape, width, symbol } = OPS[name];
  bySyntax.set(`${shape} ${width} ${symbol}`, name);
}

/** The op of a shape, width in bits and symbol, e.g. `alu 32 +=`. */
export function findOp(shape: Shape, width: number, symbol: string): OpName | undefined {
  return bySyntax.get(`${shape} ${width} ${symbol}`);
}

/** All symbols of the rows of a shape, each once, in table order. */
export function symbolsOf(shape: Shape): readonly string[] {
  return [...new Set(OP_NAMES.filter((name) => OPS[name].shape === shape).map((name) => OPS[name].symbol))];
}

/** `r3`, or `w3` for an operand of 32 bits and less. */
export function registerName(register: number, width: number): string {
  return `${width === 64 ? 'r' : 'w'}${register}`;
}

/** A word: how labels, types, maps and callables are spelled. */
export const WORD = /^[A-Za-z_.$][\w.$]*$/;

const KEYWORDS = new Set(['if', 'goto', 'gotol', 'may_goto', 'call', 'exit', 'lock', 'll', 'helper', 'kfunc']);

/**
 * Why a word cannot be a label, or `undefined` if it can. Registers, keywords and names of callables are no labels, so
 * that `goto` and `call` stay unambiguous.
 */
export function labelProblem(word: string): string | undefined {
  if (!WORD.test(word)) return `a label is a word of letters, digits, '_', '.' and '$', not '${word}'`;
  if (/^[rw]\d+$/.test(word)) return `'${word}' is a register, no label`;
  if (KEYWORDS.has(word)) return `'${word}' is a keyword, no label`;
  if (callableByName(word) !== undefined || word === 'store_release') return `'${word}' is a callable, no label`;
  return undefined;
}

/** The candidate nearest to a word (a few letters may differ), for `did you mean`. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.floor(word.length / 4) + 2;
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
