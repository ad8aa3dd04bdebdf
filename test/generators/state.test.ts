import { describe, expect, it } from 'vitest';
import {
  BLURRED,
  type Content,
  cloneState,
  constant,
  type FrameState,
  type Holding,
  joinStates,
  NOTHING,
  offsetOf,
  SCALAR,
  SPLIT_SCALAR,
} from '../../generators/state.js';

const task: Holding = { id: 3, home: 7, kind: 'task', type: -1, nullable: false };
const held: Content = { is: 'held', holding: 3 };
const zeroed: Content = { is: 'zeroed', holding: 3 };

function state(contents: Readonly<Record<number, Content>>, holdings: readonly Holding[] = []): FrameState {
  const all = new Array<Content>(12).fill(NOTHING);
  for (const [place, content] of Object.entries(contents)) all[Number(place)] = content;
  return { contents: all, holdings };
}

const joined = (a: FrameState, b: FrameState, place = 7, outer = 0) => joinStates(a, b, outer).contents[place];

describe('joinStates', () => {
  it('makes a resource that one path lacks nullable, if its home is 0 there', () => {
    for (const empty of [zeroed, constant(0)]) {
      const both = joinStates(state({ 7: held }, [task]), state({ 7: empty }), 0);
      expect(both.holdings).toEqual([{ ...task, nullable: true }]);
      expect(both.contents[7]).toEqual(held);
      expect(joinStates(state({ 7: empty }), state({ 7: held }, [task]), 0).holdings).toEqual(both.holdings);
    }
  });

  it('keeps the zero of an outer resource released on both paths, and frees that of an inner one', () => {
    expect(joined(state({ 7: zeroed }), state({ 7: zeroed }), 7, 4)).toEqual(zeroed);
    expect(joined(state({ 7: zeroed }), state({ 7: zeroed }), 7, 3)).toEqual(constant(0));
  });

  it('loses a copy that one path overwrote', () => {
    const a = state({ 7: held, 8: held }, [task]);
    const b = state({ 7: held, 8: constant(0) }, [task]);
    expect(joined(a, b, 8)).toEqual({ is: 'foreign' });
    expect(joined(a, b, 7)).toEqual(held);
  });

  it('says that different scalars are split and unread places blurred', () => {
    expect(joined(state({ 7: constant(1) }), state({ 7: SCALAR }))).toBe(SPLIT_SCALAR);
    expect(joined(state({ 7: NOTHING }), state({ 7: SCALAR }))).toBe(BLURRED);
    expect(joined(state({}), state({}))).toBe(NOTHING);
  });

  it('joins a borrowed pointer and 0 to one that may be NULL', () => {
    const borrowed = { is: 'borrowed', kind: 'task', type: -1, nullable: false } as const;
    expect(joined(state({ 7: borrowed }), state({ 7: constant(0) }))).toEqual({ ...borrowed, nullable: true });
  });
});

describe('cloneState', () => {
  it('shares nothing that is written to', () => {
    const original = state({ 7: held }, [task]);
    const copy = cloneState(original);
    copy.contents[7] = NOTHING;
    copy.holdings = [];
    expect(original).toEqual(state({ 7: held }, [task]));
  });
});

describe('offsetOf', () => {
  it('counts slots downwards from the frame pointer', () => {
    expect([offsetOf(10), offsetOf(11)]).toEqual([-8, -16]);
  });
});
