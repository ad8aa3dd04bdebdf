/** Tests of progress on stderr. */
import { describe, expect, it } from 'vitest';
import { progressDisplay, progressLine } from '../../../src/report/progress.js';
import type { Terminal } from '../../../src/report/terminal.js';

const GOAL = { programs: 6000, seconds: undefined };

function recorder(): { readonly terminal: Terminal; readonly lines: string[] } {
  const lines: string[] = [];
  const err = { write: (text: string) => lines.push(text) };
  return { terminal: { out: { write: () => true }, err, env: {} }, lines };
}

describe('progressLine', () => {
  it('progressLine says how many, how fast, how long and what was found', () => {
    const state = { programs: 1500, findings: 3, newFindings: 1 };
    expect(progressLine(state, GOAL, 2)).toBe('1,500 of 6,000 programs, 750/s, about 6 s left, 3 findings (1 new)');
  });

  it('progressLine knows the end of a timed run', () => {
    const goal = { programs: undefined, seconds: 600 };
    expect(progressLine({ programs: 10, findings: 0, newFindings: 0 }, goal, 300)).toBe(
      '10 programs, 0/s, about 5 min left, 0 findings',
    );
  });
});

describe('progressDisplay', () => {
  it('progressDisplay writes a line every few seconds only', () => {
    const { terminal, lines } = recorder();
    let clock = 0;
    const display = progressDisplay(terminal, GOAL, false, () => clock);
    for (; clock < 10_000; clock += 100) display.update({ programs: clock, findings: 0, newFindings: 0 });
    display.stop();
    expect(lines).toHaveLength(3);
  });

  it('progressDisplay is silent when asked to be', () => {
    const { terminal, lines } = recorder();
    let clock = 0;
    const display = progressDisplay(terminal, GOAL, true, () => clock);
    for (; clock < 10_000; clock += 1000) display.update({ programs: clock, findings: 0, newFindings: 0 });
    expect(lines).toEqual([]);
  });
});
