/** The table of subjects. */
import { describe, expect, test } from 'vitest';
import { SUBJECTS, subjectByName } from '../../../src/subjects/registry.js';

describe('SUBJECTS', () => {
  test('SUBJECTS have distinct names under which they are found', () => {
    expect(SUBJECTS.map(({ name }) => name)).toEqual([
      'mainline',
      'frame-descriptors/rfc-v1',
      'frame-descriptors/rfc-v2',
      'frame-descriptors/sound',
      'forced-spill/literal',
      'forced-spill/sound',
      'runtime-table/per-frame',
      'runtime-table/shared',
      'runtime-table/compact',
      'landing-pads',
      'run-to-exit',
    ]);
    for (const subject of SUBJECTS) expect(subjectByName(subject.name)).toBe(subject);
    expect(subjectByName('nobody')).toBeUndefined();
  });
});
