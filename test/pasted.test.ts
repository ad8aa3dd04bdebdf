/**
 * Output that a document pastes is output that the command prints: a `text` block that follows a `sh` block of one command.
 * `npm run bless` rewrites the documents.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from './src/commands/terminal.js';

const PASTED = /^```sh\nunwindiff ([^\n]+)\n```\n\n```text\n(.*?)^```$/gms;

const documents = ['README.md', ...readdirSync('docs').map((name) => join('docs', name))]
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
  .map(({ path, text }) => ({ path, text, commands: [...text.matchAll(PASTED)].map(([, command = '']) => command) }))
  .filter(({ commands }) => commands.length > 0);

describe('pasted output', () => {
  it('there are three explanations', () => {
    const explained = documents.flatMap(({ commands }) => commands).filter((command) => command.startsWith('explain '));
    expect(explained.length).toBeGreaterThanOrEqual(3);
  });

  it.each(documents)(
    '$path pastes what its commands print (npm run bless rewrites it)',
    async ({ path, text, commands }) => {
      const outputs = await Promise.all(commands.map(async (command) => (await run(...command.split(' '))).out));
      const printed = text.replaceAll(PASTED, (_, command: string) => {
        return `\`\`\`sh\nunwindiff ${command}\n\`\`\`\n\n\`\`\`text\n${outputs.shift() ?? ''}\`\`\``;
      });
      await expect(printed).toMatchFileSnapshot(join('..', path));
    },
  );

  it.each(documents)('$path pastes nothing wider than 100 columns', ({ text }) => {
    const pasted = [...text.matchAll(PASTED)].flatMap(([, , output = '']) => output.split('\n'));
    expect(pasted.filter((line) => line.length > 100)).toEqual([]);
  });
});
