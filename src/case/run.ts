/** The `run` directive: inputs, outcome, what is held; one table row per input and per outcome. */

import type { World } from '../../oracles/world.js';
import type { FaultCode } from '../contract/outcome.js';
import { KIND_NAMES } from '../isa/kinds.js';
import { DEFAULT_FUEL, type ExpectedOutcome, type ExpectedRun } from './case.js';
import { CaseFault, keyed, listItems, type Piece, type Scanner, unsigned } from './scanner.js';

const U32 = 2n ** 32n - 1n;
const U64 = 2n ** 64n - 1n;
const COUNT = 2n ** 53n - 1n;

type Inputs = Pick<ExpectedRun, 'world' | 'stop'>;

interface InputRow {
  /** Adds the value of this input to those read so far. */
  readonly read: (value: Piece, inputs: Inputs) => Inputs;
  /** The value as written, or `undefined` if it is the default. */
  readonly write: (inputs: Inputs) => string | undefined;
}

const onWorld = (inputs: Inputs, part: Partial<World>): Inputs => ({ ...inputs, world: { ...inputs.world, ...part } });
const list = (items: readonly (number | bigint)[]) => (items.length === 0 ? undefined : `[${items.join(',')}]`);

/** In the order in which they are written. */
const INPUTS = {
  cb: {
    read: (value, inputs) => {
      const cb = listItems(value).map((item) => Number(unsigned(item, 0n, U32, 'context word')));
      if (cb.length > 5) throw new CaseFault(value.column, `expected at most 5 context words, found ${cb.length}`);
      return onWorld(inputs, { cb });
    },
    write: ({ world }) => list(world.cb),
  },
  draw: {
    read: (value, inputs) =>
      onWorld(inputs, { draw: listItems(value).map((item) => unsigned(item, 0n, U64, 'drawn scalar')) }),
    write: ({ world }) => list(world.draw),
  },
  fail: {
    read: (value, inputs) => {
      const items = listItems(value);
      const fail = items.map((item) => Number(unsigned(item, 1n, COUNT, 'number of an acquire attempt')));
      const unordered = items.find((_, index) => index > 0 && (fail[index] ?? 0) <= (fail[index - 1] ?? 0));
      if (unordered !== undefined) throw new CaseFault(unordered.column, 'expected ascending attempts');
      return onWorld(inputs, { fail });
    },
    write: ({ world }) => list(world.fail),
  },
  stop: {
    read: (value, inputs) => {
      const [pc = '', visit] = value.text.split('@');
      const at = Number(unsigned({ ...value, text: pc }, 0n, COUNT, 'pc'));
      if (visit === undefined) return { ...inputs, stop: { pc: at, visit: 1 } };
      const piece = { text: value.text.slice(pc.length + 1), column: value.column + pc.length + 1 };
      return { ...inputs, stop: { pc: at, visit: Number(unsigned(piece, 1n, COUNT, 'visit')) } };
    },
    write: ({ stop }) => {
      if (stop === undefined) return undefined;
      return stop.visit === 1 ? `${stop.pc}` : `${stop.pc}@${stop.visit}`;
    },
  },
  fuel: {
    read: (value, inputs) => onWorld(inputs, { fuel: Number(unsigned(value, 1n, COUNT, 'fuel')) }),
    write: ({ world }) => (world.fuel === DEFAULT_FUEL ? undefined : `${world.fuel}`),
  },
} as const satisfies Record<string, InputRow>;

type InputKey = keyof typeof INPUTS;
const INPUT_KEYS: readonly InputKey[] = ['cb', 'draw', 'fail', 'stop', 'fuel'];

/** Every fault code, so that the compiler finds one that is missing here. */
const FAULTS: Readonly<Record<FaultCode, true>> = {
  'bad-address': true,
  'bad-instruction': true,
  'bad-argument': true,
  'bad-release': true,
  'use-after-release': true,
  'call-depth': true,
  'stack-overflow': true,
  'table-overflow': true,
  'intrinsic-write': true,
};

const isFault = (word: string): word is FaultCode => Object.hasOwn(FAULTS, word);
const isInput = (word: string): word is InputKey => Object.hasOwn(INPUTS, word);

/** Parses `inputs => outcome  holds=[…]`. Throws CaseFault. */
export function readRun(scanner: Scanner): ExpectedRun {
  let inputs: Inputs = { world: { cb: [], draw: [], fail: [], fuel: DEFAULT_FUEL }, stop: undefined };
  const seen = new Set<string>();
  for (let piece = scanner.piece(`inputs or '=>'`); piece.text !== '=>'; piece = scanner.piece(`'=>' and an outcome`)) {
    const { key, value } = keyed(piece);
    if (!isInput(key)) throw new CaseFault(piece.column, `unknown input '${key}', expected ${INPUT_KEYS.join(', ')}`);
    if (seen.has(key)) throw new CaseFault(piece.column, `'${key}' is given twice`);
    seen.add(key);
    inputs = INPUTS[key].read(value, inputs);
  }
  const outcome = readOutcome(scanner);
  const piece = scanner.piece(`holds=[…]`);
  const { key, value } = keyed(piece);
  if (key !== 'holds') throw new CaseFault(piece.column, `expected holds=[…], found '${piece.text}'`);
  const holds = listItems(value);
  for (const item of holds) checkResource(item);
  scanner.end();
  return { ...inputs, outcome, holds: holds.map(({ text }) => text) };
}

function readOutcome(scanner: Scanner): ExpectedOutcome {
  const how = scanner.piece('an outcome: exit v, throw v, stop, fault code or fuel');
  switch (how.text) {
    case 'exit':
    case 'throw':
      return { how: how.text, value: unsigned(scanner.piece('a value'), 0n, U64, 'value') };
    case 'stop':
    case 'fuel':
      return { how: how.text };
    case 'fault': {
      const code = scanner.piece('a fault code');
      if (isFault(code.text)) return { how: 'fault', code: code.text };
      throw new CaseFault(code.column, `unknown fault '${code.text}', expected ${Object.keys(FAULTS).join(', ')}`);
    }
    default:
      throw new CaseFault(
        how.column,
        `unknown outcome '${how.text}', expected exit v, throw v, stop, fault code or fuel`,
      );
  }
}

function checkResource({ text, column }: Piece): void {
  const [, kind] = /^([a-z_]+)#[1-9]\d*$/.exec(text) ?? [];
  if (kind === undefined || !KIND_NAMES.some((name) => name === kind)) {
    const rule = `expected a kind (${KIND_NAMES.join(', ')}) and the order of its success, such as task#1`;
    throw new CaseFault(column, `unknown resource '${text}', ${rule}`);
  }
}

/** The canonical values of all runs of a case, aligned in three columns. */
export function writeRuns(runs: readonly ExpectedRun[]): readonly string[] {
  const rows = runs.map((run) => ({
    inputs: INPUT_KEYS.flatMap((key) => {
      const value = INPUTS[key].write(run);
      return value === undefined ? [] : [`${key}=${value}`];
    }).join(' '),
    outcome: outcomeWords(run.outcome),
    holds: `holds=[${run.holds.join(',')}]`,
  }));
  const wide = Math.max(0, ...rows.map(({ inputs }) => inputs.length));
  const inputWidth = wide === 0 ? 0 : wide + 2;
  const outcomeWidth = Math.max(0, ...rows.map(({ outcome }) => outcome.length)) + 2;
  return rows.map(
    ({ inputs, outcome, holds }) => `${inputs.padEnd(inputWidth)}=> ${outcome.padEnd(outcomeWidth)}${holds}`,
  );
}

/** `exit 0`, `throw 7`, `stop`, `fault bad-address`, `fuel`. */
export function outcomeWords(outcome: ExpectedOutcome): string {
  switch (outcome.how) {
    case 'exit':
    case 'throw':
      return `${outcome.how} ${outcome.value}`;
    case 'fault':
      return `fault ${outcome.code}`;
    case 'stop':
    case 'fuel':
      return outcome.how;
    default:
      return outcome satisfies never;
  }
}
