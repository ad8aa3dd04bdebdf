import { describe, expect, it } from 'vitest';
import { WORST_CASES } from '../../../../generators/worst-case.js';
import { sweepsOf } from '../../../../src/campaign/survey/sweeps.js';
import { SUBJECTS } from '../../../../src/subjects/registry.js';

const sweeps = sweepsOf(SUBJECTS, 'exact');
const of = (shape: string, subject: string) => {
  const found = sweeps.find((sweep) => sweep.shape === shape && sweep.subject === subject);
  if (found === undefined) throw new Error(`no sweep ${shape} ${subject}`);
  return found;
};

describe('sweepsOf', () => {
  it('has a row for each shape and subject, a point for each size', () => {
    expect(sweeps).toHaveLength(WORST_CASES.length * SUBJECTS.length);
    for (const { points } of sweeps) {
      for (const { cost, refusal } of points) expect(cost === undefined).toBe(refusal !== undefined);
    }
  });

  it('finds the published size of the descriptors of 62 objects', () => {
    expect(of('objects', 'frame-descriptors/rfc-v1').points.at(-1)).toMatchObject({
      n: 62,
      cost: { metadataBytes: 1624, stackBytes: 0 },
    });
  });

  it('metadata of descriptors grows with the throws, the table with what is held at once', () => {
    expect(of('throw-pcs', 'frame-descriptors/rfc-v1').order.metadataBytes).toBeCloseTo(1, 1);
    expect(of('objects', 'runtime-table/per-frame').order.stackBytes).toBeCloseTo(1, 1);
  });

  it('a table that does not fit ends the sweep', () => {
    expect(of('objects', 'runtime-table/per-frame').points.at(-1)).toMatchObject({ refusal: 'stack-limit' });
    expect(of('throw-pcs', 'runtime-table/per-frame').points.every(({ refusal }) => refusal === 'stack-limit')).toBe(
      true,
    );
  });

  it('counts what is walked beside the program', () => {
    for (const subject of ['landing-pads', 'run-to-exit', 'runtime-table/per-frame']) {
      const point = of('fan-in', subject).points[0];
      expect(point?.cost?.walked).toBeGreaterThan(point?.walkedOwn ?? 0);
    }
  });
});
