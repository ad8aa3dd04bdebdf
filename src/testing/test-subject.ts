/**
 * A law kit for subjects, for vitest: `testSubject(mine)` in a test file describes what every subject must keep to, and
 * tries it on generated programs and on the corpus. What fails is shrunk to the smallest program that shows it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { programs } from '../../generators/arbitrary.js';
import { PROFILE_NAMES, type ProfileName } from '../../generators/profile.js';
import { parseDefect } from '../../oracles/defect.js';
import { packageRoot } from '../case/package-root.js';
import { readCase } from '../case/read.js';
import type { Program } from '../isa/program.js';
import { flawOfSubject } from '../subjects/flaws.js';
import { guardSubject } from '../subjects/guard.js';
import type { Subject } from '../subjects/subject.js';
import { analyse } from '../verify/walk.js';
import { LAWS, type LawInput, wrongIn } from './laws.js';

export interface SubjectTests {
  /** Programs that each law is tried on; default 100. */
  readonly runs?: number;
  /** Worlds per program at most; default 8. */
  readonly worlds?: number;
  /** What to generate; default: all profiles. */
  readonly profiles?: readonly ProfileName[];
  /** A seed and a path that fast-check printed, to meet a counterexample again; default: new programs each time. */
  readonly seed?: number;
  readonly path?: string;
  /**
   * Defects that the subject is known to have, such as `leak/nothing/unlisted/stack/caller`: programs of which this is the
   * worst do not fail. In the corpus its `known` lines count as well.
   */
  readonly known?: readonly string[];
  /** A folder of cases; default: the corpus of this package. */
  readonly corpus?: string;
  /** Milliseconds for each law, shrinking included; default 120,000. */
  readonly timeout?: number;
}

/** Defines the tests of one subject. Throws at once if it is none, or if a known defect has no valid name. */
export function testSubject(subject: Subject, options: SubjectTests = {}): void {
  const flaw = flawOfSubject(subject);
  if (flaw !== undefined) throw new TypeError(`testSubject: ${flaw}`);
  const { runs = 100, worlds = 8, profiles = PROFILE_NAMES, known = [], timeout = 120_000 } = options;
  for (const text of known) {
    const parsed = parseDefect(text);
    if (!parsed.ok) throw new TypeError(`testSubject: known: ${parsed.message}`);
  }
  const guarded = guardSubject(subject);
  const inputOf = (program: Program): LawInput => ({ subject: guarded, program, worlds, known: new Set(known) });
  const any = fc.oneof(...profiles.map((profile) => programs(profile)));
  const { seed, path } = options;
  const parameters = {
    numRuns: runs,
    ...(seed === undefined ? {} : { seed }),
    ...(path === undefined ? {} : { path }),
  };

  describe(`subject ${subject.name}`, () => {
    for (const { title, broken } of LAWS) {
      test(title, { timeout }, () => {
        const keeps = (program: Program): void => {
          const how = broken(inputOf(program));
          if (how !== undefined) throw new Error(how);
        };
        fc.assert(fc.property(any, keeps), parameters);
      });
    }

    test('accepts some programs that throw', { timeout }, () => {
      // Whoever refuses everything keeps all laws.
      const accepts = (program: Program): boolean => {
        const analysis = analyse(program, { pruning: 'exact' });
        if (analysis.refusal !== undefined || analysis.throws.length === 0) return false;
        return guarded.prepare({ program, analysis, stopAt: 'throw' }).ok;
      };
      const sample = fc.sample(any, { numRuns: Math.max(runs, 100), ...(seed === undefined ? {} : { seed }) });
      expect(sample.some(accepts), 'it refuses all of them').toBe(true);
    });

    describe('in the corpus', () => {
      test.each(casesIn(options.corpus ?? join(packageRoot(), 'corpus')))('%s', { timeout }, (_, file) => {
        const read = readCase(readFileSync(file, 'utf8'));
        if (!read.ok) throw new Error(read.errors.map(({ line, message }) => `${file}:${line}: ${message}`).join('\n'));
        const { program, runs: told, known: rows } = read.case;
        const input = inputOf(program);
        const own = rows.filter((row) => row.subject === subject.name).map(({ defect }) => defect);
        const first = told.filter(({ stop, outcome }) => stop === undefined && outcome.how !== 'fuel');
        const wrong = wrongIn(
          { ...input, worlds: 0, known: new Set([...known, ...own]) },
          first.map(({ world }) => world),
        );
        expect(wrong).toBeUndefined();
      });
    });
  });
}

/** Names and paths of the cases in a folder. */
function casesIn(folder: string): readonly (readonly [string, string])[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.bpf'));
  return names.sort().map((name) => [name, join(folder, name)]);
}
