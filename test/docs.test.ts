/** Every command that README and docs show is run here; what a document quotes is what the command prints. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLoader } from '../src/bridge/kernel/load.js';
import { blocks, commands, DOCUMENTS, example, variants } from './documents.js';
import { run } from './src/commands/terminal.js';

const ROOT = process.cwd();
const ours = commands.filter(({ line }) => /^(npx )?unwindiff /.test(line));
const others = commands.filter((each) => !ours.includes(each));
const files = blocks.filter(({ name }) => name !== '');

// Commands run where a user would run them: in a folder with the corpus, so that nothing is written to this checkout.
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unwindiff-docs-'));
  cpSync(join(ROOT, 'corpus'), join(folder, 'corpus'), { recursive: true });
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
  for (const [name, text] of Object.entries(variants(example('thrower-registers.js')))) {
    writeFileSync(join(folder, name), text);
  }
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(ROOT);
  rmSync(folder, { recursive: true, force: true });
});

/** Whether the verbs that ask it can do so here. */
const kernel = await openLoader();
if (kernel.ok) kernel.value.close();

/** Commands that a document says end in another code than 0. */
const EXPECTED = new Map([
  ['--baseline none', 1],
  ['fuzz --subject ./wrong.js', 1],
  ['./broken.js', 2],
]);

describe('documents', () => {
  it('show commands at all', () => {
    expect(ours.length).toBeGreaterThan(12);
  });

  it.each(ours)('$document: $line', async ({ line, quoted }) => {
    const argv = line.replace(/^npx /, '').split(/\s+/).slice(1);
    const { code, out, err } = await run(...argv);
    const absent = argv[0] === 'kernel' && !kernel.ok;
    const expected = absent ? 3 : ([...EXPECTED].find(([words]) => line.includes(words))?.[1] ?? 0);
    expect(code, `${out}\n${err}`).toBe(expected);
    expect(out + err).not.toBe('');
    const printed = new Set(`${out}\n${err}`.split('\n').map((each) => each.trim()));
    expect(quoted.filter((each) => !printed.has(each))).toEqual([]);
  });

  it('show the examples in full, each a file that the tests run', () => {
    expect(files.length).toBeGreaterThan(2);
    for (const { name, text, document } of files) expect(text, `${document}: ${name}`).toBe(example(name));
  });

  it('quote what commands print', () => {
    expect(commands.flatMap(({ document, quoted }) => (document === 'README.md' ? [] : quoted)).length).toBeGreaterThan(
      5,
    );
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
