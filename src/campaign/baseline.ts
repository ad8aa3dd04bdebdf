/** The list of known defects: findings in it are shown as known and do not fail a run. Rows are exact, there are no wildcards. */
import { parseDefect } from '../../oracles/defect.js';

/** One accepted defect. */
export interface BaselineRow {
  readonly subject: string;
  readonly defect: string;
  readonly reason: string;
  readonly line: number;
}

/** Something wrong in a baseline file; line and column count from 1. */
interface BaselineError {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type ParsedBaseline =
  | { readonly ok: true; readonly rows: readonly BaselineRow[] }
  | { readonly ok: false; readonly error: BaselineError };

const ROW = /^(\s*)([^\s:]+):(\s+)(\S+)\s*(?:;\s*(.*))?$/;

/**
 * Reads rows `SUBJECT: defect ; reason`; blank lines and lines that begin with `;` or `#` are skipped. A row without a
 * reason, an unknown subject and a row given twice are errors: an exception list must be able to say why.
 */
export function parseBaseline(text: string, subjects: readonly string[]): ParsedBaseline {
  const rows: BaselineRow[] = [];
  const seen = new Map<string, number>();
  const lines = text.split(/\r?\n/);
  for (const [index, raw] of lines.entries()) {
    const line = index + 1;
    const wrong = (column: number, message: string): ParsedBaseline => ({
      ok: false,
      error: { line, column, message },
    });
    if (/^\s*([;#].*)?$/.test(raw)) continue;
    const match = ROW.exec(raw);
    if (match === null) return wrong(1, 'expected `SUBJECT: defect ; reason`');
    const [, indent = '', subject = '', gap = '', defect = '', reason = ''] = match;
    const defectColumn = indent.length + subject.length + 1 + gap.length + 1;
    if (!subjects.includes(subject)) {
      return wrong(indent.length + 1, `unknown subject '${subject}': expected one of ${subjects.join(', ')}`);
    }
    const parsed = parseDefect(defect);
    if (!parsed.ok) return wrong(defectColumn, parsed.message);
    if (reason.trim() === '') return wrong(raw.length + 1, 'expected `; reason` after the defect');
    const before = seen.get(keyOf(subject, defect));
    if (before !== undefined) return wrong(1, `the same defect is already in line ${before}`);
    seen.set(keyOf(subject, defect), line);
    rows.push({ subject, defect, reason: reason.trim(), line });
  }
  return { ok: true, rows };
}

/** The text that `parseBaseline` reads as these rows. */
export function writeBaseline(rows: readonly Omit<BaselineRow, 'line'>[]): string {
  return rows.map(({ subject, defect, reason }) => `${subject}: ${defect} ; ${reason}\n`).join('');
}

/** The key by which findings and baseline rows are matched. */
export function keyOf(subject: string, defect: string): string {
  return `${subject}: ${defect}`;
}
