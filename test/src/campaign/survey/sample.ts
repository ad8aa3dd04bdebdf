/** A small survey for tests, run once in this thread. */
import { localExecutor } from '../../../../src/campaign/executor.js';
import { runSurvey, type Survey, type SurveyRequest } from '../../../../src/campaign/survey/survey.js';
import { SUBJECTS } from '../../../../src/subjects/registry.js';

/** Two profiles, 31 programs, all subjects. */
export const REQUEST: SurveyRequest = {
  settings: {
    seed: 'survey',
    subjects: SUBJECTS.map(({ name }) => name),
    pruning: 'exact',
    worlds: 4,
    fuel: 4096,
    containment: false,
    patches: false,
  },
  subjects: SUBJECTS,
  profiles: ['default', 'merge-heavy'],
  stops: ['throw'],
  runs: 31,
  executor: localExecutor,
};

let survey: Promise<Survey> | undefined;

export function smallSurvey(): Promise<Survey> {
  survey ??= runSurvey(REQUEST);
  return survey;
}
