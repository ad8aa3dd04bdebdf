/** Tests of the JSON answer of explain. */
import { describe, expect, it } from 'vitest';
import { explanationJson } from '../../../src/report/explain-json.js';
import { jsonText } from '../../../src/report/json.js';
import { caseOf, corpusCase, explain, TWO_KINDS } from './explained.js';

describe('explanationJson', () => {
  it('explanationJson has all parts as typed data', () => {
    const answer: unknown = JSON.parse(jsonText(explanationJson(explain(caseOf(TWO_KINDS)))));
    expect(answer).toMatchObject({
      case: 'two kinds in one register',
      pruning: 'exact',
      states: [
        { name: 'A', pc: 12, count: 1, holds: [{ resource: 'cgroup@3', acquiredAt: 3, owner: 'main' }] },
        { name: 'B', holds: [{ resource: 'task@7' }] },
      ],
      throws: [
        {
          pc: 12,
          states: ['A', 'B'],
          frames: [
            { subprogram: 'thrower', rows: [] },
            {
              subprogram: 'main',
              rows: [
                {
                  location: { in: 'register', register: 6 },
                  conflict: true,
                  cells: [
                    { is: 'owned', kind: 'cgroup', mayBeNull: true },
                    { is: 'owned', kind: 'task', mayBeNull: true },
                  ],
                },
              ],
            },
          ],
        },
      ],
      subjects: {
        mainline: { refusal: { code: 'held-reference' } },
        'frame-descriptors/rfc-v1': { knows: { is: 'descriptors', leavesUnlisted: true } },
        'frame-descriptors/sound': { refusal: { code: 'merge-failure' }, knows: { failed: { resource: 'cgroup@3' } } },
        'runtime-table/per-frame': { cost: { instructionsAdded: 3 }, knows: { is: 'tables' } },
      },
      worlds: { from: 'run lines', count: 2 },
      runs: [
        { number: 1, history: [{ did: 'acquire', resource: 'task#1' }, { did: 'call' }], states: ['B'] },
        { number: 2 },
      ],
    });
  });

  it('explanationJson writes addresses in decimal and leaves out what a refused program does not have', () => {
    const answer = jsonText(explanationJson(explain(corpusCase('accept/kinds/task-in-a-register'))));
    expect(answer).toMatch(/"address": "\d{15,}"/);
    const refused: unknown = JSON.parse(
      jsonText(explanationJson(explain(corpusCase('refuse/verifier/release-twice')))),
    );
    expect(refused).toMatchObject({ refusal: { code: 'bad-argument' }, states: [], throws: [], subjects: {} });
  });
});
