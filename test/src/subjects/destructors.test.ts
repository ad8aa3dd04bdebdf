/** What subjects release with what. */
import { describe, expect, test } from 'vitest';
import { KIND_NAMES } from '../../../src/isa/kinds.js';
import { DESTRUCTORS, holdingOf } from '../../../src/subjects/destructors.js';
import { CALLER_AND_GUARD, CTX, pointer, programOf } from './states.js';

const program = programOf(CALLER_AND_GUARD);

describe('DESTRUCTORS', () => {
  test('destructor names what the domain lists per kind', () => {
    expect(KIND_NAMES.map((kind) => DESTRUCTORS[kind].destructor(program, 1))).toEqual([
      'bpf_ringbuf_discard',
      'bpf_task_release',
      'bpf_cgroup_release',
      'bpf_obj_drop_impl(leaf)',
    ]);
  });

  test('destructor is undefined for a struct type that the program does not have', () => {
    expect(DESTRUCTORS.object.destructor(program, 2)).toBeUndefined();
    expect(DESTRUCTORS.object.destructor(program, -1)).toBeUndefined();
  });

  test('claim is one word, shared by kinds of one verifier type number', () => {
    for (const kind of KIND_NAMES) expect(DESTRUCTORS[kind].claim).toMatch(/^[a-z-]+$/);
    expect(DESTRUCTORS.task.claim).toBe(DESTRUCTORS.cgroup.claim);
    expect(new Set(KIND_NAMES.map((kind) => DESTRUCTORS[kind].claim)).size).toBe(3);
  });
});

describe('holdingOf', () => {
  test('holdingOf tells kind and struct type, and nothing for ctx', () => {
    expect(KIND_NAMES.map((kind) => holdingOf(pointer(kind, 1, { struct: 1 })))).toEqual([
      { kind: 'ring', type: -1 },
      { kind: 'task', type: -1 },
      { kind: 'cgroup', type: -1 },
      { kind: 'object', type: 1 },
    ]);
    expect(holdingOf(CTX)).toBeUndefined();
  });
});
