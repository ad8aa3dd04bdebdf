/** What the throw states look like once resources have been spilled and forgotten. */
import { describe, expect, test } from 'vitest';
import { eraseSpilled, spilledReference } from '../../../../src/subjects/forced-spill/erase.js';
import { layOutSlots } from '../../../../src/subjects/forced-spill/slots.js';
import type { StateView } from '../../../../src/verify/analysis.js';
import { analysisOf, holding, inGuard, inMain, pointer, slot } from '../states.js';
import { RETURNED, walked } from './programs.js';

const { program } = walked(RETURNED);

/** A state with the calls at some pcs spilled; main uses 8 bytes of stack, its slots are at fp-16 and below. */
function erased(state: StateView, ...pcs: readonly number[]): StateView {
  const layout = layOutSlots(program, [8, 0], new Set(pcs));
  const [visit] = eraseSpilled(analysisOf(program, [{ pc: 11, state }]), layout).throws;
  if (visit === undefined) throw new Error('no visit');
  return visit.state;
}

describe('eraseSpilled', () => {
  const spilled = holding({ kind: 'ring', acquiredAt: 8 }, { kind: 'task', acquiredAt: 3 });
  const state = inMain([pointer('ring', 1), pointer('task', 2)], spilled, [slot(pointer('ring', 1))]);

  test('eraseSpilled makes unknown scalars of whatever carried the reference', () => {
    const seen = erased(state, 8);
    expect(seen.register(0, 6)).toMatchObject({ is: 'scalar', umin: 0n });
    expect(seen.slot(0, 0).spilled).toMatchObject({ is: 'scalar', umin: 0n });
    expect(seen.register(0, 7)).toEqual(pointer('task', 2));
  });

  test('eraseSpilled shows the reference in its slot, and the frame as deep as its slots', () => {
    const seen = erased(state, 8);
    expect(seen.frame(0).allocated).toBe(16);
    expect(seen.slot(0, 1)).toMatchObject({ spilled: { type: { to: 'memory' }, ref: 1, mayBeNull: true } });
    expect(seen.references.map(({ id }) => id)).toEqual([1, 2]);
    expect(erased(inMain([], []), 8).slot(0, 1).bytes).toEqual(Array(8).fill('zero'));
  });

  test('eraseSpilled gives each kind the pointer that its call returned', () => {
    const types = [
      { kind: 'task' as const, acquiredAt: 15 },
      { kind: 'object' as const, type: 1, acquiredAt: 15 },
      { kind: 'socket' as const, acquiredAt: 15 },
    ].map((reference) => {
      const called = inGuard([], holding({ ...reference, frame: 1 }), [], {});
      return erased(called, 15).slot(1, 0).spilled;
    });
    expect(types).toMatchObject([
      { type: { to: 'kernel', kind: 'task' } },
      { type: { to: 'local', type: 1 } },
      { type: { to: 'socket', form: 'sock' } },
    ]);
  });

  test('eraseSpilled forgets all of what has been returned: it is listed nowhere', () => {
    const returned = inMain([pointer('task', 1)], holding({ kind: 'task', acquiredAt: 15 }));
    const seen = erased(returned, 15);
    expect(seen.references).toEqual([]);
    expect(seen.register(0, 6)).toMatchObject({ is: 'scalar' });
  });

  test('spilledReference is the youngest of one call that its frame owns', () => {
    const two = holding({ kind: 'task', acquiredAt: 8 }, { kind: 'task', acquiredAt: 8 }, { acquiredAt: 8, frame: 1 });
    const [own] = layOutSlots(program, [0, 0], new Set([8])).slots;
    if (own === undefined) throw new Error('no slot');
    expect(spilledReference(inMain([], two), 0, own)?.id).toBe(2);
    const seen = erased(inMain([], two.slice(0, 2)), 8);
    expect(seen.references.map(({ id }) => id)).toEqual([2]);
  });
});
