import { describe, expect, it } from 'vitest';
import { Builder } from '../../generators/builder.js';
import { replayChoices } from '../../generators/choices.js';
import { PROFILES } from '../../generators/profile.js';
import { CTX, constant, SCALAR } from '../../generators/state.js';

function builder(): Builder {
  const b = new Builder(replayChoices([]), PROFILES.default, () => {});
  b.open('main', 4, 4, undefined);
  return b;
}

const task = { kind: 'task', type: -1, nullable: false } as const;

describe('Builder.writable', () => {
  it('protects the home of a resource, not its copies', () => {
    const b = builder();
    b.own({ id: b.newId(), home: 7, ...task });
    b.mark(8, b.content(7));
    expect([b.writable(7, true), b.writable(8, true)]).toEqual([false, true]);
  });

  it('protects the last place that holds the context', () => {
    const b = builder();
    b.mark(6, CTX);
    expect(b.writable(6, false)).toBe(false);
    b.mark(7, CTX);
    expect(b.writable(6, false)).toBe(true);
  });
});

describe('Builder.branch', () => {
  it('joins the arms and restores the scope', () => {
    const b = builder();
    const { arm } = b.frame;
    b.branch({
      test: (second) => b.jumpIfZero(1, true, second),
      first: () => {
        b.putConstant(7, 1);
        return true;
      },
      second: () => {
        b.putConstant(7, 1);
        b.putConstant(8, 2);
        return true;
      },
      settle: () => {},
    });
    expect(b.content(7)).toEqual(constant(1));
    expect(b.content(8)).toMatchObject({ is: 'nothing', split: true });
    expect(b.frame.arm).toBe(arm);
  });

  it('goes on from the arm that falls through', () => {
    const b = builder();
    b.branch({
      test: (second) => b.jumpIfZero(1, true, second),
      first: () => {
        b.putConstant(7, 1);
        return false;
      },
      settle: () => {},
    });
    expect(b.content(7).is).toBe('nothing');
  });

  it('refuses arms of which neither falls through', () => {
    const b = builder();
    const stop = () => false;
    expect(() => b.branch({ test: () => {}, first: stop, second: stop, settle: stop })).toThrow('neither');
  });

  it('refuses an arm that loses a resource', () => {
    const b = builder();
    b.own({ id: b.newId(), home: 7, ...task });
    const lose = () => {
      b.mark(7, SCALAR);
      return true;
    };
    expect(() => b.branch({ test: () => {}, first: lose, settle: () => {} })).toThrow('lost its home');
  });
});

describe('Builder.repeat', () => {
  it('fixes in its body what its head can read', () => {
    const b = builder();
    b.putConstant(6, 5);
    b.own({ id: b.newId(), home: 7, ...task });
    let inside: readonly boolean[] = [];
    b.repeat(
      2,
      9,
      () => {
        inside = [
          b.writable(6, true),
          b.writable(6, false),
          b.writable(7, true),
          b.writable(8, false),
          b.writable(9, true),
        ];
        expect(b.content(6)).toEqual(SCALAR);
      },
      () => {},
    );
    expect(inside).toEqual([true, false, false, true, false]);
    expect(b.writable(6, false)).toBe(true);
  });
});
