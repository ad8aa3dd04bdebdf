/** Every file of the corpus replays as it says, and the hand-written ones leave out no refusal, kind, helper or kfunc. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Case } from '../src/case/case.js';
import { readCase } from '../src/case/read.js';
import { mismatchText, replayCase } from '../src/case/replay.js';
import type { SubjectRefusal, WalkRefusal } from '../src/contract/refusal.js';
import { CALLABLE_NAMES, helperById, kfuncById } from '../src/isa/callables.js';
import { KIND_NAMES } from '../src/isa/kinds.js';
import { opAt } from '../src/isa/program.js';

const files = readdirSync('corpus', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.bpf'))
  .sort()
  .map((name) => join('corpus', name));

const byHand = files.flatMap((path): Case[] => {
  const read = readCase(readFileSync(path, 'utf8'));
  return read.ok && read.case.origin?.by === 'hand' ? [read.case] : [];
});

/** Why a refusal has no case; `undefined`: it has one. Those before the walk (FormRefusal) are errors of the file. */
const WITHOUT_CASE: Readonly<Record<WalkRefusal | SubjectRefusal, string | undefined>> = {
  'uninitialised-register': undefined,
  'frame-pointer-write': undefined,
  'invalid-arithmetic': undefined,
  'invalid-comparison': 'a privileged program may compare anything',
  'invalid-access': undefined,
  'misaligned-access': undefined,
  'invalid-store': undefined,
  'null-dereference': undefined,
  'bad-argument': undefined,
  'unknown-callable': undefined,
  'unreleased-reference': undefined,
  'call-depth': undefined,
  'stack-limit': undefined,
  'infinite-loop': undefined,
  'too-complex': undefined,
  'held-reference': undefined,
  'merge-failure': undefined,
  'no-destructor': undefined,
  'table-unbounded': 'the walk ends before a frame owns more than it can count',
  'no-continuation': undefined,
  'no-pads': 'a case without pads does not speak of the design that needs them',
  'pad-rejected': undefined,
  'unsupported-stop': undefined,
  'rewrite-rejected': 'a jump has to be 32,767 slots long, or it is our bug',
};

/** Names of the helpers and kfuncs that a program calls. */
function calledBy({ program }: Case): readonly (string | undefined)[] {
  return Array.from({ length: program.length }, (_, pc) => {
    const id = program.imm[pc] ?? 0;
    const op = opAt(program, pc);
    return op === 'call_helper' ? helperById(id) : op === 'call_kfunc' ? kfuncById(id) : undefined;
  });
}

describe('corpus', () => {
  it('has cases to accept and to refuse, at least 80 of them written by hand', () => {
    expect(files.filter((path) => path.startsWith(join('corpus', 'accept'))).length).toBeGreaterThanOrEqual(20);
    expect(files.filter((path) => path.startsWith(join('corpus', 'refuse'))).length).toBeGreaterThanOrEqual(10);
    expect(byHand.length).toBeGreaterThanOrEqual(80);
  });

  it('has a hand-written case for every refusal that a case can reach, and for no other', () => {
    const codes = new Set<string>(byHand.flatMap(({ refusals }) => refusals.map(({ code }) => code)));
    const missing = Object.entries(WITHOUT_CASE).filter(([code, why]) => codes.has(code) !== (why === undefined));
    expect(missing).toEqual([]);
  });

  it('has a hand-written case that throws while it holds a resource, for every kind', () => {
    const held = new Set(
      byHand.flatMap(({ runs }) =>
        runs.flatMap(({ outcome, holds }) => (outcome.how === 'throw' ? holds.map((name) => name.split('#')[0]) : [])),
      ),
    );
    expect(KIND_NAMES.filter((kind) => !held.has(kind))).toEqual([]);
  });

  it('has a hand-written case that calls it, for every helper and kfunc', () => {
    const called = new Set(byHand.flatMap(calledBy));
    expect(CALLABLE_NAMES.filter((name) => !called.has(name))).toEqual([]);
  });

  it.each(files)('%s replays', (path) => {
    const read = readCase(readFileSync(path, 'utf8'));
    if (!read.ok) {
      throw new Error(
        read.errors.map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`).join('\n'),
      );
    }
    const failures = replayCase(read.case).mismatches.map((mismatch) => {
      return `${path}:${read.items.get(mismatch.item) ?? 1}: ${mismatchText(mismatch)}`;
    });
    expect(failures).toEqual([]);
  });
});
