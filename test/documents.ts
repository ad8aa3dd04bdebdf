/** What README and docs show: commands, files, and what commands print. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the documents are; the tests that read them change the working directory. */
const ROOT = process.cwd();

export const DOCUMENTS: readonly string[] = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs')).map((name) => join('docs', name)),
];

/** A fenced block: ```` ```LANGUAGE NAME ````, both of which may be absent. */
export interface Block {
  readonly document: string;
  readonly language: string;
  readonly name: string;
  readonly text: string;
}

export const blocks: readonly Block[] = DOCUMENTS.flatMap((document) =>
  [...readFileSync(join(ROOT, document), 'utf8').matchAll(/^```(\w*) ?(\S*)\n(.*?)^```$/gms)].map(
    ([, language = '', name = '', text = '']) => ({ document, language, name, text }),
  ),
);

/** A line of a `sh` block, without comment and redirection, and the lines that the document says it prints. */
export interface Command {
  readonly document: string;
  readonly line: string;
  readonly quoted: readonly string[];
}

export const commands: readonly Command[] = blocks.flatMap((block, index) => {
  if (block.language !== 'sh') return [];
  const lines = block.text
    .split('\n')
    .map((line) =>
      line
        .replace(/\s+#.*$/, '')
        .replace(/\s+>\s.*$/, '')
        .trim(),
    )
    .filter((line) => line !== '');
  // A block without a language right behind quotes the last command. README quotes `npm start`, which the gate runs.
  const next = blocks[index + 1];
  const quotes = next?.document === block.document && next.language === '' ? next.text.trim().split('\n') : [];
  return lines.map((line, at) => ({
    document: block.document,
    line,
    quoted: at === lines.length - 1 ? quotes.map((each) => each.trim()).filter((each) => each !== '') : [],
  }));
});

/** The design of docs/add-a-subject.md as that document changes it: not right, and not working at all. */
export function variants(text: string): Readonly<Record<'wrong.js' | 'broken.js', string>> {
  return {
    'wrong.js': text.replace(/^.*\/\/ \(1\)\n/m, ''),
    'broken.js': text.replace('state.depth - 1', 'state.depth'),
  };
}

/** A file of test/examples, which a document shows in full. */
export function example(name: string): string {
  return readFileSync(join(ROOT, 'test', 'examples', name), 'utf8');
}
