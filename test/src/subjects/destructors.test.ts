/** What subjects release with what. */
import { describe, expect, test } from 'vitest';
import { KIND_NAMES, SOCKET_FORMS } from '../../../src/isa/kinds.js';
import { claimOf, DESTRUCTORS, holdingOf } from '../../../src/subjects/destructors.js';
import { CALLER_AND_GUARD, CTX, pointer, programOf } from './states.js';

const program = programOf(CALLER_AND_GUARD);

describe('DESTRUCTORS', () => {
  test('destructor names what the domain lists per kind', () => {
    expect(KIND_NAMES.map((kind) => DESTRUCTORS[kind].destructor(program, 1))).toEqual([
      'bpf_ringbuf_discard',
      'bpf_task_release',
      'bpf_cgroup_release',
      'bpf_obj_drop_impl(leaf)',
      'bpf_sk_release',
      'bpf_ringbuf_discard_dynptr',
      'bpf_iter_num_destroy',
      'bpf_iter_task_destroy',
    ]);
  });

  test('destructor is undefined for a struct type that the program does not have', () => {
    expect(DESTRUCTORS.object.destructor(program, 2)).toBeUndefined();
    expect(DESTRUCTORS.object.destructor(program, -1)).toBeUndefined();
  });

  test('claimOf is one word, shared by what has one verifier type number', () => {
    const claims = KIND_NAMES.map((kind) => claimOf({ kind, type: -1 }));
    for (const claim of claims) expect(claim).toMatch(/^[a-z-]+$/);
    expect(claimOf({ kind: 'task', type: -1 })).toBe(claimOf({ kind: 'cgroup', type: -1 }));
    expect(claims).toEqual([
      'ring-record',
      'kernel-object',
      'kernel-object',
      'local-object',
      'socket',
      'ring-dynptr',
      'iterator',
      'iterator',
    ]);
  });

  test('claimOf tells the pointer types of a socket apart; a bpf_skc_to_* cast is any kernel object', () => {
    const claims = SOCKET_FORMS.map((form) => claimOf({ kind: 'socket', type: -1, form }));
    expect(claims).toEqual(['socket', 'sock-common', 'tcp-sock', 'kernel-object']);
  });
});

describe('holdingOf', () => {
  test('holdingOf tells kind and struct type, and nothing for ctx', () => {
    const kinds = ['ring', 'task', 'cgroup', 'object', 'socket'] as const;
    expect(kinds.map((kind) => holdingOf(pointer(kind, 1, { struct: 1 })))).toEqual([
      { kind: 'ring', type: -1 },
      { kind: 'task', type: -1 },
      { kind: 'cgroup', type: -1 },
      { kind: 'object', type: 1 },
      { kind: 'socket', type: -1, form: 'sock' },
    ]);
    expect(holdingOf(CTX)).toBeUndefined();
  });
});
