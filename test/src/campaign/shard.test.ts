/** Tests of the work of one worker, on real programs. */
import { describe, expect, it } from 'vitest';
import { createJudge } from '../../../oracles/judge.js';
import { showingOf } from '../../../src/campaign/same-defect.js';
import { createShard, type Sighting } from '../../../src/campaign/shard.js';
import { readCase } from '../../../src/case/read.js';
import { replayCase } from '../../../src/case/replay.js';
import { pcsOf } from '../../../src/shrink/listing.js';
import { remove } from '../../../src/shrink/rewrite.js';
import { SUBJECTS } from '../../../src/subjects/registry.js';
import { acceptingAll, loadedOne } from '../subjects/modules.js';
import { RFC, SETTINGS } from './samples.js';

const settings = { ...SETTINGS, profile: 'merge-heavy', subjects: [RFC] } as const;
const shard = createShard(settings);
const batch = shard.run({ from: 0, count: 60 }, true);

function first(): Sighting {
  const [sighting] = batch.sightings;
  if (sighting === undefined) throw new Error('nothing was found');
  return sighting;
}

describe('createShard', () => {
  it('createShard judges every program of a batch', () => {
    expect(batch.crash).toBeUndefined();
    expect(batch.tally.programs).toBe(60);
    expect(batch.coverage?.some((count) => count > 0)).toBe(true);
  });

  it('createShard gives the same for parts of a batch as for all of it', () => {
    const parts = [shard.run({ from: 0, count: 25 }, false), shard.run({ from: 25, count: 35 }, false)];
    const keys = (sightings: readonly Sighting[]) => sightings.map(({ defect }) => defect);
    const together = new Set(parts.flatMap(({ sightings }) => keys(sightings)));
    expect(together).toEqual(new Set(keys(batch.sightings)));
    expect(parts.reduce((sum, { tally }) => sum + tally.throwRuns, 0)).toBe(batch.tally.throwRuns);
  });

  it('createShard sees each defect of a batch once, under its first index', () => {
    const defects = batch.sightings.map(({ subject, defect }) => `${subject} ${defect}`);
    expect(new Set(defects).size).toBe(defects.length);
    const wrong = batch.sightings.reduce((sum, { programs }) => sum + programs, 0);
    expect(wrong).toBeGreaterThanOrEqual(defects.length);
  });

  it('createShard shrinks to a 1-minimal program that shows the same defect, and writes it as a case', () => {
    const { subject, defect } = first();
    const result = shard.minimise(first(), false);
    if (!result.ok) throw new Error(result.crash.stack);
    const { file, insns, insnsBefore, ended } = result.minimised;
    expect(ended).toBe('minimal');
    expect(insns).toBeLessThan(insnsBefore);
    const judge = createJudge({ ...settings, subjects: SUBJECTS });
    const world = file.evidence?.world;
    const still = (program: typeof file.program) =>
      showingOf(judge, program, subject, defect, world === undefined ? [] : [world]) !== undefined;
    expect(still(file.program)).toBe(true);
    for (const pc of pcsOf(file.program)) {
      const smaller = remove(file.program, [pc]);
      expect(smaller !== undefined && still(smaller)).toBe(false);
    }
    const read = readCase(file.text);
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    expect(read.case.origin).toEqual({ by: 'fuzz', seed: '1', index: first().index });
    expect(replayCase(read.case).mismatches).toEqual([]);
  });

  it('createShard shrinks a finding of patched programs with its patches, to one step and a case that replays', () => {
    const sighting = batch.sightings.find(({ defect }) => defect.includes('/patched/'));
    if (sighting === undefined) throw new Error('no patched program was wrong');
    const found = shard.minimise(sighting, true);
    const result = shard.minimise(sighting, false);
    if (!result.ok || !found.ok) throw new Error('it does not show any more');
    const { file, insns, insnsBefore, ended } = result.minimised;
    expect(ended).toBe('minimal');
    expect(insns).toBeLessThan(insnsBefore / 2);
    expect(file.evidence?.patches?.length).toBe(1);
    for (const { text } of [file, found.minimised.file]) {
      const read = readCase(text);
      if (!read.ok) throw new Error(JSON.stringify(read.errors));
      expect(read.case.patches.length).toBeGreaterThan(0);
      expect(read.case.known[0]).toMatchObject({ subject: RFC, defect: sighting.defect });
      expect(replayCase(read.case).mismatches).toEqual([]);
    }
  });

  it('createShard writes a finding as it was found, too', () => {
    const result = shard.minimise(first(), true);
    if (!result.ok) throw new Error(result.crash.stack);
    const read = readCase(result.minimised.file.text);
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    expect(replayCase(read.case).mismatches).toEqual([]);
  });

  it('createShard reports its own crash with index, stage and program', () => {
    const broken = createShard({ ...settings, subjects: [...settings.subjects, 'nobody'] });
    const { crash, tally } = broken.run({ from: 3, count: 4 }, false);
    expect(crash).toMatchObject({ index: 3, stage: 'judge' });
    expect(crash?.program).toContain('main:');
    expect(tally.programs).toBeLessThanOrEqual(1);
  });

  it('createShard calls a rewrite that does not verify a bug of ours only if the subject is ours', async () => {
    const rejected = "return { ok: false, refusal: { code: 'rewrite-rejected', pc: 0, message: 'no' } };";
    const mine = await loadedOne(acceptingAll('mine/x', '', rejected));
    const { crash, tally } = createShard({ ...settings, subjects: ['mine/x'] }, [mine]).run(
      { from: 0, count: 3 },
      false,
    );
    expect(crash).toBeUndefined();
    expect(tally.subjects.get('mine/x')?.refusals.get('rewrite-rejected')?.programs).toBe(3);
  });

  it('createShard reports a subject from outside that fails as that', async () => {
    const mine = await loadedOne(acceptingAll('mine/x', 'reserved: [],'));
    const { crash } = createShard({ ...settings, subjects: [RFC, 'mine/x'] }, [mine]).run({ from: 2, count: 3 }, false);
    expect(crash).toMatchObject({
      index: 2,
      stage: 'judge',
      failure: { subject: 'mine/x', work: 'prepare' },
    });
  });
});
