/** The answer of `explain` in JSON: all that the text is made of, as typed data, nothing left out. */
import type { Explanation } from './explain-model.js';

export function explanationJson(explanation: Explanation) {
  const { title, pruning, refusal, listing, states, designs, patches, worlds } = explanation;
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
    ...(patches === undefined ? {} : { patches }),
    worlds: { from: worlds.from, count: worlds.count },
    runs: worlds.stories,
  };
}
