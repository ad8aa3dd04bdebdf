/** Values of options: each parser says what was expected, and every wrong value ends in exit code 2. */
import { InvalidArgumentError } from 'commander';
import { PROFILE_NAMES, type ProfileName } from '../../generators/profile.js';
import { parseDefect } from '../../oracles/defect.js';
import { isProfile } from '../campaign/plan.js';
import type { StopAt } from '../contract/prepared.js';
import { STOP_NAMES } from '../isa/stop-points.js';
import { isModulePath } from '../subjects/outside.js';
import { SUBJECTS } from '../subjects/registry.js';
import type { Pruning } from '../verify/analysis.js';
import { isPruning, PRUNING_NAMES } from '../verify/pruning.js';
import type { ExportForm } from './export.js';

/** A parser of whole numbers from `min` to `max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** `10`, `10s`, `5m`, `1.5h` in seconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(text);
  const unit = match?.[2] === 'h' ? 3600 : match?.[2] === 'm' ? 60 : 1;
  const seconds = Number(match?.[1] ?? Number.NaN) * unit;
  if (!(seconds > 0) || seconds > 31_536_000) {
    throw new InvalidArgumentError('Expected a duration such as 10, 10s, 5m or 1h.');
  }
  return seconds;
}

/** A seed is any word; it stands in file names and in the first line of findings. */
export function seed(text: string): string {
  if (!/^[\w.:@+-]{1,64}$/.test(text)) {
    throw new InvalidArgumentError('Expected up to 64 letters, digits or . _ : @ + - without blanks.');
  }
  return text;
}

/** A random seed for those who name none. */
export function freshSeed(): string {
  return String(Math.floor(Math.random() * 2 ** 32));
}

/** Collects names of subjects and paths of modules that export some; `all` is all of ours. Names first, each once. */
export function subjects(text: string, before: readonly string[] = []): readonly string[] {
  const names = SUBJECTS.map(({ name }) => name);
  const paths = [...before.filter(isModulePath), ...(isModulePath(text) ? [text] : [])];
  const chosen = text === 'all' ? names : names.filter((name) => name === text);
  if (chosen.length === 0 && !isModulePath(text)) {
    const what = `all, one of ${names.join(', ')}, or the path of a module such as ./mine.js`;
    throw new InvalidArgumentError(`Unknown subject. Expected ${what}.`);
  }
  return [...names.filter((name) => before.includes(name) || chosen.includes(name)), ...new Set(paths)];
}

/** The same without modules. */
export function ownSubjects(text: string, before: readonly string[] = []): readonly string[] {
  if (isModulePath(text))
    throw new InvalidArgumentError('Expected all or the name of a subject of ours, not a module.');
  return subjects(text, before);
}

/** One subject, or the module of some. */
export function subject(text: string): readonly string[] {
  if (text === 'all') throw new InvalidArgumentError('Expected one subject.');
  return subjects(text);
}

export function profile(text: string): ProfileName | 'all' {
  if (text === 'all' || isProfile(text)) return text;
  throw new InvalidArgumentError(`Unknown profile. Expected all or one of ${PROFILE_NAMES.join(', ')}.`);
}

/** Collects profiles; `all` is every one. Each once, in their own order. */
export function profiles(text: string, before: readonly ProfileName[] = []): readonly ProfileName[] {
  const chosen = profile(text);
  return PROFILE_NAMES.filter((name) => chosen === 'all' || name === chosen || before.includes(name));
}

export function pruning(text: string): Pruning {
  if (isPruning(text)) return text;
  throw new InvalidArgumentError(`Unknown pruning. Expected one of ${PRUNING_NAMES.join(', ')}.`);
}

/** The forms that `export` writes. */
export function exportForm(text: string): ExportForm {
  if (text === 'selftest' || text === 'bytes' || text === 'listing') return text;
  if (text === 'c')
    throw new InvalidArgumentError('C from a program is not supported. Expected selftest, bytes or listing.');
  throw new InvalidArgumentError('Expected selftest, bytes or listing.');
}

export function stopAt(text: string): StopAt {
  const known = STOP_NAMES.find((name) => name === text);
  if (known === undefined) throw new InvalidArgumentError(`Expected one of ${STOP_NAMES.join(', ')}.`);
  return known;
}

/** Collects granularities; `all` is every one. Each once, in their own order. */
export function stops(text: string, before: readonly StopAt[] = []): readonly StopAt[] {
  const chosen = text === 'all' ? STOP_NAMES : [stopAt(text)];
  return STOP_NAMES.filter((name) => before.includes(name) || chosen.some((each) => each === name));
}

export function defect(text: string): string {
  const parsed = parseDefect(text);
  if (!parsed.ok) throw new InvalidArgumentError(`${parsed.message}.`);
  return text;
}

/** Collects words of an option that may be given several times. */
export function words(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
