/** Tests of what a subject's unwinder is seen to claim, from outside. */
import { describe, expect, it } from 'vitest';
import { claimsOf } from '../../../oracles/kernel/claims.js';
import type { Program } from '../../../src/isa/program.js';
import type { Subject } from '../../../src/subjects/subject.js';
import { analyse } from '../../../src/verify/walk.js';
import { planted, programOf, subjectOf, TWO_FRAMES } from './fixtures.js';

const sound = subjectOf('frame-descriptors/sound');

function claimed(subject: Subject, program: Program) {
  const analysis = analyse(program, { pruning: 'exact' });
  const prepared = subject.prepare({ program, analysis, stopAt: 'throw' });
  if (!prepared.ok) throw new Error(prepared.refusal.message);
  return claimsOf(analysis, prepared);
}

describe('claimsOf', () => {
  it('claimsOf names place, destructor and struct type of each entry, by frame', () => {
    const claims = claimed(sound, programOf(TWO_FRAMES));
    if (!claims.ok) throw new Error(claims.reason);
    expect(claims.chains).toHaveLength(1);
    expect(claims.chains[0]?.claims).toEqual([
      [
        { place: { in: 'stack', offset: -8 }, offset: 0, destructor: 'bpf_ringbuf_discard', type: -1 },
        { place: { in: 'register', register: 6 }, offset: 0, destructor: 'bpf_task_release', type: -1 },
      ],
      [{ place: { in: 'register', register: 7 }, offset: 0, destructor: 'bpf_obj_drop_impl', type: 1 }],
    ]);
  });

  it('claimsOf finds the word that was truly used, whatever location and offset the release names', () => {
    const wrong = planted('elsewhere', sound, function* (steps) {
      for (const step of steps) {
        if (step.do !== 'release') yield step;
        else yield { ...step, frame: 0, from: { in: 'register', register: 9 }, address: step.address - 16n };
      }
    });
    const claims = claimed(wrong, programOf(TWO_FRAMES));
    if (!claims.ok) throw new Error(claims.reason);
    expect(claims.chains[0]?.claims[1]).toEqual([
      { place: { in: 'register', register: 7 }, offset: 16, destructor: 'bpf_obj_drop_impl', type: 1 },
    ]);
  });

  it('claimsOf gives slots their address', () => {
    const claims = claimed(
      sound,
      programOf(`main:
    r1 = r10
    r1 += -8
    r2 = 0
    r3 = 4
    call bpf_iter_num_new
    r1 = 1
    call bpf_throw
    r0 = 0
    exit
`),
    );
    if (!claims.ok) throw new Error(claims.reason);
    expect(claims.chains[0]?.claims).toEqual([
      [{ place: { in: 'slot', offset: -8 }, offset: 0, destructor: 'bpf_iter_num_destroy', type: -1 }],
    ]);
  });

  it('claimsOf says what cannot be said as a place and a destructor', () => {
    const program = programOf(TWO_FRAMES);
    const reason = (name: string, change: Parameters<typeof planted>[2]) => {
      const claims = claimed(planted(name, sound, change), program);
      return claims.ok ? 'ok' : claims.reason;
    };
    const each = (patch: object) =>
      reason('x', function* (steps) {
        for (const step of steps) yield { ...step, ...patch };
      });
    expect(each({})).toBe('ok');
    expect(each({ do: 'run', pc: 0 })).toBe('landing-pad');
    expect(each({ from: { in: 'table', index: 0 } })).toBe('table');
    expect(each({ address: 5n })).toBe('foreign-value');
    expect(each({ destructor: 'bpf_iter_num_destroy' })).toBe('slot-address');
    expect(each({ destructor: 'free' })).toBe('unknown-destructor');
    expect(each({ destructor: 'bpf_obj_drop_impl(tree)' })).toBe('unknown-destructor');
  });
});
