import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** What package.json exports, as the sources it is built from: an example imports `unwindiff/…` here as it would anywhere. */
const { exports }: { readonly exports: Readonly<Record<string, string | { readonly default: string }>> } = JSON.parse(
  readFileSync(new URL('./package.json', import.meta.url), 'utf8'),
);
const alias = Object.entries(exports).flatMap(([path, target]) => {
  if (typeof target === 'string') return [];
  const find = new RegExp(`^unwindiff/${path.slice(2).replace('*', '(.+)')}$`);
  const source = target.default.replace('./dist/', './').replace('*', '$1').replace(/\.js$/, '.ts');
  return [{ find, replacement: new URL(source, import.meta.url).pathname }];
});

export default defineConfig({
  resolve: { alias },
  test: {
    // Of two cores the default would use one.
    maxWorkers: 2,
    include: ['test/**/*.test.ts', 'test/examples/*.test.js'],
    testTimeout: 60_000,
  },
});
