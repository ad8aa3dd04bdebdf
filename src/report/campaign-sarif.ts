/** A campaign as SARIF: a rule per class of defect, a result per finding. */
import type { CampaignResult } from '../campaign/campaign.js';
import type { Finding } from '../campaign/findings.js';
import { profileAt } from '../campaign/plan.js';
import { tooFewVerify } from '../campaign/stats.js';
import { readCase } from '../case/read.js';
import { DEFECT_RULES, defectResult } from './defect-sarif.js';
import { failedWords } from './failure-text.js';
import { locationOf, sarifText } from './sarif.js';

/** The log; a known defect is unchanged and suppressed with its reason, any other is new. */
export function campaignSarif(result: CampaignResult, version: string): string {
  const { settings, tally, from, findings, crash } = result;
  const failures = [];
  if (crash !== undefined) {
    const { stage, index, message, failure } = crash.crash;
    const text =
      failure === undefined
        ? `unwindiff has a bug: it could not ${stage} program ${index}: ${message}`
        : `${failure.module}: ${failure.subject} ${failedWords(failure, index)}`;
    failures.push({ level: 'error' as const, message: { text }, locations: [locationOf(crash.file)] });
  }
  if (tooFewVerify(tally)) {
    const text = `unwindiff has a bug: only ${tally.verified} of ${tally.programs} generated programs verify`;
    failures.push({ level: 'error' as const, message: { text } });
  }
  return sarifText({
    version,
    id: `fuzz/${settings.profile}`,
    rules: DEFECT_RULES,
    results: findings.map((finding) => resultOf(finding, result)),
    failures,
    properties: { seed: settings.seed, profile: settings.profile, from, programs: tally.programs, ended: result.ended },
  });
}

function resultOf(finding: Finding, { settings }: CampaignResult) {
  const { subject, defect, verdict, index, known, file, minimised } = finding;
  const result = defectResult({
    subject,
    defect,
    verdict,
    known,
    file,
    line: throwingLine(finding),
    detail: minimised?.file.evidence?.detail,
    properties: {
      seed: settings.seed,
      index,
      profile: profileAt(settings.profile, index),
      ...(minimised === undefined ? {} : { instructions: minimised.insns }),
    },
  });
  return { ...result, occurrenceCount: finding.programs };
}

/** Line of the instruction that stopped the program, in the finding's file. */
function throwingLine({ minimised }: Finding): number {
  const pc = minimised?.file.evidence?.pc;
  if (minimised === undefined || pc === undefined) return 1;
  const read = readCase(minimised.file.text);
  return (read.ok ? read.lines[pc] : undefined) ?? 1;
}
