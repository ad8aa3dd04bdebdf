/** The answer of `survey` in JSON; what may differ between two runs of the same request is under `timing`. */
import type { Survey } from '../campaign/survey/survey.js';
import { YARDSTICKS } from '../campaign/survey/yardsticks.js';

/** `settings` is what else the result depends on. */
export function surveyJson({ seed, complete, rows, sweeps, timing }: Survey, settings: object) {
  return {
    seed,
    complete,
    settings,
    rows,
    // JSON has no `undefined`: an order that could not be fitted is null.
    sweeps: sweeps.map(({ order, ...sweep }) => ({
      ...sweep,
      order: {
        walked: order.walked ?? null,
        metadataBytes: order.metadataBytes ?? null,
        stackBytes: order.stackBytes ?? null,
      },
    })),
    yardsticks: YARDSTICKS,
    timing,
  };
}
