import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Case } from '../../../src/case/case.js';
import { readCase } from '../../../src/case/read.js';
import { blessedLines, mismatchText, replayCase } from '../../../src/case/replay.js';
import { SUBJECTS } from '../../../src/subjects/registry.js';

function load(path: string): Case {
  const read = readCase(readFileSync(`corpus/${path}.bpf`, 'utf8'));
  if (!read.ok) throw new Error(JSON.stringify(read.errors));
  return read.case;
}

const example = load('accept/nullness/caller-holds-on-one-path');
const readme = load('readme');
const leak = load('refuse/verifier/leak-at-exit');
const texts = (of: Case) => replayCase(of).mismatches.map((mismatch) => `${mismatch.item}: ${mismatchText(mismatch)}`);

describe('replayCase', () => {
  it('finds nothing to say about a case that holds', () => {
    expect(texts(example)).toEqual([]);
    expect(texts(readme)).toEqual([]);
    expect(texts(leak)).toEqual([]);
  });

  it('lists the defects that show, with pc and the reason for which they are known', () => {
    expect(replayCase(example).defects).toEqual([]);
    const [row] = readme.known;
    expect(replayCase(readme).defects).toHaveLength(readme.known.length);
    expect(replayCase(readme).defects[0]).toEqual({
      subject: row?.subject,
      defect: row?.defect,
      verdict: 'double-release',
      detail: expect.stringContaining('already released'),
      pc: 27,
      known: row?.reason,
    });
    expect(replayCase({ ...readme, known: [] }).defects[0]?.known).toBeUndefined();
  });

  it('judges under the pruning of the case', () => {
    const hidden = load('found/pruning/other-kind-in-one-slot');
    expect(texts(hidden)).toEqual([]);
    expect(texts({ ...hidden, pruning: 'exact' }).join()).toMatch(
      /expected frame-descriptors\/sound: wrong-destructor/,
    );
  });

  it('reports a run that ends otherwise', () => {
    const [first, ...rest] = example.runs;
    if (first === undefined) throw new Error('no runs');
    expect(texts({ ...example, runs: [{ ...first, holds: ['task#1'] }, ...rest] })).toEqual([
      'run 0: run: expected exit 0 holds=[task#1], found exit 0 holds=[]',
    ]);
  });

  it('reports a refusal that is missing, different or not there', () => {
    expect(texts({ ...example, refusals: [] })[0]).toMatch(
      /^instruction 15: .*expected that mainline accepts the case/,
    );
    const [row] = example.refusals;
    if (row === undefined) throw new Error('no refusals');
    expect(texts({ ...example, refusals: [{ ...row, words: 'cgroup' }] })[0]).toMatch(/held-reference at 15 'cgroup'/);
    expect(texts({ ...example, refusals: [row, { ...row, subjects: ['frame-descriptors/sound'] }] })).toEqual([
      "instruction 15: refusal: expected frame-descriptors/sound: held-reference at 15 'task#1', found that it accepts the case",
    ]);
    expect(texts({ ...example, refusals: [row, { ...row, subjects: ['sond'] }] })[0]).toMatch(/found 'sond'/);
  });

  it('reports a walk that refuses unexpectedly, and one that no longer does', () => {
    expect(texts({ ...leak, refusals: [] })).toHaveLength(1);
    const [row] = example.refusals;
    if (row === undefined) throw new Error('no refusals');
    const refusals = [row, { subjects: ['verifier'], code: 'too-complex' as const, words: '', pc: 0 }];
    expect(texts({ ...example, refusals })[0]).toMatch(/expected verifier: too-complex at 0, found that it accepts/);
  });

  it('reports a new defect and a known one that has stopped', () => {
    expect(texts({ ...readme, known: [] })[0]).toMatch(
      /expected frame-descriptors\/rfc-v1: no defect, found double-release/,
    );
    const known = readme.known.map((row) => ({ ...row, defect: 'leak/nothing/unlisted/register/caller' }));
    expect(texts({ ...readme, known })[0]).toMatch(/^known 0: defect: expected .*leak.*, found double-release/);
  });

  it('compares expected output of the subjects that have some, and says how to rewrite it', () => {
    const broken = { ...example, expected: example.expected.map((line, index) => (index === 0 ? `${line}!` : line)) };
    expect(texts(broken)[0]).toMatch(/^expected: output: .*replay --bless/);
    expect(replayCase({ ...example, expected: [] }).mismatches).toEqual([]);
  });

  it('leaves alone what a file says about subjects that are not replayed', () => {
    const subjects = SUBJECTS.filter(({ name }) => name === 'mainline');
    expect(replayCase(readme, { subjects }).mismatches).toEqual([]);
    expect(replayCase(example, { subjects }).mismatches).toEqual([]);
  });
});

describe('blessedLines', () => {
  const output = ['a x', 'stack a main +0', 'b y', 'stack b main +8'];
  const subjects = SUBJECTS.slice(0, 2).map((subject, index) => ({ ...subject, name: index === 0 ? 'a' : 'b' }));

  it('gives all lines to a file without any, else those of the subjects it mentions', () => {
    expect(blessedLines({ ...example, expected: [] }, output, subjects)).toEqual(output);
    expect(blessedLines({ ...example, expected: ['stack b old', 'other z'] }, output, subjects)).toEqual([
      'b y',
      'stack b main +8',
      'other z',
    ]);
  });
});
