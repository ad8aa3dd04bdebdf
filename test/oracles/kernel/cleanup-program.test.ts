/** Tests of programs that clean up by themselves, judged by our own verifier. */
import { describe, expect, it } from 'vitest';
import { type ChainClaims, claimsOf } from '../../../oracles/kernel/claims.js';
import { cleanupPrograms } from '../../../oracles/kernel/cleanup-program.js';
import { throwPcsOf } from '../../../src/cfg/calls.js';
import type { Program } from '../../../src/isa/program.js';
import { analyse } from '../../../src/verify/walk.js';
import { MAYBE_DYNPTR, programOf, subjectOf, TWO_FRAMES } from './fixtures.js';

function prepared(program: Program) {
  const analysis = analyse(program, { pruning: 'exact' });
  const done = subjectOf('frame-descriptors/sound').prepare({ program, analysis, stopAt: 'throw' });
  if (!done.ok) throw new Error(done.refusal.message);
  const claims = claimsOf(analysis, done);
  if (!claims.ok) throw new Error(claims.reason);
  return { stack: done.cost.stack, chains: claims.chains };
}

/** What our verifier says of all programs that the claims, once changed, make. */
function said(body: string, change: (chains: readonly ChainClaims[]) => readonly ChainClaims[] = (same) => same) {
  const program = programOf(body);
  const { stack, chains } = prepared(program);
  const made = cleanupPrograms(program, stack, change(chains));
  if (!made.ok) return made.reason;
  expect(made.programs.flatMap(throwPcsOf)).toEqual([]);
  return made.programs.map((each) => analyse(each, { pruning: 'exact' }).refusal?.code ?? 'ok').join();
}

const onFrame =
  (frame: number, change: (own: ChainClaims['claims'][number]) => ChainClaims['claims'][number]) =>
  (chains: readonly ChainClaims[]): readonly ChainClaims[] =>
    chains.map((chain) => ({ ...chain, claims: chain.claims.map((own, at) => (at === frame ? change(own) : own)) }));

describe('cleanupPrograms', () => {
  it('cleanupPrograms leaves nothing held if the claims are right, in every frame', () => {
    expect(said(TWO_FRAMES)).toBe('ok,ok');
    expect(said(MAYBE_DYNPTR)).toBe('ok');
  });

  it('cleanupPrograms is refused if an entry of any frame is missing or is there twice', () => {
    for (const frame of [0, 1]) {
      expect(
        said(
          TWO_FRAMES,
          onFrame(frame, (own) => own.slice(1)),
        ),
      ).toMatch(/unreleased-reference/);
      expect(
        said(
          TWO_FRAMES,
          onFrame(frame, (own) => [...own, ...own]),
        ),
      ).not.toBe('ok,ok');
    }
  });

  it('cleanupPrograms is refused in one of two programs if the struct type is another, be it larger or smaller', () => {
    const retype = (type: number) => onFrame(1, (own) => own.map((claim) => ({ ...claim, type })));
    expect(said(TWO_FRAMES, retype(1))).toBe('ok,ok');
    expect(
      said(TWO_FRAMES, retype(0))
        .split(',')
        .filter((each) => each !== 'ok'),
    ).toHaveLength(1);
  });

  it('cleanupPrograms still runs the destructor on slots that were never written', () => {
    const unwritten = MAYBE_DYNPTR.replace('    *(u64 *)(r10 - 16) = 0\n    *(u64 *)(r10 - 8) = 0\n', '');
    const program = programOf(unwritten);
    const { stack, chains } = prepared(programOf(MAYBE_DYNPTR));
    const [, moved = 0] = [throwPcsOf(programOf(MAYBE_DYNPTR))[0], throwPcsOf(program)[0]];
    const made = cleanupPrograms(
      program,
      stack,
      chains.map((chain) => ({ ...chain, pcs: [moved] })),
    );
    if (!made.ok) throw new Error(made.reason);
    expect(made.programs.map((each) => analyse(each, { pruning: 'exact' }).refusal?.code)).toEqual(['bad-argument']);
  });

  it('cleanupPrograms says why there is none', () => {
    const differing = (chains: readonly ChainClaims[]) => [
      ...chains,
      ...chains.map(({ pcs, claims }) => ({ pcs: [0, ...pcs.slice(1)], claims: claims.map(() => []) })),
    ];
    expect(said(TWO_FRAMES, differing)).toBe('differs-by-caller');
    const full = TWO_FRAMES.replace('thrower:\n', 'thrower:\n    *(u64 *)(r10 - 512) = 0\n');
    expect(cleanupPrograms(programOf(full), [8, 512], [])).toMatchObject({ ok: false, reason: 'stack' });
    const busy = TWO_FRAMES.replace(
      '    call thrower\n',
      '    r2 = 0\n    r3 = 0\n    r4 = 0\n    r5 = 0\n    call thrower\n',
    ).replace('thrower:\n', 'thrower:\n    r1 += r2\n    r1 += r3\n    r1 += r4\n    r1 += r5\n');
    expect(said(busy)).toBe('no-free-argument');
  });
});
