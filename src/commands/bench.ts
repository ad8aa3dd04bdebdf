/** `bench`: how fast everything is here, as ratios to peers measured in the same run. */
import { fileURLToPath } from 'node:url';
import { measure } from '../../bench/measure.js';
import type { ProfileName } from '../../generators/profile.js';
import { canUseWorkers } from '../campaign/executor.js';
import { DEFAULT_FUEL } from '../case/case.js';
import { benchJson } from '../report/bench-json.js';
import { benchText } from '../report/bench-text.js';
import { jsonText } from '../report/json.js';
import { paintFor, type Terminal } from '../report/terminal.js';
import { SUBJECTS } from '../subjects/registry.js';
import { EXIT, type ExitCode } from './failure.js';

export interface BenchOptions {
  readonly programs: number;
  readonly profile: ProfileName | 'all';
  readonly seed: string;
  /** Names of ours; default: all. */
  readonly subject?: readonly string[];
  readonly kernel: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Worlds per program at most, as `fuzz` has them if nothing else is said. */
const WORLDS = 8;

/** Measures and reports; a figure that cannot be had here is no error, its line says why. */
export async function runBench(options: BenchOptions, terminal: Terminal): Promise<ExitCode> {
  const result = await measure({
    settings: {
      seed: options.seed,
      profile: options.profile,
      subjects: options.subject ?? SUBJECTS.map(({ name }) => name),
      stopAt: 'throw',
      pruning: 'exact',
      worlds: WORLDS,
      fuel: DEFAULT_FUEL,
      containment: true,
      patches: true,
    },
    programs: options.programs,
    kernel: options.kernel,
    cli: canUseWorkers() ? fileURLToPath(new URL('./cli.js', import.meta.url)) : undefined,
    interrupted: terminal.interrupted,
    onProgress: (text) => {
      if (options.quiet !== true) terminal.err.write(`${text}\n`);
    },
  });
  if (options.json === true) terminal.out.write(jsonText(benchJson(result)));
  else terminal.out.write(benchText(result, paintFor(terminal.out, terminal.env)));
  return EXIT.nothingNew;
}
