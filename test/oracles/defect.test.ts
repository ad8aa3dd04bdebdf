/** Tests of the defect line. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDefect, parseDefect } from '../../oracles/defect.js';
import type { Defect } from '../../oracles/judgement.js';

const defects: fc.Arbitrary<Defect> = fc.record({
  verdict: fc.constantFrom('garbage-release', 'double-release', 'leak', 'order-dependent'),
  claim: fc.constantFrom('kernel-object', 'local-object', 'ring-record', 'nothing'),
  truth: fc.constantFrom('scalar', 'already-released', 'foreign-register', 'unlisted', 'difference'),
  location: fc.constantFrom('register', 'stack', 'table', 'nowhere'),
  frame: fc.constantFrom('thrower', 'caller'),
});

describe('parseDefect', () => {
  it('parseDefect reads back what formatDefect writes', () => {
    fc.assert(
      fc.property(defects, (defect) => {
        expect(parseDefect(formatDefect(defect))).toEqual({ ok: true, defect });
      }),
    );
  });

  it.each([
    ['leak', 'expected verdict/claim/truth/location/frame'],
    ['leek/nothing/unlisted/register/caller', "unknown verdict 'leek'"],
    ['leak//unlisted/register/caller', 'must be one word'],
    ['leak/a b/unlisted/register/caller', 'must be one word'],
    ['leak/nothing/lost/register/caller', "unknown truth 'lost'"],
    ['leak/nothing/unlisted/drawer/caller', "unknown location 'drawer'"],
    ['leak/nothing/unlisted/register/main', "unknown frame 'main'"],
    ['agree/nothing/unlisted/register/caller', "unknown verdict 'agree'"],
    ['toString/nothing/unlisted/register/caller', "unknown verdict 'toString'"],
  ])('parseDefect refuses %s and says why', (text, message) => {
    const parsed = parseDefect(text);
    expect(parsed.ok).toBe(false);
    expect(parsed.ok ? '' : parsed.message).toContain(message);
  });
});
