/** Tests of what `explain` says of a case that names patches. */
import { describe, expect, it } from 'vitest';
import { explanationJson } from '../../../src/report/explain-json.js';
import { explainPatches, patchesSection } from '../../../src/report/explain-patches.js';
import { explanationText } from '../../../src/report/explain-text.js';
import { SUBJECTS } from '../../../src/subjects/registry.js';
import { caseOf, corpusCase, explain, plain, TWO_KINDS } from './explained.js';

const subjects = SUBJECTS.filter(({ name }) => /rfc-v1|descriptors\/sound|per-frame/.test(name));
const SETTINGS = { subjects, pruning: 'exact', worlds: 8, seed: '1' } as const;
const MOVED = corpusCase('found/leak-patched-unlisted-stack-caller');
const DEFECT = 'leak/patched/unlisted/stack/caller';
const RFC = 'frame-descriptors/rfc-v1';

describe('explainPatches', () => {
  it('explainPatches names the plan and who is wrong after it', () => {
    expect(explainPatches(MOVED, SETTINGS)).toMatchObject({
      plan: 'before 4 1 goto, remove nops',
      wrong: [{ subject: RFC, defect: DEFECT }],
    });
    expect(explainPatches({ ...MOVED, runs: [] }, SETTINGS)?.wrong).toMatchObject([{ subject: RFC, defect: DEFECT }]);
  });

  it('explainPatches says nothing of a case without patches, nor of what is wrong without them', () => {
    expect(explainPatches(caseOf(TWO_KINDS), SETTINGS)).toBeUndefined();
    const twice = { ...caseOf(TWO_KINDS), patches: [{ do: 'blind' } as const] };
    expect(explainPatches(twice, SETTINGS)?.wrong).toEqual([]);
  });
});

describe('patchesSection', () => {
  it('patchesSection is a section of the explanation, and in its JSON', () => {
    const explanation = explain(MOVED);
    const text = explanationText(MOVED.program, explanation, plain);
    expect(text).toContain(
      `After the patches of this file\n  before 4 1 goto, remove nops\n    ${RFC}: ${DEFECT}\n      right as verified; once patched: task#1`,
    );
    expect(explanationJson(explanation).patches).toMatchObject({ wrong: [{ defect: DEFECT }] });
    const other = explain(caseOf(TWO_KINDS));
    expect(explanationText(caseOf(TWO_KINDS).program, other, plain)).not.toContain('patches');
    expect(explanationJson(other)).not.toHaveProperty('patches');
  });

  it('patchesSection says so where every design stays right', () => {
    const right = explainPatches(corpusCase('accept/patches/pcs-that-follow'), SETTINGS);
    if (right === undefined) throw new Error('no patches');
    expect(patchesSection(right, plain)).toContain('every design that is right as verified is right then');
  });
});
