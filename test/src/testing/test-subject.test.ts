/** The law kit applied to ours; what it does with a subject that breaks a law is seen from outside, in test/consumer.test.ts. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sound } from '../../../src/subjects/frame-descriptors/frame-descriptors.js';
import { mainline } from '../../../src/subjects/mainline/mainline.js';
import { perFrame } from '../../../src/subjects/runtime-table/runtime-table.js';
import type { Subject } from '../../../src/subjects/subject.js';
import { testSubject } from '../../../src/testing/test-subject.js';

/** Accepts what sound descriptors accept and releases nothing. */
const leaking: Subject = {
  ...sound,
  name: 'leaking',
  prepare(input) {
    const answer = sound.prepare(input);
    return answer.ok ? { ...answer, unwind: () => [] } : answer;
  },
};
const leaks = ['register', 'stack', 'nowhere'].flatMap((place) =>
  ['thrower', 'caller'].map((frame) => `leak/nothing/unlisted/${place}/${frame}`),
);

const few = { runs: 12, timeout: 60_000 };
testSubject(mainline, few);
testSubject(sound, few);
testSubject(perFrame, { ...few, profiles: ['deep-calls'], seed: 4 });
testSubject(leaking, { ...few, known: leaks, corpus: join('corpus', 'accept') });

describe('testSubject', () => {
  it('testSubject refuses what is no subject', () => {
    expect(() => testSubject({ ...mainline, name: 'two words' })).toThrow(
      "testSubject: name: expected words like 'design/policy', found 'two words'",
    );
  });

  it('testSubject refuses a known defect that has no valid name', () => {
    expect(() => testSubject(mainline, { known: ['leak'] })).toThrow('testSubject: known: expected verdict/claim/');
  });
});
