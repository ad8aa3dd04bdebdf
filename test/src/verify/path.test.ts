/** What has been written, and which references each frame lists. */
import { expect, it } from 'vitest';
import { FIRST_SLOT } from '../../../src/verify/marks.js';
import { Path } from '../../../src/verify/path.js';
import { State } from '../../../src/verify/state.js';

const written = (path: Path, frame: number) =>
  [0, 1, 2, 6, FIRST_SLOT].map((location) => path.written.has(frame, location));

it('enter leaves of a new frame only those arguments unwritten that its caller had not written', () => {
  const path = new Path();
  path.written.clear();
  path.written.add(0, 2);
  path.enter(0);
  expect(written(path, 1)).toEqual([true, false, true, true, true]);
  expect(written(path, 0)).toEqual([false, false, true, false, false]);
});

it('leave hands the result over as it is and takes the arguments away', () => {
  const path = new Path();
  path.enter(0);
  path.written.clear();
  path.leave(1);
  expect(written(path, 0)).toEqual([false, true, true, false, false]);
  path.enter(0);
  path.leave(1);
  expect(written(path, 0)[0]).toBe(true);
});

it('noteReferences fills the gap of a released reference with the last one, as the kernel does', () => {
  const path = new Path();
  const state = new State();
  state.clear();
  state.pushFrame(0, -1);
  for (let n = 0; n < 4; n++) state.acquire(1, -1, 0);
  path.noteReferences(state);
  state.dropRef(0);
  path.noteReferences(state);
  expect(path.lists).toEqual([[4, 2, 3]]);
  state.dropRef(state.findRef(3));
  path.noteReferences(state);
  state.acquire(1, -1, 0);
  path.noteReferences(state);
  expect(path.lists).toEqual([[4, 2, 5]]);
  path.enter(0);
  expect(path.lists).toEqual([
    [4, 2, 5],
    [4, 2, 5],
  ]);
});

it('lists of callers stay as they were at the call until it returns', () => {
  const path = new Path();
  const state = new State();
  state.clear();
  state.pushFrame(0, -1);
  state.acquire(1, -1, 0);
  path.noteReferences(state);
  path.enter(0);
  state.dropRef(0);
  state.acquire(1, -1, 0);
  path.noteReferences(state);
  expect(path.lists).toEqual([[1], [2]]);
  path.leave(1);
  expect(path.lists).toEqual([[2]]);
});

it('resume brings the youngest branch back as it was', () => {
  const path = new Path();
  const state = new State();
  state.clear();
  state.pushFrame(0, -1);
  state.acquire(1, -1, 0);
  path.noteReferences(state);
  path.trail.push(1, undefined);
  path.written.clear();
  path.fork();
  path.trail.push(2, undefined);
  path.written.add(0, 7);
  state.acquire(1, -1, 0);
  path.noteReferences(state);
  path.enter(0);
  path.resume();
  expect([path.trail.pcs, path.written.has(0, 7), path.lists]).toEqual([[1], false, [[1]]]);
  state.dropRef(1);
  state.lastRef = 1;
  state.acquire(1, -1, 0);
  path.noteReferences(state);
  expect(path.lists).toEqual([[1, 2]]);
});
