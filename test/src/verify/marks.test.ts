/** Sets of locations. */
import { expect, it } from 'vitest';
import { FIRST_SLOT, Marks } from '../../../src/verify/marks.js';

const listed = (marks: Marks) => {
  const found: [number, number][] = [];
  marks.each((frame, location) => found.push([frame, location]));
  return found;
};

it('add and remove tell whether something changed', () => {
  const marks = new Marks();
  expect([marks.isEmpty, marks.add(7, FIRST_SLOT + 63), marks.add(7, FIRST_SLOT + 63)]).toEqual([true, true, false]);
  expect([marks.has(7, FIRST_SLOT + 63), marks.has(6, FIRST_SLOT + 63), marks.has(7, 0)]).toEqual([true, false, false]);
  expect([marks.remove(7, FIRST_SLOT + 63), marks.remove(7, FIRST_SLOT + 63), marks.isEmpty]).toEqual([
    true,
    false,
    true,
  ]);
});

it('each visits every location once, and what it visits may be removed', () => {
  const marks = new Marks();
  const all = [
    [0, 0],
    [0, 31],
    [0, 32],
    [2, 9],
    [2, FIRST_SLOT + 53],
    [7, FIRST_SLOT + 63],
  ] as const;
  for (const [frame, location] of all) marks.add(frame, location);
  expect(listed(marks)).toEqual(all);
  marks.each((frame, location) => marks.remove(frame, location));
  expect(marks.isEmpty).toBe(true);
});

it('addFrame and removeFrame stay within one frame', () => {
  const marks = new Marks();
  marks.addFrame(1);
  expect([marks.has(1, 0), marks.has(1, FIRST_SLOT + 63), marks.has(0, 73), marks.has(2, 0)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  marks.removeFrame(1);
  expect(marks.isEmpty).toBe(true);
});

it('copy, assign, addAll and meets are those of sets', () => {
  const [left, right] = [new Marks(), new Marks()];
  left.add(0, 3);
  right.add(0, 4);
  const copy = left.copy();
  expect([left.meets(right), left.meets(copy)]).toEqual([false, true]);
  left.addAll(right);
  expect([listed(left), listed(copy)]).toEqual([
    [
      [0, 3],
      [0, 4],
    ],
    [[0, 3]],
  ]);
  left.assign(copy);
  expect(left.has(0, 4)).toBe(false);
  left.clear();
  expect([left.isEmpty, copy.isEmpty]).toEqual([true, false]);
});
