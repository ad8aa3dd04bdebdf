import { describe, expect, it } from 'vitest';
import { Ledger } from '../../oracles/ledger.js';
import { KIND_NAMES } from '../../src/isa/kinds.js';

describe('Ledger', () => {
  it('names by kind and order of success over all kinds', () => {
    const ledger = new Ledger();
    ledger.acquire('task', 1, '', 10, 0);
    ledger.acquire('object', 2, 'node', 12, 1);
    expect(ledger.names()).toEqual(['task#1', 'object#2']);
    expect(ledger.entries()[1]).toEqual({
      name: 'object#2',
      kind: 'object',
      type: 'node',
      object: 2,
      acquiredAt: 12,
      frame: 1,
      held: true,
    });
  });

  it('says which destructor is right for an entry, and whether it is held', () => {
    const ledger = new Ledger();
    const task = ledger.acquire('task', 1, '', 0, 0);
    const object = ledger.acquire('object', 2, 'node', 0, 0);
    expect([task, object].map((entry) => ledger.destructorOf(entry))).toEqual([
      'bpf_task_release',
      'bpf_obj_drop_impl(node)',
    ]);
    ledger.release('task', 1);
    expect([task, object].map((entry) => ledger.isHeld(entry))).toEqual([false, true]);
  });

  it('is a multiset: one release removes the youngest of two references', () => {
    const ledger = new Ledger();
    ledger.acquire('task', 1, '', 0, 0);
    ledger.acquire('task', 1, '', 0, 0);
    expect(ledger.release('cgroup', 1)).toBe(false);
    expect(ledger.release('task', 1)).toBe(true);
    expect([ledger.names(), ledger.heldCount, ledger.acquired, ledger.holds(1)]).toEqual([['task#1'], 1, 2, true]);
    expect(ledger.release('task', 1)).toBe(true);
    expect(ledger.release('task', 1)).toBe(false);
    expect(ledger.holds(1)).toBe(false);
  });

  it.each([
    ['ring', 'bpf_ringbuf_discard'],
    ['task', 'bpf_task_release'],
    ['cgroup', 'bpf_cgroup_release'],
    ['object', 'bpf_obj_drop_impl(node)'],
  ] as const)('destroys a %s by %s only', (kind, destructor) => {
    const ledger = new Ledger();
    ledger.acquire(kind, 1, kind === 'object' ? 'node' : '', 0, 0);
    expect(ledger.copy().destroy(1, 'bpf_sk_release')).toEqual({ effect: 'wrong-destructor', entry: 0 });
    expect(ledger.copy().destroy(2, destructor)).toEqual({ effect: 'never-held' });
    expect(ledger.destroy(1, destructor)).toEqual({ effect: 'released', entry: 0 });
    expect(ledger.destroy(1, destructor)).toEqual({ effect: 'already-released', entry: 0 });
    expect(KIND_NAMES).toContain(kind);
  });

  it('counts what a wrong destructor destroyed as gone', () => {
    const ledger = new Ledger();
    ledger.acquire('object', 1, 'node', 0, 0);
    ledger.destroy(1, 'bpf_obj_drop_impl(leaf)');
    expect(ledger.names()).toEqual([]);
  });

  it('hands over to the caller only what deeper frames own', () => {
    const ledger = new Ledger();
    ledger.acquire('task', 1, '', 0, 0);
    ledger.acquire('task', 2, '', 0, 3);
    ledger.returnTo(2);
    expect(ledger.held().map((entry) => ledger.frameOf(entry))).toEqual([0, 2]);
    expect(ledger.objectOf(1)).toBe(2);
  });

  it('is not touched by what happens to a copy, and forgets all when cleared', () => {
    const ledger = new Ledger();
    ledger.acquire('ring', 1, '', 0, 0);
    ledger.copy().release('ring', 1);
    expect(ledger.names()).toEqual(['ring#1']);
    ledger.clear();
    expect([ledger.acquired, ledger.heldCount]).toEqual([0, 0]);
  });
});
