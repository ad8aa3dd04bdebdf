/** What the running kernel said, as text and as JSON. */
import type { Acquisition, Confirmation } from '../../oracles/kernel/callables.js';
import type { Health } from '../campaign/kernel/health.js';
import type { KernelResult } from '../campaign/kernel/kernel-campaign.js';
import { isBelowTarget, type LegTally } from '../campaign/kernel/leg-tally.js';
import type { Answer, LegGroup } from '../campaign/kernel/legs.js';
import { number, textTable, wrap } from './table.js';
import type { Paint } from './terminal.js';

export interface KernelStatus {
  readonly release: string;
  readonly jit: boolean;
  readonly panicOnWarn: boolean;
  /** The kernel's log can be read, so warnings are noticed. */
  readonly log: boolean;
  readonly acquisitions: readonly Acquisition[];
  readonly health: Health;
}

/** `kernel status` for people. */
export function statusText(status: KernelStatus, paint: Paint): string {
  const yes = (is: boolean, otherwise: string) => (is ? 'yes' : otherwise);
  const facts = textTable(
    paint,
    ['the running kernel', ''],
    [
      ['release', status.release],
      ['bpf(2), BTF of the kernel', 'yes'],
      ['JIT', yes(status.jit, 'no: programs that throw do not load')],
      ['its log can be read', yes(status.log, 'no: its warnings go unnoticed')],
      ['panics at a warning', yes(status.panicOnWarn, 'no')],
    ],
    ['left', 'left'],
  );
  const kinds = textTable(
    paint,
    ['kind', 'acquired by', 'loads', 'in a test run', 'why not'],
    status.acquisitions.map(({ kind, callable, result, detail }) => [
      kind,
      callable,
      result === 'refused' ? 'no' : 'yes',
      { succeeds: 'succeeds', fails: 'returns NULL', 'not made': 'is not reached', refused: '-' }[result],
      detail,
    ]),
    ['left', 'left', 'left', 'left', 'left'],
  );
  return `${facts}\n${kinds}\n${healthText([['now', status.health]], paint)}`;
}

function healthText(rows: readonly (readonly [string, Health])[], paint: Paint): string {
  const mib = (value: number | undefined) => (value === undefined ? '-' : number(value));
  return textTable(
    paint,
    ['the kernel has', 'programs', 'maps', 'BTF', 'MiB available', 'MiB slab', 'MiB vmalloc'],
    rows.map(([when, health]) => [
      when,
      number(health.programs),
      number(health.maps),
      number(health.btf),
      mib(health.availableMiB),
      mib(health.slabMiB),
      mib(health.vmallocMiB),
    ]),
  );
}

/** `kernel callables` for people: a line per callable, and every property that is not confirmed. */
export function callablesText(confirmations: readonly Confirmation[], paint: Paint): string {
  const names = [...new Set(confirmations.map(({ callable }) => callable))];
  const rows = names.map((name) => {
    const own = confirmations.filter(({ callable }) => callable === name);
    const counted = (result: Confirmation['result']) => own.filter((each) => each.result === result).length;
    return [
      name,
      number(counted('confirmed')),
      number(counted('differs')),
      number(counted('not-confirmable')),
      own.map(({ property }) => property).join('; '),
    ];
  });
  const open = confirmations.filter(({ result }) => result !== 'confirmed');
  const lines = open.map(({ callable, property, result, detail }) =>
    wrap(`${callable}: ${property}: ${result}${detail === '' ? '' : `: ${detail}`}`, '    ', '  '),
  );
  const confirmed = confirmations.length - open.length;
  return `${textTable(paint, ['callable', 'confirmed', 'differ', 'not here', 'properties'], rows, [
    'left',
    'right',
    'right',
    'right',
    'left',
  ])}${lines.length === 0 ? '' : `\n${lines.join('')}`}\n  ${number(confirmed)} of ${number(confirmations.length)} properties confirmed by the running kernel\n`;
}

interface CheckedLeg {
  readonly leg: string;
  readonly answers: readonly Answer[];
}

/** `kernel check` for people. */
export function kernelCheckText(title: string, legs: readonly CheckedLeg[], paint: Paint): string {
  const rows = legs.flatMap(({ leg, answers }) =>
    answers.map((answer, index) => [index === 0 ? leg : '', ...inWords(answer, paint)]),
  );
  return `${title}\n\n${textTable(paint, ['the kernel was asked', 'answer', ''], rows, ['left', 'left', 'left'])}`;
}

function inWords(answer: Answer, paint: Paint): readonly [string, string] {
  switch (answer.is) {
    case 'agree':
      return ['agrees', answer.how];
    case 'disagree': {
      const known = answer.known === undefined ? '' : ` (known: ${answer.known})`;
      return [paint.red('disagrees'), `${answer.class}${known}: ${answer.detail}`];
    }
    case 'not-compared':
      return ['not compared', answer.reason];
    case 'kernel-failed':
      return [paint.red('the kernel failed'), answer.errno];
  }
}

export interface AboutRun {
  readonly seed: string;
  readonly profile: string;
  readonly kernel: string;
  readonly log: boolean;
  readonly workers: number;
  readonly seconds: number;
}

/** Share of agreements, of all that was compared: `undefined` of nothing. Known differences are disagreements. */
function agreement(compared: number, agreed: number): number | undefined {
  return compared === 0 ? undefined : agreed / compared;
}

function shareText(share: number | undefined): string {
  return share === undefined ? '-' : `${(100 * share).toFixed(2)} %`;
}

const most = (sums: Readonly<Record<string, number>>): readonly (readonly [string, number])[] =>
  Object.entries(sums).sort(([, a], [, b]) => b - a);

/** `kernel fuzz` for people. */
export function kernelCampaignText(result: KernelResult, about: AboutRun, paint: Paint): string {
  const legs = textTable(
    paint,
    ['asked', 'compared', 'agree', 'agreement', 'known', 'not compared'],
    result.legs.map(({ leg, compared, agreed, known, notCompared }) => [
      leg,
      number(compared),
      number(agreed),
      shareText(agreement(compared, agreed)),
      number(known),
      number(Object.values(notCompared).reduce((sum, each) => sum + each, 0)),
    ]),
  );
  const how = result.legs
    .map(({ leg, how: sums, notCompared }) => {
      const list = (of: Readonly<Record<string, number>>) =>
        most(of)
          .map(([word, times]) => `${word} ${number(times)}`)
          .join(', ');
      const agreed = list(sums);
      const not = list(notCompared);
      const text = `${leg}: ${agreed === '' ? 'nothing compared' : agreed}${not === '' ? '' : `; not compared: ${not}`}`;
      return wrap(text, '    ', '  ');
    })
    .join('');
  const findings = result.findings
    .map(({ leg, class: name, known, detail, index, programs, file, insns, insnsBefore }) => {
      const head = `${leg}: ${name}${known === undefined ? '' : ` (known: ${known})`}`;
      const where = `in ${number(programs)} programs, first at index ${index}; ${insnsBefore} to ${insns} instructions: ${file}`;
      return `${wrap(known === undefined ? paint.red(head) : head, '    ', '  ')}${wrap(detail, '    ')}${wrap(where, '    ')}`;
    })
    .join('');
  const below = result.legs
    .filter(isBelowTarget)
    .map(({ leg, target }) => wrap(paint.red(`${leg}: agreement is below ${shareText(target)}`), '  ', '  '))
    .join('');
  const stopped =
    result.stopped === undefined
      ? ''
      : `\n${wrap(
          paint.red(
            `The kernel failed at index ${result.stopped.index} (${result.stopped.leg}): ${result.stopped.why}. Saved: ${[result.stopped.file, ...result.stopped.suspects].join(', ')}`,
          ),
          '  ',
        )}`;
  const rate = Math.round(result.programs / Math.max(about.seconds, 0.001));
  return `${legs}
${how}
${findings === '' ? '  no disagreement\n' : findings}${below}${stopped}
${healthText(
  [
    ['before', result.health.before],
    ['after', result.health.after],
  ],
  paint,
)}
  ${number(result.programs)} programs in ${about.seconds.toFixed(1)} s, ${number(rate)} a second by ${about.workers} workers, Linux ${about.kernel}${
    about.log ? '; no warning in its log goes unnoticed' : '; its log cannot be read'
  }${result.ended === 'interrupted' ? '; interrupted' : ''}
`;
}

/** The same in JSON: `parity`, `execution`, `descriptors` and `table` with their sums, and the rows of each. */
export function kernelCampaignJson(result: KernelResult, about: AboutRun): object {
  const rowOf = ({ leg, compared, agreed, known, how, classes, notCompared }: LegTally) => ({
    name: leg,
    agreement: agreement(compared, agreed) ?? null,
    compared,
    agreed,
    known,
    how,
    classes,
    notCompared,
  });
  const groupOf = (group: LegGroup) => {
    const rows = result.legs.filter((row) => row.group === group);
    const compared = rows.reduce((sum, row) => sum + row.compared, 0);
    const agreed = rows.reduce((sum, row) => sum + row.agreed, 0);
    return { agreement: agreement(compared, agreed) ?? null, compared, agreed, rows: rows.map(rowOf) };
  };
  return {
    seed: about.seed,
    profile: about.profile,
    kernel: about.kernel,
    programs: result.programs,
    ended: result.ended,
    parity: groupOf('parity'),
    execution: groupOf('execution'),
    descriptors: groupOf('descriptors'),
    table: groupOf('table'),
    findings: result.findings,
    belowTarget: result.legs.filter(isBelowTarget).map(({ leg }) => leg),
    stopped: result.stopped ?? null,
    timing: {
      elapsedSeconds: about.seconds,
      programsPerSecond: result.programs / Math.max(about.seconds, 0.001),
      workers: about.workers,
      health: result.health,
    },
  };
}
