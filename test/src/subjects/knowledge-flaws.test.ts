/** Every way in which what a subject tells `explain` can be of the wrong shape, and the words for it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCase } from '../../../src/case/read.js';
import { flawOfKnowledge, flawOfWords } from '../../../src/subjects/knowledge-flaws.js';
import { SUBJECTS } from '../../../src/subjects/registry.js';
import { analyse } from '../../../src/verify/walk.js';
import { programOf } from './states.js';

const PROGRAM = programOf(
  'main:\n    r1 = type[node] ll\n    call bpf_obj_new_impl\n    r7 = r0\n    r1 = 7\n    call bpf_throw\n    exit\n',
);
const INPUT = { program: PROGRAM, analysis: analyse(PROGRAM, { pruning: 'exact' }), stopAt: 'throw' } as const;

const step = { visit: 0, made: 'object', rule: 1, came: 'taken' };
const described = {
  location: { in: 'register', register: 7 },
  entry: { what: 'object', offset: 0, mayBeNull: true },
  listing: { why: 'merged', steps: [step] },
};
const site = { pc: 5, subprogram: 0, locations: [described] };
const failed = {
  visit: 0,
  reference: 1,
  why: 'overlap',
  places: [{ pc: 5, location: described.location, against: { what: 'x' } }],
};
const descriptors = { is: 'descriptors', sites: [site], leavesUnlisted: false, failed };
const tables = {
  is: 'tables',
  tables: [{ subprogram: 0, entries: [{ pointer: -16, type: -8 }] }],
  types: [{ what: 'object', destructor: 'x' }],
  read: () => ({ address: 1n, type: 0, alias: false }),
};
const at = (listing: unknown) => ({ ...descriptors, sites: [{ ...site, locations: [{ ...described, listing }] }] });
const entry = (more: object) => ({
  ...descriptors,
  sites: [{ ...site, locations: [{ ...described, entry: { ...described.entry, ...more } }] }],
});

describe('flawOfKnowledge', () => {
  it('flawOfKnowledge finds nothing wrong with what ours know of any case', () => {
    const names = readdirSync('corpus', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.bpf'));
    const kinds = new Set<string>();
    for (const name of names) {
      const read = readCase(readFileSync(join('corpus', name), 'utf8'));
      if (!read.ok) throw new Error(name);
      const { program } = read.case;
      const analysis = analyse(program, { pruning: 'exact' });
      if (analysis.refusal !== undefined) continue;
      for (const subject of SUBJECTS) {
        const knowledge = subject.know?.({ program, analysis, stopAt: 'throw' });
        if (knowledge === undefined) continue;
        kinds.add(knowledge.is);
        expect(
          flawOfKnowledge(knowledge, { program, analysis, stopAt: 'throw' }),
          `${subject.name} ${name}`,
        ).toBeUndefined();
      }
    }
    expect([...kinds].sort()).toEqual(['descriptors', 'tables']);
  });

  it.each([
    descriptors,
    { ...descriptors, failed: undefined },
    { ...descriptors, spills: [{ subprogram: 0, offset: -16, pc: 0, holds: [0] }] },
    at({ why: 'one-of-several' }),
    at({ why: 'only-place', visit: 0, reference: 1 }),
    at({ why: 'second-copy', visit: 0, reference: 1, first: { pc: 5, location: { in: 'stack', offset: -8 } } }),
    at({ why: 'unusable', against: { what: 'scalar' } }),
    tables,
  ])('flawOfKnowledge takes %#', (value) => {
    expect(flawOfKnowledge(value, INPUT)).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ['nothing', 7, 'is: expected one of descriptors, tables, found undefined'],
    ['sites that are no list', { ...descriptors, sites: {} }, 'sites: expected a list'],
    ['a flag that is none', { ...descriptors, leavesUnlisted: 1 }, 'leavesUnlisted: '],
    [
      'a pc that is none',
      { ...descriptors, sites: [{ ...site, pc: 1 }] },
      'sites[0]: pc: expected the pc of an instruction, found 1',
    ],
    [
      'a subprogram that is not there',
      { ...descriptors, sites: [{ ...site, subprogram: 1 }] },
      'sites[0]: subprogram: expected one of 1, found 1',
    ],
    [
      'a strange place',
      { ...descriptors, sites: [{ ...site, locations: [{ ...described, location: 7 }] }] },
      'sites[0]: locations[0]: location: ',
    ],
    ['an entry without a kind', entry({ what: '' }), 'entry.what: '],
    ['half an offset', entry({ offset: 0.5 }), 'entry.offset: '],
    ['an entry that may be NULL, or so', entry({ mayBeNull: 'so' }), 'entry.mayBeNull: '],
    ['a reason of its own', at({ why: 'luck' }), 'listing: why: expected one of merged, only-place'],
    [
      'a step of another visit',
      at({ why: 'merged', steps: [{ ...step, visit: 1 }] }),
      'listing: steps[0]: visit: expected one of 1 throws, found 1',
    ],
    ['a ninth rule', at({ why: 'merged', steps: [{ ...step, rule: 9 }] }), 'rule: expected 1 to 8, found 9'],
    ['an end of its own', at({ why: 'merged', steps: [{ ...step, came: 'lost' }] }), 'came: expected one of taken'],
    ['no steps', at({ why: 'merged' }), 'steps: expected a list'],
    ['a holder without reference', at({ why: 'only-place', visit: 0 }), 'reference: expected the id of a reference'],
    ['a copy of nothing', at({ why: 'second-copy', visit: 0, reference: 1 }), 'first: pc: '],
    ['nothing against it', at({ why: 'unusable' }), 'against.what: expected a word'],
    [
      'a failure of its own',
      { ...descriptors, failed: { ...failed, why: 'bored' } },
      'failed: why: expected one of no-key',
    ],
    ['a failure at no place', { ...descriptors, failed: { ...failed, places: [{}] } }, 'failed: places[0]: pc: '],
    [
      'a slot above the frame',
      { ...descriptors, spills: [{ subprogram: 0, offset: 8, pc: 0, holds: [0] }] },
      'spills[0]: offset: expected an offset from -512 to -8, found 8',
    ],
    [
      'a slot filled from nowhere',
      { ...descriptors, spills: [{ subprogram: 0, offset: -8, pc: 1, holds: [0] }] },
      'spills[0]: pc: ',
    ],
    [
      'a slot of no frame',
      { ...descriptors, spills: [{ subprogram: 1, offset: -8, pc: 0, holds: [0] }] },
      'spills[0]: subprogram: ',
    ],
    [
      'a slot that holds a word',
      { ...descriptors, spills: [{ subprogram: 0, offset: -8, pc: 0, holds: ['task'] }] },
      'spills[0]: holds[0]: expected the id of a reference, or 0',
    ],
    ['no reader', { ...tables, read: 1 }, 'read: expected a function'],
    [
      'an entry above the frame',
      { ...tables, tables: [{ subprogram: 0, entries: [{ pointer: 8, type: 16 }] }] },
      'tables[0]: entries[0]: expected two offsets',
    ],
    ['types without destructors', { ...tables, types: [{ what: 'x' }] }, 'types[0]: '],
  ])('flawOfKnowledge names %s', (_, value, words) => {
    expect(flawOfKnowledge(value, INPUT)).toContain(words);
  });
});

describe('flawOfWords', () => {
  it('flawOfWords wants an address, a type and whether it is an alias', () => {
    expect(flawOfWords({ address: 1n, type: 0, alias: true })).toBeUndefined();
    expect(flawOfWords({ address: 1, type: 0, alias: true })).toContain('expected { address, type, alias }');
    expect(flawOfWords({ address: 1n, type: -1, alias: true })).toContain('expected { address, type, alias }');
    expect(flawOfWords(undefined)).toContain('found undefined');
  });
});
