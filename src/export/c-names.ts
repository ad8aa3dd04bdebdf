/** Words of a program as identifiers of C: what a label may be called is not what C allows. */

/** Words that an exported file uses itself or that C and its macros take. */
const TAKEN = new Set(
  `auto break case char const continue default do double else enum extern float for goto if inline int long register
  restrict return short signed sizeof static struct switch typedef union unsigned void volatile while asm typeof bool
  true false main linux unix bpf SEC __sk_buff struct_ids kfunc_root _license`.split(/\s+/),
);

/** Hands out identifiers, each once. */
export class CNames {
  readonly #used = new Set(TAKEN);

  constructor(reserved: Iterable<string> = []) {
    for (const word of reserved) this.#used.add(word);
  }

  /** The identifier for a word: other characters become `_`, and a number is added if it is taken. */
  take(word: string): string {
    const plain = word.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)|^$/, '_');
    let name = plain;
    for (let number = 2; this.#used.has(name); number++) name = `${plain}_${number}`;
    this.#used.add(name);
    return name;
  }
}

/** A text as a string literal of C. */
export function cString(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll(/\s+/g, ' ')}"`;
}

/** A text that can stand within a comment of C. */
export function cComment(text: string): string {
  return text.replaceAll('*/', '* /').replaceAll('/*', '/ *');
}
