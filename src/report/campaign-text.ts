/** A campaign for people: how much was at stake, one row per subject, why programs were refused, what was found. */

import { FINDING_ORDER } from '../../oracles/cleanup.js';
import type { CampaignResult } from '../campaign/campaign.js';
import { percentiles } from '../campaign/counts.js';
import type { Finding } from '../campaign/findings.js';
import type { FailedSubject } from '../campaign/same-failure.js';
import { type SubjectTally, type Tally, tooFewVerify } from '../campaign/stats.js';
import { comparisonText } from './comparison-text.js';
import { coverageText } from './coverage-text.js';
import { failedWords } from './failure-text.js';
import { evidenceText, listingText, othersText } from './finding-text.js';
import { number, percent, textTable, wrap } from './table.js';
import type { Paint } from './terminal.js';

/** The whole report. */
export function campaignText(result: CampaignResult, paint: Paint): string {
  return [
    subjectsBlock(result.tally, paint),
    refusalsBlock(result.tally, paint),
    comparisonText(result.tally.comparison, result.settings, paint),
    stakesBlock(result.tally, paint),
    result.coverage === undefined ? '' : coverageText(result.coverage, paint),
    findingsBlock(result, paint),
    ending(result, paint),
  ]
    .filter((block) => block !== '')
    .join('\n');
}

function heading(paint: Paint, title: string): string {
  return `${paint.bold(title)}\n`;
}

function findingsOf(subject: SubjectTally): number {
  return FINDING_ORDER.reduce((sum, verdict) => sum + subject.verdicts[verdict], 0);
}

function subjectsBlock(tally: Tally, paint: Paint): string {
  const rows = [...tally.subjects].map(([name, subject]) => {
    const growth = percentiles(subject.growth);
    const wrong = findingsOf(subject) - subject.patched;
    return [
      name,
      number(subject.prepared),
      number(subject.verdicts['merge-failure']),
      number(subject.verdicts.refused),
      number(subject.verdicts.agree),
      wrong === 0 ? '0' : paint.red(number(wrong)),
      `${growth.p50}/${growth.p95}/${growth.max}`,
      number(subject.overLimit),
      String(percentiles(subject.added).p50),
      percent(subject.executedAdded, subject.executedOriginal),
    ];
  });
  const head = ['subject', 'prepared', 'merge', 'refused', 'right', 'wrong', 'stack B', '>512', 'insns+', 'run+'];
  return (
    heading(paint, `What ${number(tally.programs)} programs came to`) +
    textTable(paint, head, rows) +
    wrap(
      'prepared: the design accepted the program; merge: it failed to merge two descriptors; right/wrong: what it cleaned up after every throw, against the truth. stack B: bytes the design adds to the worst call chain (median/95th percentile/max); >512: refused because they did not fit; insns+: instructions added (median); run+: instructions executed on top.',
      '  ',
    ) +
    patchedText(tally) +
    windowText(tally, paint)
  );
}

/** Who is right on programs as verified and wrong once they are patched, which the table counts as neither. */
function patchedText(tally: Tally): string {
  const moved = [...tally.subjects].flatMap(([name, { patched }]) =>
    patched === 0 ? [] : [`${name} ${number(patched)}`],
  );
  if (moved.length === 0) return '';
  return wrap(
    `Programs on which a design is right as they are verified and wrong once a kernel has patched them (neither right nor wrong above): ${moved.join(', ')}.`,
    '  ',
  );
}

/** How exposed designs are while what they have inserted runs. */
function windowText(tally: Tally, paint: Paint): string {
  const rows = [...tally.subjects].flatMap(([name, { windowStops, windowExposed }]) =>
    windowStops === 0 ? [] : [[name, number(windowStops), number(windowExposed), percent(windowExposed, windowStops)]],
  );
  if (rows.length === 0) return '';
  return (
    textTable(paint, ['stopped within inserted code', 'stops', 'not cleaned up right', 'share'], rows) +
    wrap('Not counted as wrong: a stop between an acquire and its push leaks by construction.', '  ')
  );
}

/** Reasons shown per subject. */
const REASONS = 4;

function refusalsBlock(tally: Tally, paint: Paint): string {
  const rows = [...tally.subjects].flatMap(([name, subject]) =>
    [...subject.refusals]
      .sort(([a, left], [b, right]) => right.programs - left.programs || (a < b ? -1 : 1))
      .slice(0, REASONS)
      .flatMap(([code, { programs, curableBy }], nth) => {
        const cures = [...curableBy].sort(([a], [b]) => (a < b ? -1 : 1));
        const [first = ['-', 0] as const, ...others] = cures;
        const cells = ([other, times]: readonly [string, number]) =>
          times === 0 ? ['-', ''] : [other, percent(times, programs)];
        return [
          [nth === 0 ? name : '', code, number(programs), ...cells(first)],
          ...others.map((other) => ['', '', '', ...cells(other)]),
        ];
      }),
  );
  if (rows.length === 0) return '';
  const head = ['subject', 'reason', 'programs', 'right on them', 'share'];
  return (
    heading(paint, 'Why programs were refused') +
    textTable(paint, head, rows, ['left', 'left', 'right', 'left', 'right']) +
    wrap(
      'right on them: other designs that accepted these very programs and cleaned up right in every world tried. `unverified` programs are refused by the verifier itself, for every design.',
      '  ',
    )
  );
}

function stakesBlock(tally: Tally, paint: Paint): string {
  const held = percentiles(tally.heldAtThrow);
  const share = (part: number) => `${number(part)} (${percent(part, tally.verified)})`;
  const rows = [
    ['programs that verify', `${number(tally.verified)} of ${number(tally.programs)}`],
    ['… that threw while holding something', share(tally.throwingWhileHolding)],
    ['… that threw while two frames held something', share(tally.holdingInTwoFrames)],
    ['… with a throw that differing states reach', share(tally.differingStates)],
    ['… of which every world was run', share(tally.enumerated)],
    ['runs that ended in a throw', number(tally.throwRuns)],
    ...(tally.stopRuns === 0
      ? []
      : [
          ['stops between throws', number(tally.stopRuns)],
          [
            '… at which something was held',
            `${number(tally.stopsHolding)} (${percent(tally.stopsHolding, tally.stopRuns)})`,
          ],
        ]),
    ['held at a throw: median, 95th percentile, max', `${held.p50}, ${held.p95}, ${held.max}`],
    ['throws in the programs that ran', `${number(tally.throwPcsRun)} of ${number(tally.throwPcs)}`],
  ];
  return (
    heading(paint, 'What was at stake') +
    textTable(paint, ['', ''], rows).split('\n').slice(1).join('\n') +
    wrap('An agreement about nothing is worth nothing: these say how much there was to clean up.', '  ')
  );
}

function findingsBlock(result: CampaignResult, paint: Paint): string {
  const fresh = result.findings.filter(({ known }) => known === undefined);
  const known = result.findings.filter((finding) => finding.known !== undefined);
  const parts: string[] = [];
  if (result.findings.length === 0) {
    parts.push(heading(paint, 'Findings'), '  none: no design cleaned up wrongly in any world tried\n');
  }
  if (fresh.length > 0) {
    parts.push(heading(paint, `New findings: ${fresh.length}`));
    for (const finding of fresh) parts.push(findingText(finding, paint, paint.red('NEW')), '\n');
  }
  if (known.length > 0) {
    parts.push(heading(paint, `Known findings: ${known.length}`));
    for (const subject of new Set(known.map((finding) => finding.subject))) {
      const rows = known
        .filter((finding) => finding.subject === subject)
        .map(({ defect, programs, minimised }) => [defect, number(programs), String(minimised?.insns ?? '-')]);
      parts.push(textTable(paint, [subject, 'programs', 'insns'], rows));
    }
    parts.push(
      wrap(
        'A defect is verdict/claim/truth/place/frame: what went wrong, what the design took the value for, what it really was, where it was, in whose frame. insns: size of the smallest program. Known ones are in the baseline and do not fail the run.',
        '  ',
      ),
    );
    // The smallest program that holds something when it throws says most.
    const rank = ({ minimised }: Finding) =>
      (minimised?.insns ?? 1e9) + ((minimised?.file.evidence?.holds.length ?? 0) === 0 ? 1e6 : 0);
    const smallest = known.reduce((a, b) => (rank(b) < rank(a) ? b : a));
    if (fresh.length === 0) parts.push('\n', findingText(smallest, paint, 'Example'));
  }
  if (result.unseen.length > 0) {
    parts.push(
      '\n',
      heading(paint, `In the baseline but not seen in this run: ${result.unseen.length}`),
      ...result.unseen.map(({ subject, defect }) => `  ${subject}: ${defect}\n`),
      wrap('Fixed, or this run was too short to meet them.', '  '),
    );
  }
  return parts.join('');
}

/** One finding with its program. */
function findingText(finding: Finding, paint: Paint, label: string): string {
  const { minimised } = finding;
  const lines = [`\n${paint.bold(`${label}  ${finding.subject}: ${finding.defect}`)}\n`];
  if (minimised !== undefined) {
    const shrunk =
      minimised.ended === 'minimal' || minimised.ended === 'not shrunk'
        ? ''
        : `; shrinking ended early: ${minimised.ended}`;
    lines.push(
      `  first in program ${finding.index}, in ${number(finding.programs)} in all; ${minimised.insns} instructions, shrunk from ${minimised.insnsBefore}${shrunk}\n`,
    );
  }
  if (finding.known !== undefined) lines.push(wrap(`known: ${finding.known}`, '  '));
  lines.push(`  file ${finding.file ?? '-'}\n\n`);
  if (minimised !== undefined) {
    const { evidence, others, program } = minimised.file;
    lines.push(listingText(program, paint, evidence?.pc, 'thrown here'), '\n');
    if (minimised.file.claims.length > 0) {
      lines.push('  what the design knows:\n', ...minimised.file.claims.map((line) => `    ${line}\n`));
    }
    if (evidence !== undefined) lines.push(evidenceText(evidence, paint));
    lines.push(othersText(others, paint));
  }
  return lines.join('');
}

/** The run ended because a subject from outside failed: which, on what, and how to see it again. */
function failedText(failure: FailedSubject, index: number, file: string, paint: Paint): string {
  const { subject, module, words, insns } = failure;
  return [
    `${paint.red(`${module}: ${subject}`)} ${failedWords(failure, index)}\n`,
    ...words.stack.map((line) => `      ${line}\n`),
    `  the run ends here; shrunk to ${insns} instructions and saved in ${file}\n`,
    `  again: unwindiff judge ${file} --subject ${module}\n`,
  ].join('');
}

function ending(result: CampaignResult, paint: Paint): string {
  const { settings, from, tally, ended } = result;
  const again = `--seed ${settings.seed} --profile ${settings.profile} --from ${from} --runs ${tally.programs}`;
  const lines: string[] = [];
  if (ended === 'time') lines.push(`  time is up; the same programs again: ${again}\n`);
  if (ended === 'interrupted') {
    const next = `--seed ${settings.seed} --profile ${settings.profile} --from ${from + tally.programs}`;
    lines.push(`  interrupted; the same programs again: ${again}\n`, `  to go on: ${next}\n`);
  }
  if (result.crash !== undefined) {
    const { crash, file } = result.crash;
    if (crash.failure === undefined) {
      lines.push(
        `${paint.red('unwindiff has a bug')}: it could not ${crash.stage} program ${crash.index}: ${crash.message}\n`,
        `  saved in ${file}\n`,
      );
    } else lines.push(failedText(crash.failure, crash.index, file, paint));
  }
  if (tooFewVerify(tally)) {
    lines.push(
      `${paint.red('unwindiff has a bug')}: only ${percent(tally.verified, tally.programs)} of the programs verify; its generator or its verifier is wrong\n`,
    );
  }
  const { elapsedSeconds } = result.timing;
  const rate = elapsedSeconds > 0 ? Math.round(tally.programs / elapsedSeconds) : 0;
  lines.push(
    paint.dim(`  ${number(tally.programs)} programs in ${elapsedSeconds.toFixed(1)} s, ${number(rate)} a second\n`),
  );
  return lines.join('');
}
