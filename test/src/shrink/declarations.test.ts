/** Tests of dropping declarations. */
import { describe, expect, it } from 'vitest';
import { dropDeclarations } from '../../../src/shrink/declarations.js';
import { acceptAll, linesOf, programOf } from './text.js';

describe('dropDeclarations', () => {
  it('dropDeclarations keeps one of what is used and renumbers', () => {
    const program = programOf('main:', 'r1 = map[more] ll', 'r2 = type[leaf] ll', 'r3 = type[node] ll', 'exit');
    let result = program;
    for (let round = 0; round < 3; round++) result = acceptAll(dropDeclarations, result);
    expect(result.maps).toHaveLength(1);
    expect(result.types).toHaveLength(1);
    expect(linesOf(result)).toHaveLength(5);
  });
});
