/** A campaign as JUnit XML: a suite per subject, a test case per defect, and one with the totals, which passes. */
import type { CampaignResult } from '../campaign/campaign.js';
import type { Finding } from '../campaign/findings.js';
import { type SubjectTally, tooFewVerify, VERDICT_NAMES } from '../campaign/stats.js';
import { failedWords } from './failure-text.js';
import { junitXml, type TestCase, type TestSuite } from './junit.js';

/** The document; a known defect is a skipped test with its reason, a new one a failure; a bug of ours, and a subject that fails, an error. */
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
        ...failedCase(classname, name, result),
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

/** The command that judges the program of a finding again, by the subjects of the run that are not ours as well. */
function again({ settings }: CampaignResult, index: number): string {
  const { seed, profile, modules = [] } = settings;
  const subjects =
    modules.length === 0
      ? ''
      : ['all', ...modules.map(({ given }) => given)].map((each) => ` --subject ${each}`).join('');
  return `unwindiff fuzz --seed '${seed}' --profile ${profile} --from ${index} --runs 1${subjects}`;
}

function crashCase({ crash }: CampaignResult): TestCase {
  const about = { classname: 'unwindiff', name: 'unwindiff itself does not fail' };
  if (crash === undefined || crash.crash.failure !== undefined) return { ...about, end: { is: 'passed' } };
  const { stage, index, message, stack } = crash.crash;
  const text = `while it wanted to ${stage} program ${index}\nsaved: ${crash.file}\n\n${stack}`;
  return { ...about, end: { is: 'error', type: 'crash', message, text } };
}

/** A subject from outside that failed: an error of its own suite. */
function failedCase(classname: string, name: string, { crash }: CampaignResult): readonly TestCase[] {
  const failure = crash?.crash.failure;
  if (crash === undefined || failure?.subject !== name) return [];
  const message = failedWords(failure, crash.crash.index);
  const text = [`module: ${failure.module}`, `saved: ${crash.file}`, '', ...failure.words.stack, '', failure.text];
  return [{ classname, name: 'does not fail', end: { is: 'error', type: 'failure', message, text: text.join('\n') } }];
}

function verifyingCase({ tally }: CampaignResult): TestCase {
  const about = { classname: 'unwindiff', name: 'generated programs verify' };
  if (!tooFewVerify(tally)) return { ...about, end: { is: 'passed' } };
  const message = `only ${tally.verified} of ${tally.programs} generated programs verify`;
  const why = [...tally.unverified].sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, count]) => `${code}: ${count}\n`);
  return { ...about, end: { is: 'error', type: 'unverified', message, text: why.join('') } };
}
