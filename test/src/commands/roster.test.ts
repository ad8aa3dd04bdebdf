/** Tests of what `--subject` comes to. */
import { describe, expect, it } from 'vitest';
import { rosterOf } from '../../../src/commands/roster.js';
import { SUBJECTS } from '../../../src/subjects/registry.js';
import { acceptingAll, moduleFile } from '../subjects/modules.js';

describe('rosterOf', () => {
  it('rosterOf is all of ours when nothing is named', async () => {
    expect(await rosterOf(undefined)).toEqual({ chosen: SUBJECTS, outside: [], modules: [] });
  });

  it('rosterOf has ours first, then those of the modules, and where these come from', async () => {
    const path = moduleFile(acceptingAll('mine/x'));
    const { chosen, outside, modules } = await rosterOf([path, 'runtime-table/per-frame', 'mainline']);
    expect(chosen.map(({ name }) => name)).toEqual(['mainline', 'runtime-table/per-frame', 'mine/x']);
    expect(outside.map(({ name }) => name)).toEqual(['mine/x']);
    expect(modules).toEqual([{ given: path, url: `file://${path}` }]);
  });

  it('rosterOf fails with exit code 2 for a module that is none', async () => {
    await expect(rosterOf(['./not-there.js'])).rejects.toMatchObject({
      code: 2,
      message: './not-there.js: cannot be loaded: no such file',
    });
  });
});
