/** Every command that README and docs show is run here; what a document quotes is what the command prints. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './src/commands/terminal.js';

const ROOT = process.cwd();
const DOCUMENTS = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => join('docs', name))];

interface Shown {
  readonly document: string;
  readonly line: string;
}

/** The lines of all `sh` blocks, without comments and redirections. */
const shown: readonly Shown[] = DOCUMENTS.flatMap((document) =>
  [...readFileSync(join(ROOT, document), 'utf8').matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) =>
    block
      .split('\n')
      .map((line) =>
        line
          .replace(/\s+#.*$/, '')
          .replace(/\s+>\s.*$/, '')
          .trim(),
      )
      .filter((line) => line !== '')
      .map((line) => ({ document, line })),
  ),
);
const ours = shown.filter(({ line }) => /^(npx )?unwindiff /.test(line));
const others = shown.filter((each) => !ours.includes(each));

// Commands run where a user would run them: in a folder with the corpus, so that nothing is written to this checkout.
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unwindiff-docs-'));
  cpSync(join(ROOT, 'corpus'), join(folder, 'corpus'), { recursive: true });
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(ROOT);
  rmSync(folder, { recursive: true, force: true });
});

/** Commands that a document says end in another code than 0. */
const EXPECTED = new Map([['--baseline none', 1]]);

describe('documents', () => {
  it('show commands at all', () => {
    expect(ours.length).toBeGreaterThan(12);
  });

  it.each(ours)('$document: $line', async ({ line }) => {
    const argv = line.replace(/^npx /, '').split(/\s+/).slice(1);
    const { code, out, err } = await run(...argv);
    const expected = [...EXPECTED].find(([words]) => line.includes(words))?.[1] ?? 0;
    expect(code, `${out}\n${err}`).toBe(expected);
    expect(out + err).not.toBe('');
  });

  it('show no other commands than those of the package and the gate', () => {
    const scripts: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts;
    const gate = readFileSync(join(ROOT, '.ci', 'run'), 'utf8');
    for (const { line } of others) {
      expect(['npm ci', 'npm start']).toContain(line);
      if (line === 'npm ci') expect(gate).toContain('npm ci');
      else expect(scripts).toHaveProperty('start');
    }
  });

  it('name files that exist', () => {
    for (const document of DOCUMENTS) {
      const text = readFileSync(join(ROOT, document), 'utf8');
      for (const [, target = ''] of text.matchAll(/\]\(([^)#:]+)\)/g)) {
        const path = document.startsWith('docs/') ? join(ROOT, 'docs', target) : join(ROOT, target);
        expect(existsSync(path), `${document}: ${target}`).toBe(true);
      }
    }
  });
});
