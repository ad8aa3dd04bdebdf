import { describe, expect, it } from 'vitest';
import { compareSurveys, readSurvey } from '../../../src/campaign/survey/comparison.js';
import { KEY_COLUMNS, surveyCsv, sweepsCsv } from '../../../src/report/survey-csv.js';
import { smallSurvey } from '../campaign/survey/sample.js';

describe('surveyCsv', () => {
  it('is read back cell by cell, and is no change to itself', async () => {
    const { rows } = await smallSurvey();
    const read = readSurvey(surveyCsv(rows), KEY_COLUMNS);
    if (!read.ok) throw new Error(read.message);
    expect(read.survey.rows.map((row) => [row.get('subject'), Number(row.get('growth_max'))])).toEqual(
      rows.map(({ subject, growth }) => [subject, growth.max]),
    );
    expect(read.survey.rows.map((row) => Number(row.get('merge_failure_rate')))).toEqual(
      rows.map(({ mergeFailures }) => Number(mergeFailures.rate.toFixed(6))),
    );
    const same = compareSurveys(read.survey, read.survey, KEY_COLUMNS);
    expect(same).toEqual({ changed: [], added: [], removed: [], unchanged: rows.length });
  });

  it('never writes a cell that needs quotes', async () => {
    const [row] = (await smallSurvey()).rows;
    if (row === undefined) throw new Error('no row');
    expect(() => surveyCsv([{ ...row, subject: 'a,b' }])).toThrow('needs quotes');
  });
});

describe('sweepsCsv', () => {
  it('has a line for each point', async () => {
    const { sweeps } = await smallSurvey();
    const points = sweeps.reduce((sum, each) => sum + each.points.length, 0);
    expect(sweepsCsv(sweeps).trimEnd().split('\n')).toHaveLength(points + 1);
  });
});
