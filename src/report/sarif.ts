/** SARIF 2.1.0, as code scanning reads it: what all logs of unwindiff have in common. */
import { isAbsolute, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Location, Log, Notification, ReportingDescriptor, Result, Run } from 'sarif';
import { jsonText } from './json.js';

/** What one run of a verb reports. */
export interface SarifRun {
  /** Version of unwindiff. */
  readonly version: string;
  /** Runs with the same id are compared with each other, e.g. `fuzz/merge-heavy`. */
  readonly id: string;
  readonly rules: readonly ReportingDescriptor[];
  /** Each with the `ruleId` of one of the rules. */
  readonly results: readonly (Result & { readonly ruleId: string })[];
  /** What kept unwindiff from doing its work; empty if nothing did. */
  readonly failures: readonly Notification[];
  readonly properties: Readonly<Record<string, string | number>>;
}

/** The text of a log with one run. */
export function sarifText(run: SarifRun): string {
  const numbers = new Map(run.rules.map(({ id }, number) => [id, number]));
  const body: Run = {
    tool: { driver: { name: 'unwindiff', version: run.version, semanticVersion: run.version, rules: [...run.rules] } },
    automationDetails: { id: `unwindiff/${run.id}/` },
    invocations: [{ executionSuccessful: run.failures.length === 0, toolExecutionNotifications: [...run.failures] }],
    results: run.results.map((result) => ({ ...result, ruleIndex: numbers.get(result.ruleId) ?? -1 })),
    columnKind: 'utf16CodeUnits',
    properties: run.properties,
  };
  const log: Log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [body] };
  return jsonText(log);
}

/** A line of a file. Paths below the current folder are given from there, as repositories are checked out. */
export function locationOf(path: string, line?: number): Location {
  const near = isAbsolute(path) ? relative(process.cwd(), path) : path;
  const outside = isAbsolute(near) || near === '..' || near.startsWith(`..${sep}`);
  const uri = outside ? pathToFileURL(path).href : near.split(sep).map(encodeURIComponent).join('/');
  const region = line === undefined ? {} : { region: { startLine: line } };
  return { physicalLocation: { artifactLocation: { uri }, ...region } };
}
