/** The listing for people: what each instruction does to resources in front, comments behind, refusals below. */
import type { ListedLine, ListingNote } from './explain-listing.js';
import { wrap } from './table.js';
import { type Paint, paintLines } from './terminal.js';

/** Column at which comments begin, if the instruction is not longer. */
const COMMENT_COLUMN = 46;
const WIDTH = 100;
/** In front of an instruction: what it does (7), pc (4), gaps. */
const FRONT = ' '.repeat(17);

export function listingSection(lines: readonly ListedLine[], paint: Paint): string {
  // The blank lines above the first label part it from the directives.
  const first = lines.findIndex(({ is }) => is !== 'blank');
  return `${paint.bold('Program')}\n${lines
    .slice(first)
    .map((line) => lineText(line, paint))
    .join('')}`;
}

function lineText(line: ListedLine, paint: Paint): string {
  switch (line.is) {
    case 'blank':
      return '\n';
    case 'comment':
      return paintLines(wrap(`; ${line.comment}`, `${FRONT}; `, FRONT, WIDTH), paint.dim);
    case 'label':
      return withComment(`  ${line.text}`, line.comment, paint);
    case 'instruction': {
      const does = (line.does ?? '').padEnd(8);
      const front = `  ${line.does === 'throw' ? paint.yellow(does) : does} ${String(line.pc).padStart(4)}  `;
      const plain = `  ${does} ${String(line.pc).padStart(4)}  ${line.text}`;
      const text = withComment(plain, line.comment, paint).replace(plain, () => `${front}${line.text}`);
      return text + line.notes.map((note) => noteText(note, paint)).join('');
    }
    default:
      return line satisfies never;
  }
}

/** A line with its comment behind it; what does not fit goes on below. */
function withComment(text: string, comment: string | undefined, paint: Paint): string {
  if (comment === undefined) return `${text}\n`;
  const column = Math.max(COMMENT_COLUMN, text.length + 2);
  const blank = `${' '.repeat(column)}; `;
  const [first = '', ...rest] = wrap(comment, blank, blank, WIDTH)
    .split('\n')
    .filter((line) => line !== '');
  return `${text.padEnd(column)}${paint.dim(first.slice(column))}\n${rest.map((line) => `${paint.dim(line)}\n`).join('')}`;
}

function noteText({ is, by, text }: ListingNote, paint: Paint): string {
  const names = by.join(', ');
  const words = is === 'refusal' ? `${names} refuse${by.length === 1 ? 's' : ''}: ${text}` : `${text} (${names})`;
  return paintLines(wrap(words, `${FRONT}  `, `${FRONT}^ `, WIDTH), is === 'refusal' ? paint.red : paint.yellow);
}
