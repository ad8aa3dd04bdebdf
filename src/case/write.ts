/** A case as canonical text: directives (in the order of their table unless a person chose another), the listing, expected lines; comments kept. */
import { listing } from '../asm/print.js';
import { withCleanup } from '../isa/cleanup.js';
import type { Case } from './case.js';
import { DIRECTIVE_KEYS, DIRECTIVES, writeRefuse } from './directives.js';

/** Column (from 0) at which what stands behind an instruction begins, if no person has chosen one. */
const TRAILING_COLUMN = 34;

/**
 * The text of a case, ending in a line feed. Without a layout: no comments, one blank line before the program and one
 * before the expected lines.
 */
export function writeCase(of: Case): string {
  const lines: string[] = [];
  const before = (item: string) => of.layout?.before.get(item) ?? [];
  const separated = (item: string) => {
    const comments = before(item);
    if (lines.length > 0 && lines.at(-1) !== '' && comments[0] !== '') lines.push('');
    lines.push(...comments);
  };
  const directives = new Map<string, string>(
    DIRECTIVE_KEYS.flatMap((key) =>
      DIRECTIVES[key].write(of).map((value, index) => [`${key} ${index}`, `;! ${key}: ${value}`] as const),
    ),
  );
  for (const item of new Set([...(of.layout?.order ?? []), ...directives.keys()])) {
    const line = directives.get(item);
    if (line !== undefined) lines.push(...before(item), line);
  }
  const listed = listing(withCleanup(of.program));
  for (const [index, { is, pc, text }] of listed.entries()) {
    const item = `${is} ${pc}`;
    if (index === 0) separated(item);
    else lines.push(...before(item));
    lines.push(`${is === 'label' ? text : `    ${text}`}${trailing(of, item, is === 'instruction' ? pc : -1, text)}`);
  }
  if (of.expected.length > 0) {
    const comments = before('expected');
    lines.push(...comments);
    if (lines.at(-1) !== '') lines.push('');
    lines.push(...of.expected.map((line) => `;> ${line}`));
  } else {
    lines.push(...before('expected'));
  }
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** Blanks, trailing directives and comment behind a label or instruction. */
function trailing(of: Case, item: string, pc: number, text: string): string {
  const kept = of.layout?.trailing.get(item);
  const refusals = of.refusals.filter((refusal) => refusal.pc === pc).map((each) => `;! refuse: ${writeRefuse(each)}`);
  const parts = kept?.comment === undefined ? refusals : [...refusals, `;${kept.comment}`];
  if (parts.length === 0) return '';
  const gap = kept?.gap ?? Math.max(2, TRAILING_COLUMN - 4 - text.length);
  return `${' '.repeat(gap)}${parts.join(' ')}`;
}
