/** The answer of `explain` in JSON: all that the text is made of, as typed data, nothing left out. */
import type { Explanation } from './explain-model.js';

export function explanationJson({ title, pruning, refusal, listing, states, designs, worlds }: Explanation) {
  return {
    case: title,
    pruning,
    ...(refusal === undefined ? {} : { refusal }),
    listing,
    states: (states?.groups ?? []).map(({ visits, ...group }) => ({ ...group, count: visits.length })),
    throws: states?.throws ?? [],
    subjects: Object.fromEntries(
      designs.map(({ name, lines, ...design }) => [name, lines.length === 0 ? design : { ...design, lines }]),
    ),
    worlds: { from: worlds.from, count: worlds.count },
    runs: worlds.stories,
  };
}
