/** Tests of what designs know, told with states: rules, choices, fits, inserted code. */
import { describe, expect, it } from 'vitest';
import type { ExplainedDescriptors } from '../../../src/report/explain-design.js';
import { explainDesign } from '../../../src/report/explain-design.js';
import { groupStates } from '../../../src/report/explain-states.js';
import { locationText } from '../../../src/report/finding-text.js';
import { mainline } from '../../../src/subjects/mainline/mainline.js';
import type { Subject } from '../../../src/subjects/subject.js';
import { analyse } from '../../../src/verify/walk.js';
import { caseOf, corpusCase, descriptorsOf, explain, TWO_KINDS, tablesOf } from './explained.js';

/** `fp-8: A rule 1 taken yes` for each step of a site. */
function stepsAt(knows: ExplainedDescriptors, pc: number): readonly string[] {
  const site = knows.sites.find((each) => each.pc === pc);
  return (site?.locations ?? []).flatMap(({ location, listing }) =>
    listing.why !== 'merged'
      ? []
      : listing.steps.map(
          ({ states, rule, came, fits }) => `${locationText(location)}: ${states.join()} rule ${rule} ${came} ${fits}`,
        ),
  );
}

describe('explainDesign', () => {
  it('explainDesign tells which states made an entry by which rule, and for which it is wrong', () => {
    const knows = descriptorsOf(explain(caseOf(TWO_KINDS)), 'rfc-v1');
    expect(stepsAt(knows, 9)).toEqual([
      'r6: A rule 1 taken yes',
      'r6: B rule 5 kept other',
      'r7: A rule 1 taken yes',
      'r7: B rule 2 kept yes',
      'r8: A rule 1 taken yes',
      'r8: B rule 2 kept yes',
      'r9: A rule 1 taken yes',
      'r9: B rule 2 kept yes',
    ]);
    expect(knows.unlisted).toEqual([]);
  });

  it('explainDesign finds what is listed twice, and where else', () => {
    const knows = descriptorsOf(explain(corpusCase('accept/aliases/two-registers-of-the-caller')), 'rfc-v1');
    const twice = knows.sites.flatMap(({ locations }) =>
      locations.flatMap(({ location, listing }) =>
        listing.why === 'merged' && listing.steps.some(({ fits }) => fits === 'twice')
          ? [[locationText(location), listing.steps[0]?.also?.map((each) => locationText(each.location))]]
          : [],
      ),
    );
    expect(twice).toEqual([
      ['r6', ['r7']],
      ['r7', ['r6']],
    ]);
  });

  it('explainDesign finds what no entry lists', () => {
    const knows = descriptorsOf(explain(corpusCase('refuse/merge/record-against-borrowed-task')), 'rfc-v1');
    expect(knows.unlisted).toEqual([{ state: 'B', resource: 'task@5' }]);
    expect(stepsAt(knows, 15)[1]).toBe('r6: B rule undefined silent other');
  });

  it('explainDesign does not tell the same state the same thing twice, and joins states that did the same', () => {
    const knows = descriptorsOf(explain(corpusCase('accept/loops/acquire-and-release')), 'rfc-v1');
    expect(stepsAt(knows, 9).filter((step) => step.startsWith('r8'))).toEqual(['r8: A rule 1 taken yes']);
    const joined = descriptorsOf(
      explain(
        caseOf(`;! case: three ways to one throw

main:
    r6 = r1
    r1 = 1
    call bpf_task_from_pid
    r7 = r0
    r8 = 0
    r9 = 0
    r2 = *(u32 *)(r6 + 48)
    if r2 == 0 goto both
    r1 = 1
    call bpf_task_from_pid
    r8 = r0
    r2 = *(u32 *)(r6 + 52)
    if r2 == 0 goto both
    r1 = 1
    call bpf_task_from_pid
    r9 = r0
both:
    r1 = 1
    call bpf_throw
    exit
`),
      ),
      'rfc-v1',
    );
    expect(stepsAt(joined, 17).filter((step) => step.startsWith('r7'))).toEqual([
      'r7: A rule 1 taken yes',
      'r7: B,C rule 2 kept yes',
    ]);
  });

  it('explainDesign says of a refused program how far merging came, and no fits', () => {
    const knows = descriptorsOf(explain(corpusCase('refuse/merge/scalar-against-task')), 'rfc-v1');
    expect(stepsAt(knows, 6).slice(0, 2)).toEqual(['r6: A rule 1 taken undefined', 'r6: B rule 6 refused undefined']);
    const sound = descriptorsOf(explain(corpusCase('refuse/merge/scalar-against-task')), 'sound');
    expect(sound.failed).toMatchObject({ state: 'A', resource: 'task@3', why: 'no-key', places: [{ pc: 6 }] });
  });

  it('explainDesign gives states and resources of a choice their names', () => {
    const { sites } = descriptorsOf(explain(corpusCase('accept/aliases/two-registers-of-the-caller')), 'sound');
    const listings = sites.flatMap(({ locations }) => locations.map(({ listing }) => listing));
    expect(listings).toMatchObject([
      { why: 'one-of-several' },
      { why: 'second-copy', state: 'A', first: { location: { in: 'register', register: 6 } } },
    ]);
    expect(JSON.stringify(listings)).toMatch(/"resource":"\w+@\d+"/);
  });

  it('explainDesign tells inserted code by the instruction it serves', () => {
    const { inserted, tables } = tablesOf(explain(corpusCase('accept/frames/callee-returns-a-task')));
    expect(inserted).toEqual([
      { where: 'entry', subprogram: 'main', what: '*(u64 *)(r10 - 16) = 0' },
      { where: 'entry', subprogram: 'get', what: '*(u64 *)(r10 - 16) = 0' },
      { where: 'after', pc: 8, what: 'table_push' },
      { where: 'before', pc: 9, what: 'table_hand_over' },
    ]);
    expect(tables.map(({ entries }) => entries.length)).toEqual([1, 1]);
  });

  it('explainDesign falls back on the lines of a design that does not say what it knows', () => {
    const { program } = corpusCase('accept/globals/clean-global');
    const analysis = analyse(program, { pruning: 'exact' });
    const input = { program, analysis, stopAt: 'throw' } as const;
    const mine: Subject = {
      name: 'mine',
      stops: 'throw',
      prepare: (given) => {
        const prepared = mainline.prepare(given);
        return prepared.ok ? { ...prepared, describe: () => ['main 1: something'] } : prepared;
      },
    };
    const prepared = mine.prepare(input);
    expect(prepared.ok).toBe(true);
    const design = explainDesign(mine, input, prepared, groupStates(program, analysis));
    expect(design).toMatchObject({ name: 'mine', lines: ['main 1: something'], growth: { chain: 0 } });
    expect(design.knows).toBeUndefined();
  });
});
