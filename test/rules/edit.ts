/** One rule of the verifier or of a design, as an edit of the sources that removes it. */

/** What is replaced by what; the text occurs exactly once in its file. */
export interface Change {
  readonly text: string;
  readonly by: string;
}

export interface Edit {
  /** The rule in words. */
  readonly rule: string;
  /** The source file, from the root of the checkout. */
  readonly file: string;
  readonly changes: readonly Change[];
  /** Why nothing can fail when the rule is removed: the program without it is the same. */
  readonly same?: string;
}

/**
 * A rule in words, a text of the sources and what removes the rule when put in its place; a rule may need a second change, or
 * have a reason why nothing can fail without it.
 */
export type Row = readonly [
  rule: string,
  text: string,
  by: string,
  more?: Change | { readonly same: string } | undefined,
];

/** The edits of one file. */
export function editsOf(file: string, rows: readonly Row[]): readonly Edit[] {
  return rows.map(([rule, text, by, more]) => {
    const first = { text, by };
    if (more === undefined) return { rule, file, changes: [first] };
    return 'same' in more ? { rule, file, changes: [first], same: more.same } : { rule, file, changes: [first, more] };
  });
}

/** A source with an edit made, or an error that names the rule: its text must occur exactly once. */
export function applyEdit(source: string, { rule, file, changes }: Edit): string {
  return changes.reduce((edited, { text, by }) => {
    const count = edited.split(text).length - 1;
    if (count !== 1) {
      throw new Error(`rule "${rule}": its text must occur exactly once in ${file}, but does ${count} times:\n${text}`);
    }
    return edited.split(text).join(by);
  }, source);
}
