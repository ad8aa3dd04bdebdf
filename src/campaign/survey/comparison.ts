/** Two saved surveys against each other: rows that changed, came and went, whatever columns either has. */

/** A survey as its CSV says: a line per row, cells by the name of their column. */
export interface SavedSurvey {
  readonly columns: readonly string[];
  readonly rows: readonly ReadonlyMap<string, string>[];
}

export type ReadSurvey =
  | { readonly ok: true; readonly survey: SavedSurvey }
  | { readonly ok: false; readonly line: number; readonly message: string };

export interface ChangedRow {
  readonly key: string;
  readonly changes: readonly { readonly column: string; readonly old: string; readonly new: string }[];
}

export interface SurveyComparison {
  readonly changed: readonly ChangedRow[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: number;
}

/** Reads what `surveyCsv` writes. `keys` are columns that have to be there and name a row. */
export function readSurvey(text: string, keys: readonly string[]): ReadSurvey {
  const lines = text.split(/\r?\n/);
  const columns = (lines[0] ?? '').split(',');
  const missing = keys.filter((key) => !columns.includes(key));
  if (missing.length > 0) return { ok: false, line: 1, message: `expected the columns ${missing.join(', ')}` };
  const rows: ReadonlyMap<string, string>[] = [];
  const seen = new Set<string>();
  for (const [index, text] of lines.entries()) {
    if (index === 0 || text === '') continue;
    const cells = text.split(',');
    if (cells.length !== columns.length) {
      return { ok: false, line: index + 1, message: `expected ${columns.length} cells, found ${cells.length}` };
    }
    const row = new Map(columns.map((column, nth) => [column, cells[nth] ?? '']));
    const key = keyOf(row, keys);
    if (seen.has(key)) return { ok: false, line: index + 1, message: `a second row of ${key}` };
    seen.add(key);
    rows.push(row);
  }
  return { ok: true, survey: { columns, rows } };
}

/** Rows in the order of the new survey, removed ones in that of the old. A column that one lacks is no change. */
export function compareSurveys(before: SavedSurvey, after: SavedSurvey, keys: readonly string[]): SurveyComparison {
  const known = new Map(before.rows.map((row) => [keyOf(row, keys), row]));
  const names = new Set(after.rows.map((row) => keyOf(row, keys)));
  const columns = after.columns.filter((column) => before.columns.includes(column) && !keys.includes(column));
  const changed: ChangedRow[] = [];
  const added: string[] = [];
  for (const row of after.rows) {
    const key = keyOf(row, keys);
    const old = known.get(key);
    if (old === undefined) {
      added.push(key);
      continue;
    }
    const changes = columns.flatMap((column) => {
      const cells = { old: old.get(column) ?? '', new: row.get(column) ?? '' };
      return cells.old === cells.new ? [] : [{ column, ...cells }];
    });
    if (changes.length > 0) changed.push({ key, changes });
  }
  const removed = [...known.keys()].filter((key) => !names.has(key));
  return { changed, added, removed, unchanged: after.rows.length - changed.length - added.length };
}

/** `SUBJECT PROFILE STOP`. */
function keyOf(row: ReadonlyMap<string, string>, keys: readonly string[]): string {
  return keys.map((key) => row.get(key) ?? '').join(' ');
}
