/** A campaign as JUnit XML: a suite per subject, a test case per defect, and one with the totals, which passes. */
import type { CampaignResult } from '../campaign/campaign.js';
import type { Finding } from '../campaign/findings.js';
import { type SubjectTally, tooFewVerify, VERDICT_NAMES } from '../campaign/stats.js';
import { junitXml, type TestCase, type TestSuite } from './junit.js';

/** The document; a known defect is a skipped test with its reason, a new one a failure, a bug of ours an error. */
export function campaignJunit(result: CampaignResult): string {
  const { settings, tally, from, findings } = result;
  const own: TestSuite = {
    name: 'unwindiff',
    properties: {
      seed: settings.seed,
      profile: settings.profile,
      from,
      programs: tally.programs,
      verified: tally.verified,
      ended: result.ended,
    },
    cases: [crashCase(result), verifyingCase(result)],
  };
  const suites = [...tally.subjects].map(([name, subject]): TestSuite => {
    const classname = `unwindiff.${name.replaceAll('/', '.')}`;
    const mine = findings.filter((finding) => finding.subject === name);
    return {
      name,
      properties: totals(subject),
      cases: [
        { classname, name: 'totals', end: { is: 'passed' }, output: totalsText(subject) },
        ...mine.map((finding) => findingCase(classname, finding, result)),
      ],
    };
  });
  return junitXml('unwindiff fuzz', [own, ...suites], result.timing.elapsedSeconds);
}

function totals(subject: SubjectTally): Record<string, number> {
  const verdicts = VERDICT_NAMES.map((name) => [name, subject.verdicts[name]] as const);
  return { prepared: subject.prepared, ...Object.fromEntries(verdicts) };
}

const totalsText = (subject: SubjectTally) =>
  Object.entries(totals(subject))
    .map(([name, count]) => `${name}: ${count}\n`)
    .join('');

function findingCase(classname: string, finding: Finding, result: CampaignResult): TestCase {
  const { defect, verdict, known, file, minimised } = finding;
  const name = defect;
  if (known !== undefined) return { classname, name, end: { is: 'skipped', reason: known } };
  const text = [`file: ${file ?? 'none'}`, `again: ${again(result, finding.index)}`, '', minimised?.file.text ?? ''];
  const message = minimised?.file.evidence?.detail ?? defect;
  return { classname, name, end: { is: 'failed', type: verdict, message, text: text.join('\n') } };
}

/** The command that judges the program of a finding again. */
const again = ({ settings }: CampaignResult, index: number) =>
  `unwindiff fuzz --seed '${settings.seed}' --profile ${settings.profile} --from ${index} --runs 1`;

function crashCase({ crash }: CampaignResult): TestCase {
  const about = { classname: 'unwindiff', name: 'unwindiff itself does not fail' };
  if (crash === undefined) return { ...about, end: { is: 'passed' } };
  const { stage, index, message, stack } = crash.crash;
  const text = `while it wanted to ${stage} program ${index}\nsaved: ${crash.file}\n\n${stack}`;
  return { ...about, end: { is: 'error', type: 'crash', message, text } };
}

function verifyingCase({ tally }: CampaignResult): TestCase {
  const about = { classname: 'unwindiff', name: 'generated programs verify' };
  if (!tooFewVerify(tally)) return { ...about, end: { is: 'passed' } };
  const message = `only ${tally.verified} of ${tally.programs} generated programs verify`;
  const why = [...tally.unverified].sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, count]) => `${code}: ${count}\n`);
  return { ...about, end: { is: 'error', type: 'unverified', message, text: why.join('') } };
}
