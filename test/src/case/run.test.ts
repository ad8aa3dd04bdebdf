import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExpectedRun } from '../../../src/case/case.js';
import { outcomeWords, readRun, writeRuns } from '../../../src/case/run.js';
import { Scanner } from '../../../src/case/scanner.js';
import { KIND_NAMES } from '../../../src/isa/kinds.js';

const read = (text: string) => readRun(new Scanner(text, 1));

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const anyRun: fc.Arbitrary<ExpectedRun> = fc.record({
  world: fc.record({
    cb: fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 5 }),
    draw: fc.array(u64, { maxLength: 3 }),
    fail: fc.uniqueArray(fc.integer({ min: 1, max: 9 })).map((items) => items.sort((a, b) => a - b)),
    fuel: fc.constantFrom(100_000, 1, 500),
  }),
  stop: fc.option(fc.record({ pc: fc.nat(99), visit: fc.integer({ min: 1, max: 4 }) }), { nil: undefined }),
  outcome: fc.oneof(
    fc.record({ how: fc.constantFrom('exit', 'throw'), value: u64 }),
    fc.record({ how: fc.constantFrom('stop', 'fuel') }),
    fc.record({ how: fc.constant('fault' as const), code: fc.constantFrom('bad-address', 'stack-overflow') }),
  ),
  holds: fc.constantFrom([], ['task#1'], ['ring#1', 'object#3']),
});

describe('readRun', () => {
  it('inverts writeRuns', () => {
    fc.assert(
      fc.property(fc.array(anyRun, { maxLength: 4 }), (runs) => {
        expect(writeRuns(runs).map(read)).toEqual(runs);
      }),
    );
  });

  it('reads what is held of every kind', () => {
    const holds = KIND_NAMES.map((kind, index) => `${kind}#${index + 1}`);
    expect(read(`=> throw 0  holds=[${holds.join(',')}]`).holds).toEqual(holds);
  });

  it('reads every input', () => {
    expect(
      read('cb=[1,2] draw=[18446744073709551615] fail=[1,3] stop=7@2 fuel=5 => stop  holds=[task#1,ring#2]'),
    ).toEqual({
      world: { cb: [1, 2], draw: [2n ** 64n - 1n], fail: [1, 3], fuel: 5 },
      stop: { pc: 7, visit: 2 },
      outcome: { how: 'stop' },
      holds: ['task#1', 'ring#2'],
    });
  });

  it.each([
    ['cb=[4294967296] => exit 0 holds=[]', 'context word out of range'],
    ['cb=[01] => exit 0 holds=[]', 'expected context word, a decimal number'],
    ['cb=[1,2,3,4,5,6] => exit 0 holds=[]', 'at most 5 context words'],
    ['cb=1 => exit 0 holds=[]', 'expected a list'],
    ['cb => exit 0 holds=[]', "expected 'key=value'"],
    ['cc=[] => exit 0 holds=[]', "unknown input 'cc', expected cb, draw, fail, stop, fuel"],
    ['cb=[1] cb=[1] => exit 0 holds=[]', "'cb' is given twice"],
    ['fail=[2,1] => exit 0 holds=[]', 'expected ascending attempts'],
    ['fail=[0] => exit 0 holds=[]', 'out of range: 0'],
    ['stop=1@0 => stop holds=[]', 'visit out of range'],
    ['=> leave holds=[]', "unknown outcome 'leave'"],
    ['=> fault broken holds=[]', "unknown fault 'broken'"],
    ['=> exit holds=[]', "expected value, a decimal number, found 'holds=[]'"],
    ['=> exit 0', 'expected holds=[…]'],
    ['=> exit 0 holds=[sock#1]', "unknown resource 'sock#1'"],
    ['=> exit 0 holds=[] more', 'expected the end of the line'],
  ])('refuses %s', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

describe('writeRuns', () => {
  it('aligns outcomes and holds of all runs', () => {
    const runs = ['cb=[1] fail=[1] => throw 7 holds=[task#1]', '=> exit 0 holds=[]'].map(read);
    expect(writeRuns(runs)).toEqual([
      'cb=[1] fail=[1]  => throw 7  holds=[task#1]',
      '                 => exit 0   holds=[]',
    ]);
  });
});

describe('outcomeWords', () => {
  it('leaves the pc of a fault out', () => {
    expect(outcomeWords({ how: 'fault', code: 'bad-address' })).toBe('fault bad-address');
  });
});
