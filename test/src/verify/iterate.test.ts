/** Loops over iterators: both ways out of a step, convergence, what is given up, and what is no bound at all. */
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/verify/walk.js';
import { programOf, verdictOf, walkText } from './programs.js';

const AT = '    r1 = r10\n    r1 += -8\n';
const NEW = `${AT}    r2 = 0\n    r3 = 5\n    call bpf_iter_num_new\n`;
const NEXT = `${AT}    call bpf_iter_num_next\n`;
const DESTROY = `${AT}    call bpf_iter_num_destroy\n`;
const THROW = '    r1 = 0\n    call bpf_throw\n';
/** A loop over five numbers around a body, with code before and behind it. */
const loop = (before: string, body: string, behind = '') =>
  `main:\n${before}${NEW}head:\n${NEXT}    if r0 == 0 goto done\n${body}    goto head\ndone:\n${DESTROY}${behind}    r0 = 0\n    exit`;

describe('stepIterator', () => {
  it('goes on with an ended iterator first, then with an element', () => {
    const { throws } = walkText(`main:\n${NEW}${NEXT}    r7 = r0\n${THROW}    exit`);
    expect(throws.map(({ state }) => state.register(0, 7))).toMatchObject([
      { is: 'scalar', umax: 0n },
      { is: 'pointer', type: { to: 'element' } },
    ]);
    expect(throws.map(({ state }) => state.slot(0, 0).resident)).toEqual([
      { kind: 'iter_num', first: true, ref: 1, drained: true },
      { kind: 'iter_num', first: true, ref: 1, drained: false },
    ]);
  });

  it('an ended iterator yields NULL and nothing else', () => {
    const { throws } = walkText(
      `main:\n${NEW}${NEXT}    if r0 != 0 goto out\n${NEXT}    r7 = r0\n${THROW}    exit\nout:\n${DESTROY}    r0 = 0\n    exit`,
    );
    expect(throws.map(({ state }) => state.register(0, 7))).toMatchObject([{ is: 'scalar', umax: 0n }]);
  });

  it.each(['off', 'exact'] as const)('a loop that counts its passes converges, pruning %s', (pruning) => {
    const counting = loop('    r6 = 0\n', '    r6 += 1\n', '    r7 = r6\n');
    expect(verdictOf(counting, pruning)).toBe('accepted');
    expect(analyse(programOf(counting), { pruning }).walked).toBeLessThan(200);
  });

  it('gives up a scalar that changes from pass to pass, in registers and in spilled words of callers', () => {
    const program = `main:
    *(u64 *)(r10 - 16) = 7
    r6 = 1
${NEW}head:
${NEXT}    if r0 == 0 goto done
    r6 += 1
    r7 = *(u64 *)(r10 - 16)
    r7 += 1
    *(u64 *)(r10 - 16) = r7
    r8 = 3
    goto head
done:
${THROW}    exit`;
    const last = walkText(program).throws.at(-1)?.state;
    expect(last?.register(0, 6)).toMatchObject({ is: 'scalar', umin: 0n, umax: 2n ** 64n - 1n });
    expect(last?.register(0, 8)).toMatchObject({ is: 'scalar', umin: 3n, umax: 3n });
    const kept = last?.slot(0, 1);
    const known = kept?.spilled?.is === 'scalar' && kept.spilled.umin === kept.spilled.umax;
    expect(known).toBe(false);
  });

  it('keeps a scalar that is the same in every pass', () => {
    const states = walkText(loop('    r6 = 41\n', '    r7 = 1\n', `    r1 = r6\n    call bpf_throw\n`)).throws;
    expect(states.length).toBeGreaterThan(1);
    for (const { state } of states) expect(state.register(0, 6)).toMatchObject({ umin: 41n, umax: 41n });
  });

  it('gives nothing up between steps of two calls', () => {
    const { throws } = walkText(
      `main:\n    r6 = 1\n${NEW}${NEXT}    if r0 == 0 goto out\n    r6 = 2\n${NEXT}${THROW}    exit\nout:\n${DESTROY}    r0 = 0\n    exit`,
    );
    expect(throws.map(({ state }) => state.register(0, 6))).toMatchObject([{ umax: 2n }, { umax: 2n }]);
  });

  it.each(['==', '!='])('clobbers R1 to R5, where R0 is not %s 0', (side) => {
    const reading = `main:\n${NEW}${NEXT}    if r0 ${side} 0 goto out\n    r7 = r1\nout:\n${DESTROY}    r0 = 0\n    exit`;
    expect(verdictOf(reading)).toMatch(/^uninitialised-register 9 R1/);
  });

  it('an iterator that is made anew in every pass bounds no loop', () => {
    const endless = `main:\n    r6 = 0\nhead:\n${NEW}${NEXT}${DESTROY}    goto head`;
    expect(verdictOf(endless, 'off')).toMatch(/^infinite-loop/);
    expect(verdictOf(endless, 'exact')).toMatch(/^infinite-loop/);
  });

  it('a loop that acquires and never releases does not converge', () => {
    const greedy = loop('', '    r1 = 1\n    call bpf_task_from_pid\n', `${THROW}`);
    expect(verdictOf(greedy)).toMatch(/^too-complex/);
  });

  it('a counted loop around a loop over an iterator keeps its count', () => {
    const nested = `main:
    r6 = 0
outer:
${NEW}head:
${NEXT}    if r0 != 0 goto head
${DESTROY}    r6 += 1
    if r6 < 3 goto outer
    r0 = 0
    exit`;
    expect(verdictOf(nested, 'off')).toBe('accepted');
    expect(verdictOf(nested, 'exact')).toBe('accepted');
  });

  it('a number cannot be read once its iterator is gone', () => {
    const late = `main:\n${NEW}${NEXT}    if r0 == 0 goto done\n    r6 = r0\n${DESTROY}    r0 = *(u32 *)(r6 + 0)\n    exit\ndone:\n${DESTROY}    r0 = 0\n    exit`;
    expect(verdictOf(late)).toMatch(/invalid mem access 'scalar'/);
  });
});
