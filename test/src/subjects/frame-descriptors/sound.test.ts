/** The sound policy: never wrong on random throw states, and refusing only what truly conflicts. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kind, RegisterKind } from '../../../../src/isa/kinds.js';
import { describeDescriptors, SLOTS } from '../../../../src/subjects/frame-descriptors/descriptor.js';
import { sound } from '../../../../src/subjects/frame-descriptors/frame-descriptors.js';
import { chooseKeys, collectSound, describeChoice } from '../../../../src/subjects/frame-descriptors/sound.js';
import type { StateView } from '../../../../src/verify/analysis.js';
import type { Value } from '../../../../src/verify/value.js';
import {
  analysisOf,
  CALLER_AND_GUARD,
  CTX,
  constant,
  holding,
  inGuard,
  inMain,
  NOT_INIT,
  pointer,
  programOf,
  resident,
  slot,
  UNKNOWN,
  ZERO,
} from '../states.js';
import { releases, stoppedOf } from '../stopped.js';

const program = programOf(CALLER_AND_GUARD);
const task = pointer('task', 1);

function collect(...states: readonly StateView[]): readonly string[] | string {
  const throws = states.map((state) => ({ pc: state.depth === 1 ? 0 : 5, state }));
  const collected = collectSound(program, analysisOf(program, throws));
  if (!collected.ok) return `${collected.refusal.code} ${collected.refusal.message}`;
  return describeDescriptors(program, collected.descriptors);
}

describe('collectSound', () => {
  test('a zero or maybe-NULL pointer merges with the resource', () => {
    const states = [inGuard([CTX, task], holding('task')), inGuard([CTX, ZERO], [])];
    expect(collect(...states)).toEqual(['main 1: r7=task?', 'guard 5: -']);
    expect(collect(inMain([pointer('task', 1, { mayBeNull: true, id: -1 })], holding('task')))).toEqual([
      'main 0: r6=task?',
    ]);
  });

  test('a cast that may be NULL while its source is held is no place of the reference', () => {
    const socket = pointer('socket', 1);
    const cast = pointer('socket', 1, { mayBeNull: true, id: 5 });
    expect(collect(inMain([cast, socket], holding('socket')))).toEqual(['main 0: r7=socket']);
    expect(collect(inMain([cast], holding('socket')))).toContain('held-reference');
    const elsewhere = inMain([socket], holding('socket'));
    expect(collect(inMain([cast], holding('socket')), elsewhere)).toContain('held-reference');
  });

  test('a dynptr merges with zero slots, but not with half of them, and not with anything else', () => {
    const dynptr = inMain([], holding('dynptr'), resident('dynptr', 1));
    expect(collect(dynptr)).toEqual(['main 0: fp-16=dynptr']);
    expect(collect(dynptr, inMain([], [], [slot('zero'), slot(ZERO)]))).toEqual(['main 0: fp-16=dynptr?']);
    expect(collect(dynptr, inMain([], [], [slot('misc'), slot('zero')]))).toContain('merge-failure');
    expect(collect(dynptr, inMain([], [], [slot('misc'), slot('misc')]))).toContain('merge-failure');
    const higher = inMain([], holding('dynptr'), [slot('zero'), ...resident('dynptr', 1)]);
    expect(collect(higher)).toEqual(['main 0: fp-24=dynptr']);
    expect(collect(higher, inMain([], [], [slot('zero'), slot('misc'), slot('zero')]))).toContain('merge-failure');
    const zeroes = inMain([], [], [slot('zero'), slot('zero')]);
    expect(collect(dynptr, zeroes, inMain([], [], [slot('misc'), slot('zero')]))).toContain('merge-failure');
    const numbers = inMain([], holding('iter_num'), [slot('zero'), ...resident('iter_num', 1)]);
    expect(collect(dynptr, numbers)).toContain('merge-failure');
  });

  test('of a dynptr and its clones one is listed, the one that all paths share', () => {
    const pair = resident('dynptr', 1);
    const both = inMain([], holding('dynptr'), [...pair, ...pair]);
    const second = inMain([], holding('dynptr'), [slot('misc'), slot('misc'), ...pair]);
    expect(collect(both)).toEqual(['main 0: fp-16=dynptr']);
    expect(collect(both, second)).toEqual(['main 0: fp-32=dynptr']);
  });

  test('the address of a dynptr is a place of it only where the design itself has put it', () => {
    const address = pointer('task', 0, { type: { to: 'stack', frame: 0 }, off: -16 });
    const held = inMain([], holding('dynptr'), [...resident('dynptr', 1), slot(address)]);
    const other = inMain([], [], [slot('misc'), slot('misc'), slot(ZERO)]);
    expect(collect(held, other)).toContain('merge-failure');
    const analysis = analysisOf(
      program,
      [held, other].map((state) => ({ pc: 0, state })),
    );
    const described = (below: number) => {
      const collected = describeChoice(program, analysis, chooseKeys(program, analysis, [below, 0]));
      return collected.ok ? describeDescriptors(program, collected.descriptors) : collected.refusal.code;
    };
    expect(described(16)).toEqual(['main 0: fp-24=dynptr?']);
    expect(described(24)).toBe('merge-failure');
  });

  test('an iterator of which a slot was overwritten is lost', () => {
    const [last = slot('misc'), , first = slot('misc')] = resident('iter_task', 1);
    expect(collect(inMain([], holding('iter_task'), [last, slot('misc'), first]))).toContain('held-reference');
  });

  test('of several copies one is listed, the one that all paths share', () => {
    const both = inMain([task, task], holding('task'));
    const second = inMain([UNKNOWN, task], holding('task'));
    expect(collect(both, second)).toEqual(['main 0: r7=task']);
    expect(collect(both)).toEqual(['main 0: r6=task']);
  });

  test('one resource seen by caller and callee is listed once', () => {
    const lent = inGuard([task], holding('task'), [], { registers: [task] });
    const kept = inGuard([task], holding('task'), [], { registers: [UNKNOWN] });
    expect(collect(lent, kept)).toEqual(['main 1: r6=task', 'guard 5: -']);
  });

  test.each<[string, Value, Kind]>([
    ['a scalar', constant(5n), 'task'],
    ['nothing initialised', NOT_INIT, 'task'],
    ['an unowned pointer', pointer('task', 0), 'task'],
    ['another kind', pointer('cgroup', 1), 'cgroup'],
    ['another offset', pointer('task', 1, { off: 8 }), 'task'],
  ])('a resource against %s in the only place it has is a merge failure', (_, other, kind) => {
    const right = other.is === 'pointer' && other.ref !== 0 ? holding(kind) : [];
    expect(collect(inMain([task], holding('task')), inMain([other], right))).toContain(
      'merge-failure frame_desc: merge: failed to merge old and new frame desc entry: r6 of main: task of insn 100',
    );
  });

  test('struct types are told apart, equal ones merge', () => {
    const node = inMain([pointer('object', 1)], holding('object'));
    const leaf = inMain([pointer('object', 1, { struct: 1 })], holding({ kind: 'object', type: 1 }));
    expect(collect(node, leaf)).toContain('merge-failure');
    expect(collect(node, node)).toEqual(['main 0: r6=object']);
  });

  test('the refusal is about a place where another resource stands, if there is one', () => {
    const other = inMain([UNKNOWN, pointer('ring', 1)], holding('ring'));
    expect(collect(inMain([task, task], holding('task')), other)).toContain(
      'r7 of main: task of insn 100 against ring',
    );
  });

  test('a pc where nothing is held has no descriptor', () => {
    const collected = collectSound(program, analysisOf(program, [{ pc: 0, state: inMain([], []) }]));
    expect(collected.ok && [collected.descriptors.byPc.size, collected.descriptors.pcs]).toEqual([0, [0]]);
  });

  test('the refusal names the conflicting location and both sides', () => {
    const states = [
      inGuard([task], holding('task')),
      inGuard([pointer('ring', 1)], holding({ kind: 'ring', acquiredAt: 9 })),
    ];
    const throws = states.map((state) => ({ pc: 5, state }));
    const result = sound.prepare({ program, analysis: analysisOf(program, throws), stopAt: 'throw' });
    expect(!result.ok && result.refusal).toMatchObject({
      code: 'merge-failure',
      pc: 1,
      subprogram: 0,
      location: { in: 'register', register: 6 },
      left: { what: 'task', acquiredAt: 100 },
      right: { what: 'ring', acquiredAt: 9 },
    });
  });

  test('slots count only if all 8 bytes are the pointer or known zero', () => {
    const held = inMain([], holding('task'), [slot(task)]);
    expect(collect(held, inMain([], [], [slot('zero')]))).toEqual(['main 0: fp-8=task?']);
    expect(collect(held, inMain([], [], [slot(ZERO)]))).toEqual(['main 0: fp-8=task?']);
    expect(collect(held, inMain([], [], [slot('misc')]))).toContain('merge-failure');
    expect(collect(held, inMain([], []))).toContain('against uninitialised');
    const half = {
      bytes: [...slot(ZERO).bytes.slice(4), ...slot('misc').bytes.slice(4)],
      spilled: ZERO,
      resident: undefined,
    };
    expect(collect(held, inMain([], [], [half]))).toContain('against scalar');
  });

  test('a reference that no frame has any more is refused as held', () => {
    expect(collect(inMain([], holding('task')))).toBe('held-reference Unreleased reference id=1 alloc_insn=100 task#1');
  });

  test('copies that overlap so that no choice serves all paths are refused', () => {
    const first = inMain([task, UNKNOWN], holding('task'));
    const second = inMain([UNKNOWN, task], holding('task'));
    const zeroSecond = inMain([task, ZERO], holding('task'));
    const zeroFirst = inMain([ZERO, task], holding('task'));
    const both = inMain([task, task], holding('task'));
    expect(collect(first, second)).toContain('merge-failure');
    expect(collect(zeroSecond, zeroFirst)).toEqual(['main 0: r6=task? r7=task?']);
    expect(collect(zeroSecond, zeroFirst, both)).toContain('the same');
  });

  test('an object type without destructor is refused as such', () => {
    const state = inMain([pointer('object', 1, { struct: 7 })], holding({ kind: 'object', type: 7 }));
    expect(collect(state)).toContain('no-destructor');
  });
});

/** What one place of a random state holds: a reference number (from 1), or something else. */
type Content = number | 'zero' | 'scalar' | 'none' | 'ctx';
const content = fc.constantFrom<Content>(1, 1, 2, 2, 3, 'zero', 'zero', 'scalar', 'none', 'ctx');
const PLACE_COUNT = 6; // main r6, r7, fp-8, fp-16; guard r6, fp-8
const randomState = fc.record({
  kinds: fc.tuple(...[0, 1, 2].map(() => fc.constantFrom<RegisterKind>('task', 'task', 'cgroup'))),
  null: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
  places: fc.array(content, { minLength: PLACE_COUNT, maxLength: PLACE_COUNT }),
});
type RandomState = typeof randomState extends fc.Arbitrary<infer T> ? T : never;

function abstractValue(content: Content, random: RandomState): Value {
  if (content === 'zero') return ZERO;
  if (content === 'scalar') return UNKNOWN;
  if (content === 'none') return NOT_INIT;
  if (content === 'ctx') return CTX;
  return pointer(random.kinds[content - 1] ?? 'task', content, { mayBeNull: true, id: -content });
}

function abstractOf(random: RandomState): StateView {
  const [r6, r7, slot8, slot16, inner6, inner8] = random.places.map((place) => abstractValue(place, random));
  const spill = (value: Value | undefined) =>
    value === undefined || value.is === 'not-init' ? slot('invalid') : slot(value);
  return inGuard([r6 ?? ZERO, r7 ?? ZERO], holding(...heldBy(random)), [spill(slot8), spill(slot16)], {
    registers: [inner6 ?? ZERO],
    slots: [spill(inner8)],
  });
}

/** Only references that some place has, in the order of their numbers; ids stay the numbers. */
function heldBy(random: RandomState) {
  return [1, 2, 3]
    .filter((number) => random.places.includes(number))
    .map((id) => ({ id, kind: random.kinds[id - 1] ?? ('task' as const) }));
}

/** By place of a random state: whose destructor is run on it, if any. */
type Choice = readonly (Kind | undefined)[];

/** All ways to list the places of random states. */
function everyChoice(): readonly Choice[] {
  const options = [undefined, 'task', 'cgroup'] as const;
  let choices: Choice[] = [[]];
  for (let place = 0; place < PLACE_COUNT; place++) {
    choices = choices.flatMap((choice) => options.map((option) => [...choice, option]));
  }
  return choices;
}

/** Whether a choice, in every state, releases each held reference once with its destructor, and touches nothing else. */
function isExact(choice: Choice, randoms: readonly RandomState[]): boolean {
  return randoms.every((random) => {
    const released: number[] = [];
    for (const [index, kind] of choice.entries()) {
      const there = random.places[index];
      if (kind === undefined || there === 'zero') continue;
      if (typeof there !== 'number' || random.kinds[there - 1] !== kind) return false;
      released.push(there);
    }
    return released.sort().join() === [1, 2, 3].filter((number) => random.places.includes(number)).join();
  });
}

describe('sound', () => {
  test('whatever it accepts is cleaned up exactly, in every state and whichever pointers are NULL', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(randomState, { minLength: 1, maxLength: 4 }), (randoms) => {
        const throws = randoms.map((random) => ({ pc: 5, state: abstractOf(random) }));
        const result = sound.prepare({ program, analysis: analysisOf(program, throws), stopAt: 'throw' });
        if (!result.ok) return;
        accepted++;
        for (const random of randoms) {
          const address = (number: number) => (random.null[number - 1] ? 0n : 0x1000n + BigInt(number));
          const word = (index: number): bigint => {
            const place = random.places[index] ?? 'zero';
            if (place === 'zero') return 0n;
            return typeof place === 'number' ? address(place) : 0xdead0n + BigInt(index);
          };
          // guard uses no callee-saved register in its code, so the trampoline has main's r7 and guard's r6 are main's.
          const guardKeepsMain = random.places[4] === 'none' || random.places[4] === random.places[0];
          if (!guardKeepsMain) continue;
          const stopped = stoppedOf(
            [
              { subprogram: 0, pc: 1, words: { 8: word(2), 16: word(3) } },
              { subprogram: 1, pc: 5, words: { 8: word(5) } },
            ],
            [word(0), word(1), 0x999n, 0x999n],
          );
          const released = releases(result.unwind, stopped).map((line) => line.split(' ').slice(2, 4).join(' '));
          const due = heldBy(random).flatMap(({ id, kind }) =>
            random.null[id - 1] ? [] : [`0x${address(id).toString(16)} bpf_${kind}_release`],
          );
          expect(released.sort()).toEqual(due.sort());
        }
      }),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(50);
  });

  test('it refuses only if no choice of places and destructors is exact, and its own serves every reference once', () => {
    const choices = everyChoice();
    let refused = 0;
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(randomState, { minLength: 1, maxLength: 4 }), (randoms) => {
        const throws = randoms.map((random) => ({ pc: 5, state: abstractOf(random) }));
        const collected = collectSound(program, analysisOf(program, throws));
        if (randoms.every((random) => heldBy(random).length === 0)) return;
        expect(collected.ok).toBe(choices.some((choice) => isExact(choice, randoms)));
        if (!collected.ok) {
          refused++;
          return;
        }
        accepted++;
        const { byPc } = collected.descriptors;
        const kindAt = (pc: number, place: number): Kind | undefined => {
          const descriptor = byPc.get(pc);
          const entry =
            place < SLOTS
              ? descriptor?.stack.find((listed) => listed.place === place)
              : descriptor?.registers[place - SLOTS];
          return entry?.holds?.kind;
        };
        const chosen = [
          kindAt(1, SLOTS),
          kindAt(1, SLOTS + 1),
          kindAt(1, 0),
          kindAt(1, 1),
          kindAt(5, SLOTS),
          kindAt(5, 0),
        ];
        expect(isExact(chosen, randoms)).toBe(true);
      }),
      { numRuns: 600 },
    );
    expect(Math.min(refused, accepted)).toBeGreaterThan(25);
  });
});
