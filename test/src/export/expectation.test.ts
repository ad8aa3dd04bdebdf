/** Tests of what the kernel is expected to do with a case. */
import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import { readRun } from '../../../src/case/run.js';
import { Scanner } from '../../../src/case/scanner.js';
import { expectationOf } from '../../../src/export/expectation.js';

/** The expectation for a body with these `run` lines and a ring buffer `events`. */
function expectation(body: string, runs: readonly string[] = []) {
  const lines = body.split('\n').map((line) => (/:$/.test(line) ? line.trim() : `    ${line.trim()}`));
  const parsed = parseProgram(`main:\n${lines.join('\n')}\n`, {
    maps: [{ name: 'events', type: 'ringbuf', size: 4096 }],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return expectationOf({
    title: 'a case',
    origin: undefined,
    program: parsed.program,
    runs: runs.map((run) => readRun(new Scanner(run, 1))),
    refusals: [],
    known: [],
    patches: [],
    expected: [],
  });
}

const accepts = (retval: number | undefined) => ({ accepts: true, retval });

describe('expectationOf what mainline refuses', () => {
  it.each([
    ['r1 = 1\ncall bpf_ktime_get_ns\ncall bpf_throw\nexit', ['R1 is not a scalar']],
    [
      'r1 = 1\ncall bpf_task_from_pid\nr1 = 1\ncall bpf_throw\nexit',
      ['Unreleased reference', 'bpf_throw would lead to reference leak'],
    ],
    [
      'r1 = 1\ncall bpf_task_from_pid\nr0 = 0\nexit',
      ['Unreleased reference', 'BPF_EXIT instruction in main prog would lead to reference leak'],
    ],
    ['r0 = 0\nagain:\ngoto again', ['infinite loop detected']],
    ['r1 = *(u64 *)(r10 - 12)\nexit', ['misaligned stack access off 0+0+-12 size 8']],
  ])('expectationOf %j takes the words that do not depend on numbers', (body, messages) => {
    expect(expectation(body)).toEqual({ accepts: false, messages });
  });
});

describe('expectationOf what mainline accepts', () => {
  it('expectationOf takes the value of the first run that a test run repeats', () => {
    const body = 'r0 = *(u32 *)(r1 + 48)\nr0 += 5\nexit';
    expect(expectation(body, ['cb=[1] => exit 6  holds=[]', '       => exit 5  holds=[]'])).toEqual(accepts(5));
    expect(expectation(body, ['cb=[0,1] => exit 5  holds=[]'])).toEqual(accepts(undefined));
    expect(expectation(body)).toEqual(accepts(undefined));
  });

  it('expectationOf gives the cookie of a throw, in 32 signed bits', () => {
    const body = 'r1 = -2\ncall bpf_throw\nexit';
    expect(expectation(body, ['=> throw 18446744073709551614  holds=[]'])).toEqual(accepts(-2));
  });

  it('expectationOf does not know a value after calls whose results vary', () => {
    expect(expectation('call bpf_get_prandom_u32\nr0 = 1\nexit', ['=> exit 1  holds=[]'])).toEqual(accepts(undefined));
  });

  const RECORD = `r1 = map[events] ll
    r2 = 8
    r3 = 0
    call bpf_ringbuf_reserve
    if r0 == 0 goto out
    r6 = r0
    r1 = r0
    r2 = 0
    call bpf_ringbuf_discard
    WHAT
    exit
    out:
    r0 = 9
    exit`;

  it('expectationOf knows a constant behind an acquire that succeeds and its test for NULL', () => {
    expect(expectation(RECORD.replace('WHAT', 'r0 = 3'), ['=> exit 3  holds=[]'])).toEqual(accepts(3));
    expect(expectation(RECORD.replace('WHAT', 'r0 = 3'), ['fail=[1] => exit 9  holds=[]'])).toEqual(accepts(undefined));
  });

  it('expectationOf does not know what may come from a pointer', () => {
    const masked = RECORD.replace('WHAT', 'r0 = r6\nr0 &= 0');
    expect(expectation(masked, ['=> exit 0  holds=[]'])).toEqual(accepts(undefined));
    const branched = RECORD.replace('WHAT', 'r0 = 3\nif r6 == 1 goto out');
    expect(expectation(branched, ['=> exit 3  holds=[]'])).toEqual(accepts(undefined));
  });

  it('expectationOf does not believe a run that does not come about', () => {
    expect(expectation('r0 = 1\nexit', ['=> exit 2  holds=[]'])).toEqual(accepts(undefined));
  });

  it('expectationOf leaves out runs that are stopped', () => {
    expect(expectation('r0 = 1\nexit', ['stop=1 => stop  holds=[]', 'fuel=1 => fuel  holds=[]'])).toEqual(
      accepts(undefined),
    );
  });
});
