import { expect, it } from 'vitest';
import { jsonText } from '../../../src/report/json.js';
import { surveyJson } from '../../../src/report/survey-json.js';
import { smallSurvey } from '../campaign/survey/sample.js';

it('surveyJson survives its way through text', async () => {
  const survey = await smallSurvey();
  const answer = surveyJson(survey, { runs: 31 });
  expect(JSON.parse(jsonText(answer))).toEqual(answer);
  expect(answer).toMatchObject({ seed: 'survey', complete: true, settings: { runs: 31 } });
  expect(answer.rows).toHaveLength(survey.rows.length);
});
